"""A parameter that says nothing of itself is what every call in the project passes for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from marked import NET, hold

RUN = """
# --- run.py
def run(m, x, *, net=None):
    return m.forward(x)  {mark}
"""


@pytest.mark.parametrize(
    ("calls", "mark"),
    [
        ("run(Net(), 1)", "# FWD001"),
        ("run(m=Net(), x=1)", "# FWD001"),
        ("run(Net(), 1)\nrun(Net(), 2)", "# FWD001"),
        ("run(x=1, **{}, m=Net())", "# FWD001"),
        ("run.__call__(Net(), 1)", "# FWD001"),
        ("run(Net(), 1)\nrun.__call__(Robot(), 2)", ""),
        ("run(Net(), *[1])", "# FWD001"),
        ("again = run\nagain(Net(), 1)", "# FWD001"),
        ("again = run\nagain(Net(), 1)\nrun(Robot(), 2)", ""),
        ("again = run\nload(again)\nrun(Net(), 2)", "# FWD001 unsafe"),
        ("class C:\n    again = run\nrun(Net(), 2)", "# FWD001 unsafe"),
        ("", ""),
        ("run(Odd(), 1)", "# FWD002"),
        ("run(Net(), 1)\nrun(Odd(), 2)", "# FWD002"),
        ("run(None, 1)", ""),
        ("run(Net() if load() else None, 1)", "# FWD001"),
        ("run(Robot(), 1)", ""),
        ("run(Net(), 1)\nrun(Robot(), 2)", ""),
        ("run(3, 1)", ""),
        ("run(Net(), 1)\nrun('net', 2)", ""),
        ("run(Net, 1)", ""),
        ("run(load(), 1)", ""),
        ("run(Net(), 1)\nrun(load(), 2)", "# FWD001 unsafe"),
        ("run(Net(), 1)\nrun(*load())", "# FWD001 unsafe"),
        ("run(Net(), 1)\nrun(**load())", "# FWD001 unsafe"),
        ("run(Net(), 1)\nrun(x=2, **load())", "# FWD001 unsafe"),
        ("run(Net(), 1)\nrun()", "# FWD001 unsafe"),
        ("run(Net(), 1)\nload(run)", "# FWD001 unsafe"),
        ("run(Net(), 1)\nload(callback=run)", "# FWD001 unsafe"),
        ("run(Net(), 1)\nrun.callbacks = [run]", "# FWD001 unsafe"),
        ("run(Net(), 1)\ncallbacks = {'run': run}", "# FWD001 unsafe"),
        ("run(Net(), 1)\nload.callback = run", "# FWD001 unsafe"),
        ("run(Net(), 1)\ncallback: object = run", "# FWD001 unsafe"),
        ("run(Net(), 1)\nload(lambda: run)", "# FWD001 unsafe"),
        ("run(Net(), 1)\nload(run if load() else None)", "# FWD001 unsafe"),
        ("run(Net(), 1)\nload(*[run])", "# FWD001 unsafe"),
        ("run(Net(), 1)\nload((run, 1))", "# FWD001 unsafe"),
        ("run(Net(), 1)\nwith load() as f: f(run or load)", "# FWD001 unsafe"),
        ("run(Net(), 1)\ndef give():\n    yield run", "# FWD001 unsafe"),
        ("run(Net(), 1)\ndef give(f=run): ...", "# FWD001 unsafe"),
        ("run(Net(), 1)\nfor f in (run,): f(load(), 1)", "# FWD001 unsafe"),
        ("run(Net(), 1)\nf = functools.partial(run, load())", "# FWD001 unsafe"),
        ("run(Net(), 1)\n[f(load(), 1) for f in [run]]", "# FWD001 unsafe"),
        ("run(Net(), 1)\nprint(run)\nisinstance(run, object)", "# FWD001"),
        ("run(Net(), 1)\nif (f := run): f(load(), 1)", "# FWD001 unsafe"),
        ("run(Net(), 1)\nload(f'{run}')", "# FWD001"),
        ("run(Net(), 1)\nrun.__wrapped__ = 1", "# FWD001"),
        ("run(Net(), 1)\nlocals()['run'](load())", "# FWD001"),
        ("def other(run): run(Robot(), 1)\nrun(Net(), 1)", "# FWD001"),
        ("class C:\n    def run(self, m): ...\nC().run(Robot())\nrun(Net(), 1)", "# FWD001"),
    ],
)
def test_calls_from_another_file_decide(tmp_path: Path, calls: str, mark: str) -> None:
    use = (
        f"# --- use.py\nimport functools\nfrom elsewhere import load\nfrom net import *\nfrom run import run\n{calls}\n"
    )
    hold(tmp_path, NET + RUN.format(mark=mark) + use)


PROJECTS = {
    "function that another gives may be called with anything": """
