"""Calls on modules of an unknown class, beside classes that are called in their own way: can these be meant?"""

from __future__ import annotations

from pathlib import Path

import pytest
from marked import hold

PROGRAM = """
# --- use.py
from torch import nn
from elsewhere import load

class Odd(nn.Module):
    def __call__(self, x): return -x
{odd}

def use(kinds, x, xs, options):
    for one in nn.ModuleList(kinds):
        one.forward({given}){mark}
"""
NONE = ""
ONE = "    def forward(self, x): return x"
NAMED = "    def forward(self, x, *, scale=1): return x"
ANY = "    def forward(self, *args, **options): return args"


@pytest.mark.parametrize(
    ("odd", "given"),
    [
        (NONE, "x"),
        (ONE, ""),
        (ONE, "x, x"),
        (ONE, "x=x, y=x"),
        (ONE, "x, *xs, y=x"),
        (NAMED, "x, x"),
        (NAMED, "x, scale=1, other=2"),
        (NAMED, "x, **options, other=2"),
        (NAMED, "x, x, *xs"),
        (f"{ONE}\nclass Below(Odd): ...", "x, x"),
    ],
)
def test_classes_that_cannot_take_the_call_are_not_meant(tmp_path: Path, odd: str, given: str) -> None:
    hold(tmp_path, PROGRAM.format(odd=odd, given=given, mark="  # FWD001 unsafe"))


@pytest.mark.parametrize(
    ("odd", "given"),
    [
        (ONE, "x"),
        (ONE, "x=1"),
        (ONE, "*xs"),
        (ONE, "**options"),
        (NAMED, "x, scale=2"),
        (ANY, "x, x, y=x"),
        ("    forward = load()", "x, x"),
        ("    def __init__(self): self.forward = load()", "x, x"),
        ("    @load()\n    def forward(self): return 1", "x, x"),
        (f"{ONE}\nclass Below(Odd):\n    def forward(self, x, y): return x", "x, x"),
        (f"{NONE}class Below(Odd):\n    def forward(self, x, y): return x", "x, x"),
        (f"{NONE}class Below(load(), Odd): ...", "x, x"),
    ],
)
def test_classes_that_may_take_the_call_leave_a_guess(tmp_path: Path, odd: str, given: str) -> None:
    hold(tmp_path, PROGRAM.format(odd=odd, given=given, mark="  # FWD003 without a fix"))


def test_a_forward_that_is_passed_on_may_get_anything(tmp_path: Path) -> None:
    text = PROGRAM.replace("one.forward({given}){mark}", "list(map(one.forward, xs))  # {mark}")
    hold(tmp_path / "none", text.format(odd=NONE, mark="FWD004 unsafe"))
    hold(tmp_path / "one", text.format(odd=ONE, mark="").replace("  # \n", "\n"))
