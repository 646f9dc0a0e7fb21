"""What a loop over an instance gives, by the methods that Python would call; and loops that lead nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from marked import NET, hold

from flake8_forward_call.inference.verdicts.judge import judge
from flake8_forward_call.inference.verdicts.verdict import TOO_FAR
from flake8_forward_call.sources.source import Source
from flake8_forward_call.visiting.candidates import candidates

ITS_OWN = """
# --- use.py
from net import Net, Robot

class Nets:
    def __iter__(self): return self
    def __next__(self) -> Net: return self.take()

class Robots:
    def __iter__(self): return self
    def __next__(self): return Robot()

class Both:
    def __iter__(self): return self
    def __next__(self): return Net() if self else Robot()

for one in Nets():
    one.forward(1)  # FWD001
for one in Robots():
    one.forward(1)
for one in Both():
    one.forward(1)
found = [one.forward(1) for one in Nets()]  # FWD001
first, *others = Nets()
first.forward(1)  # FWD001
others[0].forward(1)  # FWD001
for at, one in enumerate(Nets()):
    one.forward(at)  # FWD001
next(Nets()).forward(1)  # FWD001
next(iter(Nets())).forward(1)  # FWD001
next(Robots()).forward(1)
list(Nets())[0].forward(1)  # FWD001
def go():
    yield from Nets()
for one in go():
    one.forward(1)  # FWD001
"""

OTHERS = """
# --- use.py
from net import Net, Robot

class Walk:
    def __init__(self, nets): self.nets = nets
    def __next__(self):
        if not self.nets: raise StopIteration
        return Net()

class Shelf:
    def __iter__(self): return Walk([])

class Below(Shelf): pass

class Wrapped:
    def __iter__(self): return iter(Shelf())

class Delegating:
    def __init__(self): self.shelf = Shelf()
    def __iter__(self): yield from self.shelf

class Items:
    def __getitem__(self, index): return Net()

class RobotItems:
    def __getitem__(self, index): return Robot()

class ItemsAndRobots:
    def __iter__(self): return iter([Robot()])
    def __getitem__(self, index): return Net()

class Mixed:
    def __next__(self): return Net()

class Own(Mixed):
    def __iter__(self): return self

for one in Shelf():
    one.forward(1)  # FWD001
for one in Below():
    one.forward(1)  # FWD001
for one in Wrapped():
    one.forward(1)  # FWD001
for one in Delegating():
    one.forward(1)  # FWD001
for one in Items():
    one.forward(1)  # FWD001
for one in RobotItems():
    one.forward(1)
for one in ItemsAndRobots():
    one.forward(1)
for one in Own():
    one.forward(1)  # FWD001
next(Mixed()).forward(1)  # FWD001
"""

UNREAD = """
# --- use.py
from elsewhere import Base
from net import Net

class Items(Base):
    def __getitem__(self, index): return Net()

for one in Items():
    one.forward(1)
"""

AWAITED = """
# --- use.py
from net import Net, Robot

class Nets:
    def __aiter__(self): return self
    async def __anext__(self): return Net()

class Walk:
    async def __anext__(self): return Robot()

class Robots:
    def __aiter__(self): return Walk()

class Yielding:
    async def __aiter__(self): yield Net()

class EitherWay:
    def __aiter__(self): return self
    async def __anext__(self): return Net()
    def __iter__(self): return iter([Robot()])

async def go():
    async for one in Nets():
        one.forward(1)  # FWD001
    async for one in Robots():
        one.forward(1)
    async for one in Yielding():
        one.forward(1)  # FWD001
    async for one in EitherWay():
        one.forward(1)
    found = [one.forward(1) async for one in Nets()]  # FWD001
    (await anext(Nets())).forward(1)  # FWD001
    return found
"""

ITSELF = """
# --- use.py
from net import Net

class Held(Net):
    def __enter__(self): return self
    async def __aenter__(self): return self
    @property
    def me(self): return self
    @property
    def again(self): return self.again if self.x else self

with Held() as held:
    held.forward(1)  # FWD001
Held().me.me.forward(1)  # FWD001
Held().again.forward(1)  # FWD001
async def go():
    async with Held() as held:
        held.forward(1)  # FWD001
