"""Subclasses whose base is given by something that another file keeps under its own name."""

from __future__ import annotations

from pathlib import Path

import pytest
from marked import hold

BASE = """
# --- net.py
from torch import nn
class Net(nn.Module):
    def forward(self, x): return x
    def predict(self, x): return self.forward(x)  # {rule}
{kept}
# --- fast.py
{imported}
class Fast({base}):
    def __call__(self, x): return {{"score": self.predict(x)}}
"""

WAYS = {
    "a function": ("def base_for(kind): return Net", "from net import base_for", 'base_for("fast")'),
    "an annotated name": ("Parent: type[Net] = Net", "from net import Parent", "Parent"),
    "a comment in the header": ("", "from net import Net", "  # the base class of fast nets (see score):\n    Net,\n"),
    "a tuple assignment": ("", "from net import Net\nParent, VERSION = Net, 2", "Parent"),
    "an assignment over two lines": ("", "import net\nParent = (\n    net.Net\n)", "Parent"),
    "an assignment without blanks": ("", "import net\nParent=net.Net", "Parent"),
    "two statements in a line": ("", "import net\ntry: Parent = net.Net; NEW = True\nexcept OSError: Parent = object",
                                 "Parent"),
}  # fmt: skip


@pytest.mark.parametrize(("kept", "imported", "base"), WAYS.values(), ids=WAYS)
def test_subclass_that_gets_another_call_is_found_through(tmp_path: Path, kept: str, imported: str, base: str) -> None:
    hold(tmp_path, BASE.format(rule="FWD002", kept=kept, imported=imported, base=base))


def test_function_that_returns_an_instance_gives_no_base(tmp_path: Path) -> None:
    text = BASE.format(rule="FWD001", kept="def make(): return Net()", imported="from net import make", base="make")
    hold(tmp_path, text)
