"""Classes that functions make, of a base that their callers name."""

from __future__ import annotations

from pathlib import Path

import pytest
from marked import NET, hold

MAKER = """
# --- maker.py
def make(base, note=None):
    class Layer(base):
        def twice(self, x): return self.forward(x){own}

        def note(self): return note
    return Layer

# --- use.py
from torch import nn
from elsewhere import load
from maker import make
from net import Net, Odd, Robot

{calls}
class Own(make({base})):
    def go(self, x): return self.forward(x){own}

Own().forward(1){own}
make(base={base})().forward(1){own}
"""


@pytest.mark.parametrize(
    ("base", "calls", "own"),
    [
        ("Net", "", "  # FWD001"),
        ("nn.Linear", "", "  # FWD001"),
        ("Net", "make(nn.Linear)", "  # FWD001 unsafe"),
        ("Odd", "", "  # FWD002"),
        ("Odd", "make(Net)", "  # FWD002"),
        ("Robot", "", ""),
        ("Net", "make(Robot)", ""),
        ("Net", "make(load())", ""),
        ("Net", "load(make)", ""),
        ("load()", "", ""),
    ],
)
def test_a_base_is_what_all_callers_pass(tmp_path: Path, base: str, calls: str, own: str) -> None:
    hold(tmp_path, NET + MAKER.format(base=base, calls=calls, own=own))


@pytest.mark.parametrize(
    ("made", "mark"),
    [
        ("type('Made', (Net,), {})", "  # FWD001 unsafe"),
        ("type('Made', (object, Robot, nn.Module), {'forward': load})", ""),
        ("type('Made', (Robot, nn.Module), {'forward': load})", "  # FWD001 unsafe"),
        ("type('Made', (Robot,), {})", ""),
        ("type('Made', (load(),), {})", ""),
        ("type('Made', (Net,), {'__call__': load})", ""),
        ("type('Made', load(), {})", ""),
        ("type('Made', (Net,), load())", ""),
        ("type('Made', (Net,), {**load()})", ""),
        ("type(Net())", "  # FWD001"),
    ],
)
def test_a_class_made_by_type_is_a_subclass_of_its_bases(tmp_path: Path, made: str, mark: str) -> None:
    head = "# --- use.py\nfrom torch import nn\nfrom elsewhere import load\nfrom net import Net, Robot\n"
    hold(tmp_path, f"{NET}{head}Made = {made}\nMade().forward(1){mark}\n")


def test_what_new_declares_comes_in_place_of_an_instance(tmp_path: Path) -> None:
    text = """
# --- use.py
from net import Net, Robot
from elsewhere import load

class Base:
    def __new__(cls, kind) -> "Net":
        return load(kind)

    def forward(self, x): return x

class Below(Base): ...

class Other:
    def __new__(cls, kind) -> "Robot":
        return load(kind)

Base(1).forward(1)  # FWD001
Below(1).forward(1)  # FWD001
Other(1).forward(1)
"""
    hold(tmp_path, NET + text)
