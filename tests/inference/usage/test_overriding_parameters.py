"""A parameter without an annotation whose method overrides one that has one."""

from __future__ import annotations

from pathlib import Path

import pytest
from marked import NET, hold

OVERRIDES = {
    "that declares a module": ("def run(self, net: Net): ...", "def run(self, net)", "FWD001"),
    "that declares who has a module": ("def run(self, net: 'Owner'): ...", "def run(self, net)", "own"),
    "that declares a type variable": ("def run(self, net: T): ...", "def run(self, net)", "FWD001"),
    "that declares something else": ("def run(self, net: Robot): ...", "def run(self, net)", ""),
    "that declares nothing": ("def run(self, net): ...", "def run(self, net)", ""),
    "that declares anything": ("def run(self, net: object): ...", "def run(self, net)", ""),
    "under another name": ("def run(self, other: Net): ...", "def run(self, net)", ""),
    "at another place": ("def run(self, net: Net, x=1): ...", "def run(self, x, net)", ""),
    "by name only": ("def run(self, *, net: Net): ...", "def run(self, *, net)", "FWD001"),
    "that is a constructor": ("def __init__(self, net: Net): ...", "def __init__(self, net)", ""),
    "that has no such method": ("def other(self, net: Net): ...", "def run(self, net)", ""),
}


@pytest.mark.parametrize(("above", "header", "expected"), OVERRIDES.values(), ids=OVERRIDES.keys())
def test_method_of_a_base(tmp_path: Path, above: str, header: str, expected: str) -> None:
    receiver, mark = ("net.own", "FWD001") if expected == "own" else ("net", expected)
    text = f"""{NET}
# --- base.py
from typing import TypeVar
from net import Net, Robot
T = TypeVar("T", bound=Net)
class Owner:
    own: Net
class Base:
    {above}
class Middle(Base): ...
# --- use.py
from base import Middle
class Own(Middle):
    {header}: {receiver}.forward(1){mark and f"  # {mark}"}
"""
    hold(tmp_path, text)


CALLS = {
    "call that passes a module": ("Own().run(nn.ReLU())", "FWD001"),
    "call that passes something else": ("Own().run(Robot())", ""),
    "call that passes what is not read": ("import far\nOwn().run(far.load())", "FWD001"),
}


@pytest.mark.parametrize(("call", "expected"), CALLS.values(), ids=CALLS.keys())
def test_calls_count_as_well(tmp_path: Path, call: str, expected: str) -> None:
    text = f"""{NET}
# --- use.py
from torch import nn
from net import Net, Robot
class Base:
    def run(self, net: Net): ...
class Own(Base):
    def run(self, net): net.forward(1){expected and f"  # {expected}"}
{call}
"""
    hold(tmp_path, text)


def test_what_an_unread_base_declares(tmp_path: Path) -> None:
    text = """
# --- use.py
from far import Far
from net import Net
class Base:
    def run(self, net: Net): ...
class Own(Far, Base):
    def run(self, net): net.forward(1)
"""
    hold(tmp_path, NET + text)