# --- run.py
def run(m): return m.forward(1)  # FWD001 unsafe
def get(): return run
# --- use.py
from run import run, get
from net import *
run(Net())
get()(Robot())
""",
    "import under a new name is followed on to where that is imported": """
# --- run.py
def run(m): return m.forward(1)
# --- a.py
from run import run as go
# --- use.py
from a import go
from net import *
go(Robot())
# --- use2.py
from run import run
from net import *
run(Net())
""",
    "method called on something unknown may be this one": """
# --- run.py
class T:
    def run(self, m): return m.forward(1)  # FWD001 unsafe
# --- use.py
from run import T
from net import *
T().run(Net())
def f(t): t.run(Robot())
""",
    "method called on something unknown, and passed a module all the same": """
# --- run.py
class T:
    def run(self, m): return m.forward(1)  # FWD001
# --- use.py
from run import T
from net import *
T().run(Net())
def f(t): t.run(Net())
""",
    "method that a subclass calls by super": """
# --- run.py
class T:
    def run(self, m): return m.forward(1)
class U(T):
    def run(self, m): return super().run(m)
# --- use.py
from run import T, U
from net import *
T().run(Net())
U().run(Robot())
""",
    "function made by one that is put in a table": """
# --- run.py
def make(n):
    def run(m): return m.forward(1)  # FWD001 unsafe
    return run
# --- use.py
from run import make
from net import *
make(1)(Net())
table = {1: make}
""",
    "function made by another and called as a decorator": """
# --- run.py
def make(n):
    def run(m):
        m().forward(1)  # FWD001
        return m
    return run
# --- use.py
from run import make
from net import *
@make(1)
class A(Net): ...
""",
    "function made by another and called as a decorator of something else": """
# --- run.py
def make(n):
    def run(m):
        m().forward(1)
        return m
    return run
# --- use.py
from run import make
from net import *
@make(1)
class A(Net): ...
@make(2)
class B(Robot): ...
""",
    "function made by another and stored": """
# --- run.py
def make(n):
    def run(m): return m.forward(1)  # FWD001 unsafe
    return run
# --- use.py
from run import make
from net import *
make(1)(Net())
f = make(2)
f(load())
""",
    "function made by another and stored in an attribute": """
# --- run.py
def make(n):
    def run(m): return m.forward(1)
    return run
# --- use.py
from run import make
from net import *
make(1)(Net())
class C:
    def __init__(self): self.f = make(2)
    def g(self): self.f(Robot())
""",
    "function made by another and handed on": """
# --- run.py
def make(n):
    def run(m): return m.forward(1)  # FWD001 unsafe
    return run
# --- use.py
from run import make
from net import *
make(1)(Net())
load(make(2))
""",
    "nested function that is stored": """
# --- run.py
from net import *
def outer(n):
    def run(m): return m.forward(1)  # FWD001 unsafe
    run(Net())
    n.callback = run
""",
    "nested function that is called where it stands": """
# --- run.py
from net import *
def outer(n):
    def run(m): return m.forward(1)  # FWD001
    return run(Net())
""",
    "nested function that is given back and called later": """
# --- run.py
from net import *
def outer(n):
    def run(m): return m.forward(1)  # FWD001 unsafe
    run(Net())
    return run
# --- use.py
from run import outer
x = outer(1)
x(3)
""",
    "setter that nobody calls by name": """
# --- run.py
from net import *
class C:
    @property
    def m(self): return self._m
    @m.setter
    def m(self, m): m.forward(1)
c = C()
c.m = Robot()
""",
    "parameter that is bound anew": """
# --- run.py
from net import *
def run(m):
    m = m.inner
    m.forward(1)
run(Net())
""",
    "starred parameter": """
# --- run.py
from net import *
def run(*ms):
    for m in ms: m.forward(1)
    ms[0].forward(1)
run(Net())
""",
    "constructor": """
# --- run.py
from net import *
class T:
    def __init__(self, m): self.m = m
    def go(self): self.m.forward(1)  # FWD001
# --- use.py
from run import T
from net import *
T(Net()).go()
""",
    "constructor that a subclass calls by super": """
# --- run.py
from net import *
class T:
    def __init__(self, m): self.m = m
    def go(self): self.m.forward(1)
