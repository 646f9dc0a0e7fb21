"""What a function returns that is annotated: the class that it names, or the one that the body creates."""

from __future__ import annotations

from pathlib import Path

import pytest
from marked import NET, hold

# One class has a subclass whose call means something else, the other has none.
CLASSES = """
# --- nets.py
from net import Net, Robot
class Open(Net): pass
class Fake(Open):
    def __call__(self, x): return 0
class Closed(Net): pass
"""

MADE = {
    "creates that class": ("-> Open: return Open()", "FWD001"),
    "creates it in a variable": ("-> Open:\n    made = Open()\n    return made", "FWD001"),
    "creates it by new": ("-> Open:\n    made = Open.__new__(Open)\n    return made", "FWD001"),
    "creates it, or nothing": ("-> 'Open | None':\n    if input(): return Open()", "FWD001"),
    "calls another that creates it": ("-> Open: return made()\ndef made() -> Open: return Open()", "FWD001"),
    "creates the other": ("-> Open: return Fake()", "FWD002"),
    "creates both": ("-> Open: return Fake() if input() else Open()", "FWD002"),
    "returns what it is passed": ("-> Open: return given", "FWD002"),
    "returns what is not read": ("-> Open:\n    import far\n    return far.load()", "FWD002"),
    "creates what is no such class": ("-> Open: return Robot()", "FWD002"),
    "is only declared": ("-> Open: ...", "FWD002"),
    "is decorated": ("-> Open: return Open()", "FWD002"),
    "returns a class without such subclasses": ("-> Closed: return Closed()", "FWD001"),
}


@pytest.mark.parametrize(("rest", "expected"), MADE.values(), ids=MADE.keys())
def test_function(tmp_path: Path, rest: str, expected: str, request: pytest.FixtureRequest) -> None:
    decorator = "import far\n@far.change\n" if "decorated" in request.node.callspec.id else ""
    text = f"""{NET}{CLASSES}
# --- use.py
from nets import Open, Fake, Closed, Robot
{decorator}def build(given=None) {rest}
build().forward(1)  # {expected}
"""
    hold(tmp_path, text)


def test_method_that_a_subclass_may_override(tmp_path: Path) -> None:
    text = """
# --- use.py
from nets import Open
class Maker:
    def build(self) -> Open: return Open()
    def use(self): self.build().forward(1)  # FWD002
"""
    hold(tmp_path, NET + CLASSES + text)
