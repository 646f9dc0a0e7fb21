"""What the contract calls a module instance, and what it does not, where another file of the project tells."""

from __future__ import annotations

from pathlib import Path

import pytest
from marked import NET, hold

PROJECTS = {
    "dict of classes": """
# --- run.py
from net import *
REG = {"net": Net, "odd": Odd}
# --- use.py
from run import REG
REG["net"]().forward(1)  # FWD001
REG["odd"]().forward(1)  # FWD002
def f(k): REG[k]().forward(1)  # FWD002
""",
    "dict with a class that is no module": """
# --- run.py
from net import *
REG = {"net": Net, "r": Robot}
# --- use.py
from run import REG
def f(k): REG[k]().forward(1)
""",
    "dict to which another file adds": """
# --- run.py
from net import *
REG = {"net": Net}
# --- use.py
from run import REG
from net import *
REG["net"] = Robot
# --- use2.py
from run import REG
REG["net"]().forward(1)
""",
    "dict to which a function adds anything": """
# --- run.py
from net import *
REG = {"net": Net}
def register(k, v): REG[k] = v
# --- use2.py
from run import REG
def f(k): REG[k]().forward(1)  # FWD001 unsafe
""",
    "enum of classes": """
# --- run.py
import enum
from net import *
class E(enum.Enum):
    A = Net
    B = Robot
# --- use.py
from run import E
E.A.value().forward(1)
""",
    "dict of factories": """
# --- run.py
from net import *
def a(): return Net()
def b() -> Net: ...
F = {"a": a, "b": b, "c": lambda: Net()}
# --- use.py
from run import F
F["a"]().forward(1)  # FWD001
def f(k): F[k]().forward(1)  # FWD001
""",
    "class method that gives cls()": """
# --- run.py
from net import *
class A(Net):
    @classmethod
    def make(cls, *a): return cls(*a)
class B(A): pass
# --- use.py
from run import A, B
A.make().forward(1)  # FWD001
B.make().forward(1)  # FWD001
""",
    "properties": """
# --- run.py
from net import *
class A:
    @property
    def n(self): return Net()
    @property
    def r(self): return Robot()
    @property
    def u(self) -> "Net": ...
# --- use.py
from run import A
A().n.forward(1)  # FWD001
A().r.forward(1)
A().u.forward(1)  # FWD001
A.n.forward(1)
""",
    "context managers": """
# --- run.py
import contextlib
from net import *
@contextlib.contextmanager
def c(): yield Net()
class C:
    def __enter__(self): return Net()
    def __exit__(self, *a): ...
class D:
    def __enter__(self): return self
    def forward(self, x): ...
# --- use.py
from run import *
with c() as n: n.forward(1)  # FWD001
with C() as n: n.forward(1)  # FWD001
with D() as n: n.forward(1)
with C() as n, c() as m: m.forward(n.forward(1))  # FWD001, FWD001
""",
    "dataclass": """
# --- run.py
from dataclasses import dataclass, field
from net import *
@dataclass
class A:
    n: Net
    r: Robot
    o: "Net | None" = None
    l: list[Net] = field(default_factory=list)
# --- use.py
from run import A
def f(a: A):
    a.n.forward(1)  # FWD001
    a.r.forward(1)
    a.o.forward(1)  # FWD001
    a.l[0].forward(1)  # FWD001
""",
    "named tuples and typed dicts": """
# --- run.py
from typing import NamedTuple, TypedDict
from collections import namedtuple
from net import *
class Pair(NamedTuple):
    n: Net
    r: Robot
    def swapped(self): ...
class Both(TypedDict):
    n: Net
    r: Robot
class More(Both):
    o: Odd
P = namedtuple("P", "n r")
# --- use.py
from run import *
def f(t: Pair, d: Both, e: More, k: str):
    t.n.forward(1)  # FWD001
    t.r.forward(1)
    t[0].forward(1)  # FWD001
    t[-1].forward(1)
    t[k].forward(1)
    a, b = t
    a.forward(1)  # FWD001
    b.forward(1)
    d["n"].forward(1)  # FWD001
    d["r"].forward(1)
    d["x"].forward(1)
    d[k].forward(1)
    e["n"].forward(1)  # FWD001
    e["o"].forward(1)  # FWD002
    P(Net(), 1).n.forward(1)
    Net()["n"].forward(1)
""",
    "generic wrapper": """
# --- run.py
from typing import Generic, TypeVar
from net import *
T = TypeVar("T")
class W(Generic[T]):
    def __init__(self, inner: T): self.inner = inner
    def get(self) -> T: return self.inner
# --- use.py
from run import *
from net import *
def f(w: W[Net], r: W[Robot], u: W):
    w.inner.forward(1)  # FWD001
    w.get().forward(1)  # FWD001
    r.inner.forward(1)
    r.get().forward(1)
    u.get().forward(1)
W(Net()).get().forward(1)  # FWD001
W(Robot()).get().forward(1)
""",
    "protocol": """
# --- run.py
from typing import Protocol
from net import *
class P(Protocol):
    def forward(self, x): ...
# --- use.py
from run import P
from net import *
def f(p: P): p.forward(1)
f(Net())
""",
    "type variable of another file": """
# --- run.py
from typing import TypeVar
from net import *
T = TypeVar("T", bound=Net)
R = TypeVar("R", bound=Robot)
# --- use.py
from run import T, R
def f(t: T, r: R) -> T:
    t.forward(1)  # FWD001
    r.forward(1)
    return t
""",
    "type aliases of another file": """
# --- types_.py
from typing import Optional, Union
from net import Net, Robot
MaybeNet = Optional[Net]
Either = Union[Net, Robot]
Same = Net
Text = "Net"
# --- use.py
import types_
from types_ import MaybeNet, Either, Same
def f(a: MaybeNet, b: Either, c: Same, d: types_.MaybeNet, e: types_.Text, g: types_.Same):
    a.forward(1)  # FWD001
    b.forward(1)
    c.forward(1)  # FWD001
    d.forward(1)  # FWD001
    e.forward(1)  # FWD001
    g.forward(1)  # FWD001
""",
    "overloads": """
# --- run.py
from typing import overload
from net import *
@overload
def get(x: int) -> Net: ...
@overload
def get(x: str) -> Robot: ...
def get(x): return Net() if isinstance(x, int) else Robot()
# --- use.py
from run import get
get(1).forward(1)  # FWD001
get("a").forward(1)
""",
    "partial of a class": """
# --- run.py
from functools import partial
from net import *
make = partial(Net)
bad = partial(Robot)
# --- use.py
from run import *
make().forward(1)  # FWD001
bad().forward(1)
""",
    "conditional imports": """
# --- use.py
try:
    from net import Net
except ImportError:
    Net = None
if load():
    from net import Net as X
else:
    from net import Robot as X
Net().forward(1)  # FWD001
X().forward(1)
""",
    "type comments": """
# --- use.py
from net import *
a = load()  # type: Net
a.forward(1)  # FWD001
def f(a, b):
    # type: (Net, Robot) -> Net
    a.forward(1)  # FWD001
    b.forward(1)
f(1, 2).forward(1)  # FWD001
""",
    "tests of classes of another file": """
# --- use.py
from net import *
if (m := Net()): m.forward(1)  # FWD001
def f(x):
    match x:
        case Net() as m: m.forward(1)  # FWD001
        case Robot() as m: m.forward(1)
        case Net() | Robot() as m: m.forward(1)
    if isinstance(x, Net): x.forward(1)  # FWD001
    if isinstance(x, (Net, Robot)): x.forward(1)
    elif isinstance(x, Robot): x.forward(1)
    if not isinstance(x, Net): x.forward(1)
    if isinstance(x, Net) or x: x.forward(1)
    if isinstance(x, Net) and x: x.forward(1)  # FWD001
""",
    "imports for type checkers only": """
# --- use.py
from __future__ import annotations
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from net import Net, Robot
def f(n: Net, r: Robot, s: "Net"):
    n.forward(1)  # FWD001
    r.forward(1)
    s.forward(1)  # FWD001
""",
    "Self": """
# --- run.py
from typing import Self
from net import *
class A(Net):
    def fluent(self) -> Self: return self
    @classmethod
    def new(cls) -> Self: return cls()
class B(A): pass
# --- use.py
from run import *
A().fluent().forward(1)  # FWD001
B.new().forward(1)  # FWD001
""",
    "super and classes as receivers": """
# --- use.py
from net import *
class A(Net):
    def forward(self, x):
        super().forward(x)
        Net.forward(self, x)
        super(A, self).forward(x)
        type(self).forward(self, x)
        self.__class__.forward(self, x)
""",
    "autograd function": """
# --- use.py
import torch
class F(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x): return x
    @classmethod
    def go(cls): cls.forward(1)
F.forward(None, 1)
F().forward(1)
F.apply(1)
""",
    "plain object with a forward in an attribute": """
# --- use.py
class P:
    def __init__(self, f): self.forward = f
def g(p: P): p.forward(1)
P(1).forward(1)
""",
    "unions of classes of another file": """
# --- use.py
from net import *
def f(x: Net | Robot):
    if isinstance(x, Robot):
        x.forward(1)
        return
    x.forward(1)  # FWD001
def g(x: "Net | Odd"): x.forward(1)  # FWD002
def h(x: "Net | None"): x.forward(1)  # FWD001
def i(x: "Net | Unread"): x.forward(1)  # FWD001 unsafe
""",
    "assertions": """
# --- use.py
import unittest
from net import *
class T(unittest.TestCase):
    def test(self):
        x = load()
        self.assertIsInstance(x, Net)
        x.forward(1)  # FWD001
        y = load()
        assert isinstance(y, Net)
        y.forward(1)  # FWD001
""",
    "registry with a class that is no module": """
# --- reg.py
class Registry:
    def __init__(self, name): self.d = {}
    def register(self, cls):
        self.d[cls.__name__] = cls
        return cls
    def build(self, cfg): return self.d[cfg["type"]](**cfg)
MODELS = Registry("models")

# --- use.py
from reg import MODELS
from net import *
@MODELS.register
class A(Net): ...
@MODELS.register
class B(Robot): ...
def f(cfg): MODELS.build(cfg).forward(1)
""",
    "registry filled by a call": """
# --- reg.py
class Registry:
    def __init__(self, name): self.d = {}
    def register(self, cls):
        self.d[cls.__name__] = cls
        return cls
    def build(self, cfg): return self.d[cfg["type"]](**cfg)
MODELS = Registry("models")

# --- use.py
from reg import MODELS
from net import *
@MODELS.register
class A(Net): ...
MODELS.register(Robot)
def f(cfg): MODELS.build(cfg).forward(1)
""",
    "registry filled under another name": """
# --- reg.py
class Registry:
    def __init__(self, name): self.d = {}
    def register(self, cls):
        self.d[cls.__name__] = cls
        return cls
    def build(self, cfg): return self.d[cfg["type"]](**cfg)
MODELS = Registry("models")

# --- use.py
from reg import MODELS
from net import *
@MODELS.register
class A(Net): ...
add = MODELS.register
@add
class B(Robot): ...
def f(cfg): MODELS.build(cfg).forward(1)
""",
    "registry that wraps what it makes": """
# --- reg.py
class Wrapper:
    def __init__(self, m): ...
    def forward(self, x): ...
class Registry:
    def __init__(self, name): self.d = {}
    def register(self, cls):
        self.d[cls.__name__] = cls
        return cls
    def build(self, cfg): return Wrapper(self.d[cfg["type"]](**cfg))
MODELS = Registry("models")

# --- use.py
from reg import MODELS
from net import *
@MODELS.register
class A(Net): ...
def f(cfg): MODELS.build(cfg).forward(1)
""",
    "class with a base that was not read": """
# --- a.py
from elsewhere import Base
from net import *
class A(Base):
    def __init__(self):
        super().__init__()
        self.n = Net()
    def forward(self, x):
        return self.n.forward(x)  # FWD001
    def go(self, x): return self.forward(x)  # FWD003
class Robotic(Base):
    def __init__(self):
        super().__init__()
        self.n = Net()
    def forward(self, x): ...
    def __call__(self, x): ...
    def go(self, x): return self.forward(x)
class NoInit(Base):
    def forward(self, x): ...
    def go(self, x): return self.forward(x)
""",
    "descriptor": """
# --- a.py
from net import *
class D:
    def __get__(self, o, t): return Robot()
class A:
    m = D()
    def go(self): self.m.forward(1)
""",
    "asynchronous generator": """
# --- a.py
from net import *
async def g():
    yield Net()
async def f():
    async for m in g(): m.forward(1)  # FWD001
    g().forward(1)
""",
}


@pytest.mark.parametrize("text", PROJECTS.values(), ids=PROJECTS)
def test_across_files(tmp_path: Path, text: str) -> None:
    hold(tmp_path, NET + text)