# --- use.py
from run import T
from net import *
class U(T):
    def __init__(self): super().__init__(Robot())
T(Net()).go()
""",
    "constructor that a subclass calls by the name of the class": """
# --- run.py
from net import *
class T:
    def __init__(self, m): self.m = m
    def go(self): self.m.forward(1)
# --- use.py
from run import T
from net import *
class U(T):
    def __init__(self): T.__init__(self, Robot())
T(Net()).go()
""",
    "constructor called by cls": """
# --- run.py
from net import *
class T:
    def __init__(self, m): self.m = m
    def go(self): self.m.forward(1)
    @classmethod
    def make(cls): return cls(Robot())
# --- use.py
from run import T
from net import *
T(Net()).go()
""",
    "constructor called by the class of self": """
# --- run.py
from net import *
class T:
    def __init__(self, m): self.m = m
    def go(self): self.m.forward(1)
    def clone(self): return type(self)(Robot())
    def clone2(self): return self.__class__(Robot())
# --- use.py
from run import T
from net import *
T(Net()).go()
""",
    "attribute that is set to something else later": """
# --- run.py
from net import *
class T:
    def __init__(self, m): self.m = m
    def go(self): self.m.forward(1)
    def set(self): self.m = Robot()
# --- use.py
from run import T
from net import *
T(Net()).go()
""",
    "attribute that is set to something else from outside": """
# --- run.py
from net import *
class T:
    def __init__(self, m): self.m = m
    def go(self): self.m.forward(1)
# --- use.py
from run import T
from net import *
t = T(Net())
t.m = Robot()
""",
    "method called by the name of the one above": """
# --- run.py
from net import *
class Base:
    def go(self): self.step(Robot())
    def step(self, m): raise NotImplementedError
class Sub(Base):
    def step(self, m): m.forward(1)
Sub().step(Net())
""",
    "method handed on by the name of the one above": """
# --- run.py
from net import *
class Base:
    def go(self): load(self.step)
    def step(self, m): raise NotImplementedError
class Sub(Base):
    def step(self, m): m.forward(1)  # FWD001 unsafe
Sub().step(Net())
""",
    "method that super leads to where a subclass joins two classes": """
# --- run.py
from net import *
class Base:
    def step(self, m): pass
class Sub(Base):
    def step(self, m): super().step(Robot())
class Mix(Base):
    def step(self, m): m.forward(1)
class Both(Sub, Mix): pass
Mix().step(Net())
""",
    "method of a class with an unread base": """
# --- a.py
from net import *
from elsewhere import Callback
class C(Callback):
    def on_start(self, trainer, m): m.forward(1)  # FWD001 unsafe
C().on_start(None, Net())
""",
    "method of a class with a base of a framework": """
# --- a.py
from net import *
import pytorch_lightning as pl
class C(pl.Callback):
    def on_fit_start(self, trainer, m): m.forward(1)  # FWD001 unsafe
C().on_fit_start(None, Net())
""",
    "method of a class with a base of the standard library": """
# --- a.py
from net import *
import threading
class C(threading.Thread):
    def work(self, m): m.forward(1)  # FWD001
C().work(Net())
""",
    "method that sets what others set otherwise": """
# --- a.py
from net import *
class A:
    m = None
    def set(self, m): self.m = m
    def go(self): self.m.forward(1)
# --- b.py
from a import A
from net import *
a = A()
a.set(Net())
b = A()
b.m = Robot()
""",
    "one of two functions of the name": """
# --- a.py
from net import *
if load():
    def run(m): m.forward(1)
else:
    def run(m): m.forward(2)
run(Net())
run(Robot())
""",
    "function that another calls in its place": """
# --- a.py
import functools
from net import *
def deco(fn):
    @functools.wraps(fn)
    def inner(m): return fn(Robot())
    return inner
@deco
def run(m): m.forward(1)
run(Net())
""",
    "default that is no module": """
# --- a.py
from net import *
def run(m=Robot()): m.forward(1)
run()
run(Net())
""",
    "default whose name is bound anew": """
# --- a.py
from net import *
D = Net()
def run(m=D): m.forward(1)  # FWD001
run()
D = Robot()
""",
    "parameter that an inner function binds anew": """
# --- a.py
from net import *
def run(m):
    def swap():
        nonlocal m
        m = Robot()
    swap()
    m.forward(1)
run(Net())
""",
    "parameter that a loop binds anew": """
# --- a.py
from net import *
def run(m):
    while load():
        m.forward(1)
        m = Robot()
run(Net())
""",
    "method of the same name in another class": """
