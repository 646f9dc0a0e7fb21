"""What callers pass for a field that only has a default, and an annotation that says nothing."""

from __future__ import annotations

from pathlib import Path

from marked import NET, hold

FIELDS = """
# --- run.py
import attr
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, ClassVar, NamedTuple
from pydantic import BaseModel
from net import *

@dataclass
class Alone:
    part: Any = Net()
    def go(self): return self.part.forward(1)  # FWD001
Alone()

@dataclass
class ByPosition:
    size: int = 1
    part: Any = Net()
    def go(self): return self.part.forward(1)
ByPosition(2, Robot())

@dataclass
class ByPositionBefore:
    size: object = 1
    part: Any = Net()
    def go(self): return self.part.forward(1)  # FWD001
ByPositionBefore(Robot())

@dataclass
class ByKeyword:
    part: object = Net()
    def go(self): return self.part.forward(1)
ByKeyword(part=Robot())

@dataclass
class Made:
    part: Any = field(default_factory=Net)
    def go(self): return self.part.forward(1)
Made(part=Robot())

@dataclass
class WithModules:
    part: Any = Net()
    def go(self): return self.part.forward(1)  # FWD001
WithModules(Net())

@dataclass
class Declared:
    part: Net = Net()
    def go(self): return self.part.forward(1)  # FWD001
Declared(Robot())

@dataclass
class Unread:
    part: Any = Net()
    def go(self): return self.part.forward(1)  # FWD001 unsafe
def make(given): return Unread(given)

@dataclass
class Starred:
    part: Any = Net()
    def go(self): return self.part.forward(1)  # FWD001 unsafe
def starred(options): return Starred(**options)

@dataclass
class HandedOn:
    part: Any = Net()
    def go(self): return self.part.forward(1)  # FWD001 unsafe
make_it = partial(HandedOn)

@dataclass
class Above:
    part: Any = Net()
    def go(self): return self.part.forward(1)
@dataclass
class Below(Above):
    size: int = 2
Below(Robot())

@dataclass
class Copied:
    part: Any = Net()
    def go(self): return self.part.forward(1)
replace(Copied(), part=Robot())

class Named(NamedTuple):
    part: Any = Net()
    def go(self): return self.part.forward(1)
Named(Robot())

class NamedAgain(NamedTuple):
    part: Any = Net()
    def go(self): return self.part.forward(1)
NamedAgain()._replace(part=Robot())

@attr.s(auto_attribs=True)
class Attrs:
    part: Any = Net()
    def go(self): return self.part.forward(1)
Attrs(Robot())

class Model(BaseModel):
    part: Any = Net()
    def go(self): return self.part.forward(1)
Model(part=Robot())

class Plain:
    part: Any = Net()
    def go(self): return self.part.forward(1)  # FWD001
def make_plain(options): return Plain(**options)
# --- use.py
from run import ByKeyword as Kept, Starred
Kept()
"""


def test_what_callers_pass_for_a_field_counts_beside_its_default(tmp_path: Path) -> None:
    hold(tmp_path, NET + FIELDS)
