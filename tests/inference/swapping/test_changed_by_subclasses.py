"""A base class's call on what a subclass in another file, or created at run time, may have in its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from marked import hold

PROJECT = """
# --- base.py
from torch import nn
class Base:
    {base}
    def step(self, x): return {receiver}.forward(x)  # FWD001{mark}
# --- other.py
from torch import nn
class Robot:
    def __init__(self, *given): pass
    def forward(self, x): return x
class Odd(nn.Module):
    def __call__(self, x): return -x
    def forward(self, x): return x
def wrapped(function):
    def wrapper(self): return Robot(function(self))
    return wrapper
def logged(function):
    def wrapper(self): return function(self)
    return wrapper
# --- below.py
from torch import nn
from base import Base
from other import *
{below}
"""

METHOD = "def make(self): return nn.Identity()"
DECLARED = "def make(self): raise NotImplementedError"
ATTRIBUTE = "net = nn.Identity()"
KIND = "kind = nn.Identity"
PROPERTY = "@property\n    def net(self): return nn.Identity()"
FINE = "class Fine(Base):\n    def make(self): return nn.Identity()\n"

CHANGED = {
    "a method": (METHOD, "self.make()", "class Heir(Base):\n    def make(self): return Robot()"),
    "a method that gives a module with another call": (
        METHOD,
        "self.make()",
        "class Heir(Base):\n    def make(self): return Odd()",
    ),
    "a method by assignment": (METHOD, "self.make()", "class Heir(Base):\n    make = lambda self: Robot()"),
    "a decorated method": (METHOD, "self.make()", "class Heir(Base):\n    @wrapped\n    def make(self): return Odd()"),
    "a decorated method, where the base has none": (
        DECLARED,
        "self.make()",
        "class Heir(Base):\n    @wrapped\n    def make(self): return nn.Identity()",
    ),
    "an attribute": (ATTRIBUTE, "self.net", "class Heir(Base):\n    net = Robot()"),
    "an attribute of the instance": (
        ATTRIBUTE,
        "self.net",
        "class Heir(Base):\n    def __init__(self): self.net = Odd()",
    ),
    "an attribute of a mixin": (
        ATTRIBUTE,
        "self.net",
        "class Mixin:\n    net = Robot()\nclass Heir(Mixin, Base): pass",
    ),
    "a method of a mixin": (
        METHOD,
        "self.make()",
        "class Mixin:\n    def make(self): return Robot()\nclass Heir(Mixin, Base): pass",
    ),
    "a class": (KIND, "self.kind()", "class Heir(Base):\n    kind = Robot"),
    "a property": (PROPERTY, "self.net", "class Heir(Base):\n    net = Robot()"),
    "a property for an attribute": (
        ATTRIBUTE,
        "self.net",
        "class Heir(Base):\n    @property\n    def net(self): return Robot()",
    ),
    "a subclass of a subclass": (
        METHOD,
        "self.make()",
        "class Heir(Base): pass\nclass Last(Heir):\n    def make(self): return Robot()",
    ),
    "a subclass that type creates": (
        DECLARED,
        "self.make()",
        FINE + "Heir = type('Heir', (Base,), {'make': lambda self: Robot()})",
    ),
    "a subclass that type creates from what is not read": (
        METHOD,
        "self.make()",
        "def create(body): return type('Heir', (Base,), body)",
    ),
    "a subclass that computes attributes": (
        ATTRIBUTE,
        "self.net",
        "class Heir(Base):\n    def __getattribute__(self, name): return Robot()",
    ),
}

UNCHANGED = {
    "a method that gives a module as well": (
        METHOD,
        "self.make()",
        "class Heir(Base):\n    def make(self): return nn.ReLU()",
    ),
    "a decorated method that gives the same": (
        METHOD,
        "self.make()",
        "class Heir(Base):\n    @logged\n    def make(self): return nn.ReLU()",
    ),
    "a class that is no subclass": (METHOD, "self.make()", "class Alone:\n    def make(self): return Robot()"),
    "a mixin behind the base": (
        METHOD,
        "self.make()",
        "class Mixin:\n    def make(self): return Robot()\nclass Heir(Base, Mixin): pass",
    ),
    "an instance of the base itself": (
        METHOD,
        "Base().make()",
        "class Heir(Base):\n    def make(self): return Robot()",
    ),
    "a subclass that type creates with something else": (
        METHOD,
        "self.make()",
        "Heir = type('Heir', (Base,), {'other': lambda self: Robot()})",
    ),
}


@pytest.mark.parametrize(("base", "receiver", "below"), CHANGED.values(), ids=CHANGED)
def test_what_a_subclass_replaces_is_not_safe(tmp_path: Path, base: str, receiver: str, below: str) -> None:
    hold(tmp_path, PROJECT.format(base=base, receiver=receiver, below=below, mark=" unsafe"))


@pytest.mark.parametrize(("base", "receiver", "below"), UNCHANGED.values(), ids=UNCHANGED)
def test_what_no_subclass_replaces_is_safe(tmp_path: Path, base: str, receiver: str, below: str) -> None:
    hold(tmp_path, PROJECT.format(base=base, receiver=receiver, below=below, mark=""))


MADE = """
# --- base.py
from torch import nn
class Base(nn.Module):
    @classmethod
    def build(cls): return cls()
    @classmethod
    def run(cls, x): return cls().forward(x)  # FWD001{mark}
    @classmethod
    def start(cls, x):
        net = cls.build()
        return net.forward(x)  # FWD001{mark}
    def forward(self, x): return x
def run(kind: type[Base], x): return kind().forward(x)  # FWD001{mark}
def exact(x): return Base().forward(x)  # FWD001
# --- below.py
from base import Base
class Robot:
    def forward(self, x): return x
class Meta(type):
    def __call__(cls): return Robot()
{below}
"""


@pytest.mark.parametrize(
    "below",
    [
        "class Heir(Base):\n    def __new__(cls): return Robot()",
        "class Heir(Base, metaclass=Meta): pass",
        "class Heir(Base): pass\nclass Last(Heir):\n    def __new__(cls): return Robot()",
    ],
)
def test_a_subclass_that_creates_something_else_is_not_safe(tmp_path: Path, below: str) -> None:
    hold(tmp_path, MADE.format(below=below, mark=" unsafe"))


@pytest.mark.parametrize(
    "below",
    [
        "class Heir(Base): pass",
        "class Heir(Base):\n    def __new__(cls): return super().__new__(cls)",
        "class Alone:\n    def __new__(cls): return Robot()",
    ],
)
def test_subclasses_that_create_themselves_are_safe(tmp_path: Path, below: str) -> None:
    hold(tmp_path, MADE.format(below=below, mark=""))