# --- a.py
from net import *
class A:
    def run(self, m): m.forward(1)  # FWD001
class B:
    def run(self, m): m.forward(1)
A().run(Net())
B().run(Robot())
""",
    "keywords out of a dict": """
# --- a.py
from net import *
def run(m): m.forward(1)
run(Net())
run(**{"m": Robot()})
""",
    "partial of the function": """
# --- a.py
import functools
from net import *
def run(a, m): m.forward(1)  # FWD001 unsafe
run(1, Net())
functools.partial(run, 1)(Robot())
""",
    "constructor that a subclass calls with starred arguments": """
# --- a.py
from net import *
class A:
    def __init__(self, m, **kw): self.m = m
    def go(self): self.m.forward(1)
class B(A):
    def __init__(self, *a, **kw): super().__init__(*a, **kw)
A(Net())
B(Robot())
""",
    "field of a dataclass": """
# --- a.py
from dataclasses import dataclass
from net import *
@dataclass
class A:
    m: object
    def go(self): self.m.forward(1)  # FWD001 unsafe
A(Net())
""",
    "parameter that is annotated as anything": """
# --- a.py
from typing import Any
from net import *
def run(m: Any): m.forward(1)  # FWD001 unsafe
run(Net())
""",
    "function made by another that decorates with it": """
# --- run.py
def make(f):
    def run(m): return m.forward(1)  # FWD001 unsafe
    return run
# --- use.py
from run import make
from net import *
make(1)(Net())
@make
def other(): ...
""",
    "function made by one that another makes": """
# --- run.py
def outer(a):
    def make(b):
        def run(m): return m.forward(1)
        return run
    return make
# --- use.py
from run import outer
from net import *
outer(1)(2)(Net())
""",
    "decorator that is called as a function too": """
# --- run.py
from net import *
def run(m): m.forward(1)
run(Net())
@run
def other(): ...
""",
    "second parameter of a decorator": """
# --- run.py
from net import *
def run(cls, m=Net()):
    m.forward(1)  # FWD001
    return cls
@run
class A: ...
""",
    "class that is named in a cast, a test and a handler": """
# --- run.py
from typing import cast, Union
from net import *
class T(Exception):
    def __init__(self, m): self.m = m
    def go(self): self.m.forward(1)  # FWD001
T(Net())
Either = Union[T, Net]
try: load()
except (T, ValueError): ...
if isinstance(load(), (T, Robot)) or load() in (T, Robot): cast(T, load())
""",
    "class that is cast": """
# --- run.py
from typing import cast
from net import *
class T:
    def __init__(self, m): self.m = m
    def go(self): self.m.forward(1)  # FWD001 unsafe
T(Net())
cast(object, T)(load())
""",
    "class that stands in a comprehension, a default, a lambda": """
# --- run.py
from net import *
class T:
    def __init__(self, m): self.m = m
    def go(self): self.m.forward(1)  # FWD001 unsafe
class U:
    def __init__(self, m): self.m = m
    def go(self): self.m.forward(1)  # FWD001 unsafe
T(Net())
U(Net())
{key: T for key in load()}
{U: 1}
""",
    "subclass with a constructor of its own": """
# --- run.py
from net import *
from elsewhere import Unread
class T:
    def __init__(self, m): self.m = m
    def go(self): self.m.forward(1)  # FWD001
class U(T):
    def __init__(self): ...
class V(Unread, T): ...
T(Net())
U()
""",
}


@pytest.mark.parametrize("text", PROJECTS.values(), ids=PROJECTS)
def test_calls_of_the_whole_project(tmp_path: Path, text: str) -> None:
    hold(tmp_path, NET + text)


DISPATCHED = {
    "a name with a written beginning": ('getattr(self, f"run_{name}")', " unsafe"),
    "a sum with a written beginning": ('getattr(self, "run_" + name)', " unsafe"),
    "another beginning": ('getattr(self, f"stop_{name}")', ""),
    "a name of which nothing is written": ("getattr(self, name)", ""),
}


@pytest.mark.parametrize(("method", "mark"), DISPATCHED.values(), ids=DISPATCHED)
def test_method_that_is_fetched_by_a_part_of_its_name_may_have_other_callers(
    tmp_path: Path, method: str, mark: str
) -> None:
    hold(
        tmp_path,
        f"""
# --- run.py
from torch import nn
class Runner:
    def run_one(self, model, x): return model.forward(x)  # FWD001{mark}
    def dispatch(self, model, x, name):
        method = {method}
        return method(model, x)
Runner().run_one(nn.Identity(), 1)
""",
    )