"""


@pytest.mark.parametrize("project", [ITS_OWN, OTHERS, UNREAD, AWAITED, ITSELF])
def test_what_a_class_hands_out_is_told_by_its_methods(tmp_path: Path, project: str) -> None:
    hold(tmp_path, NET + project)


ENDLESS = {
    "own iterator without a next": "class A:\n    def __iter__(self): return self\nfor a in A(): a.forward(1)",
    "next that asks itself": (
        "class A:\n    def __iter__(self): return self\n    def __next__(self): return next(self)\n"
        "for a in A(): a.forward(1)\nnext(A()).forward(1)"
    ),
    "next that loops over itself": (
        "class A:\n    def __iter__(self): return self\n"
        "    def __next__(self):\n        for a in self: return a\nfor a in A(): a.forward(1)"
    ),
    "two that give each other": (
        "class A:\n    def __iter__(self): return B()\nclass B:\n    def __iter__(self): return A()\n"
        "for a in A(): a.forward(1)\nfor b in B(): b.forward(1)\na, b = A()\na.forward(1)"
    ),
    "two that give each other by attributes": (
        "class A:\n    def __init__(self, b: 'B'): self.b = b\n    def __iter__(self): return iter(self.b)\n"
        "class B:\n    def __init__(self, a: A): self.a = a\n    def __iter__(self): return iter(self.a)\n"
        "def go(a: A):\n    for one in a: one.forward(1)"
    ),
    "elements of the same class": (
        "class A:\n    def __iter__(self): return self\n    def __next__(self): return A()\n"
        "for a in A():\n    for b in a:\n        for c in b: c.forward(1)"
    ),
    "iterator of a subclass": (
        "class A:\n    def __iter__(self): return B()\nclass B(A): pass\nfor b in B(): b.forward(1)"
    ),
    "items": "class A:\n    def __getitem__(self, i): return [one for one in self]\nfor a in A(): a.forward(1)",
    "without blocking": (
        "class A:\n    def __aiter__(self): return self\n    async def __anext__(self): return await anext(self)\n"
        "async def go():\n    async for a in A(): a.forward(1)"
    ),
    "with and without blocking": (
        "class A:\n    def __iter__(self): return B()\n    def __aiter__(self): return self\n"
        "class B:\n    def __aiter__(self): return A()\n    def __iter__(self): return self\nfor a in A(): a.forward(1)"
    ),
    "manager": ("class A:\n    def __enter__(self):\n        with self as a: return a\nwith A() as a: a.forward(1)"),
    "two managers": (
        "class A:\n    def __enter__(self): return B().__enter__()\n"
        "class B:\n    def __enter__(self): return A().__enter__()\nwith A() as a: a.forward(1)"
    ),
    "properties": (
        "class A:\n    @property\n    def a(self): return self.b\n    @property\n    def b(self): return self.a\n"
        "A().a.forward(1)\nA().b.a.forward(1)"
    ),
    "made-up attributes": (
        "class A:\n    def __getattr__(self, name): return getattr(self.inner, name)\n"
        "A().inner.forward(1)\nA().x.y.forward(1)"
    ),
    "attributes made up by another": (
        "class A:\n    def __init__(self): self.b = B()\n    def __getattr__(self, key): return getattr(self.b, key)"
        "\nclass B:\n    def __init__(self): self.a = A()\n    def __getattr__(self, key): return getattr(self.a, key)"
        "\n"
        "A().x.forward(1)\nA().b.a.b.x.forward(1)"
    ),
    "objects that call each other": (
        "class A:\n    def __call__(self): return B()()\nclass B:\n    def __call__(self): return A()()\n"
        "A()().forward(1)\nA()()()().forward(1)"
    ),
    "objects that are each other's call": (
        "class A:\n    if x: __call__ = B()\n    else:\n        def __call__(self): ...\n"
        "class B:\n    if x: __call__ = A()\n    else:\n        def __call__(self): ...\n"
        "A()().forward(1)\nB()().forward(1)"
    ),
    "call that gives itself": "class A:\n    def __call__(self): return self\nA()()()().forward(1)",
    "descriptor": (
        "class A:\n    def __get__(self, owner, cls): return self.a\n    a = property(lambda self: self.a)\n"
        "A().a.forward(1)"
    ),
}


@pytest.mark.parametrize("text", ENDLESS.values(), ids=list(ENDLESS))
def test_what_goes_in_circles_comes_to_an_end_and_costs_no_other_call(text: str) -> None:
    source = Source("net.py", f"from torch import nn\nnn.ReLU().forward(0)\n{text}\nnn.Tanh().forward(2)\n")
    verdicts = judge(source, candidates(source.tree, source.forward_rows))
    assert [one.is_told for one in verdicts] == [True, *([False] * (len(verdicts) - 2)), True]
    assert TOO_FAR not in verdicts
