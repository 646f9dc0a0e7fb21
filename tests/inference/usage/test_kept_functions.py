"""Functions and classes that other code keeps, and calls from where it kept them; and loose annotations on the way."""

from __future__ import annotations

from pathlib import Path

import pytest
from marked import NET, hold

STEP = """
# --- steps.py
def step(m, x): return m.forward(x)  {mark}
def other(m): return 3
STEPS = {{"step": step, "other": other}}
"""

KEPT = {
    "in an attribute, out of a table": """
# --- run.py
from net import *
from steps import STEPS
class Run:
    def __init__(self, name): self.step = STEPS[name]
    def go(self): self.step({passed}, 1)
""",
    "in a variable, out of a table": """
# --- run.py
from net import *
from steps import STEPS
def go(name):
    step = STEPS.get(name)
    if step is None: raise KeyError(name)
    return step({passed}, 1)
""",
    "by a function that gets it out of a table": """
# --- run.py
from net import *
from steps import STEPS
def call(function): function({passed}, 1)
def go(name): call(STEPS[name])
""",
    "by a parameter that is annotated as callable": """
# --- run.py
from typing import Callable, Optional
from net import *
from steps import step
class Run:
    def __init__(self, function: Optional[Callable] = None): self.function = function
    def go(self): self.function({passed}, 1)
Run(step)
""",
}


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
@pytest.mark.parametrize(("passed", "mark"), [("Net()", "# FWD001"), ("Robot()", "")])
def test_function_that_is_kept(tmp_path: Path, text: str, passed: str, mark: str) -> None:
    steps = STEP.format(mark=mark)
    if "STEPS" not in text:
        steps = steps.partition("STEPS")[0]
    hold(tmp_path, NET + steps + text.format(passed=passed))


PROJECTS = {
    "decorator that keeps it in a table": """
# --- run.py
from net import *
TABLE = {}
def keeps(name):
    def decorate(function):
        TABLE[name] = function
        return function
    return decorate
@keeps("a")
def a(m): m.forward(1)  # FWD001 unsafe
def go(name): TABLE[name](Net())
""",
    "decorator that keeps it in a table, which is called with something else": """
# --- run.py
from net import *
TABLE = {}
def keeps(function):
    TABLE[function.__name__] = function
    return function
@keeps
def a(m): m.forward(1)
def go(name):
    TABLE[name](Net())
    TABLE[name](Robot())
""",
    "decorator that is not read": """
# --- run.py
from elsewhere import keeps
from net import *
@keeps
def a(m): m.forward(1)  # FWD001 unsafe
a(Net())
""",
    "class that is a default": """
# --- run.py
from torch import nn
from net import *
class Wrapper(nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner
    def forward(self, x): return self.inner.forward(x)  # FWD001 unsafe
def wrapped(layer, kind: type[nn.Module] = Wrapper): return kind(layer)
wrapped(Net())
""",
    "class that is a default, and gets something else": """
# --- run.py
from torch import nn
from net import *
class Wrapper(nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner
    def forward(self, x): return self.inner.forward(x)
def wrapped(layer, kind: type[nn.Module] = Wrapper): return kind(layer)
wrapped(Robot())
""",
    "class that is the default of a field": """
# --- run.py
from dataclasses import dataclass
from torch import nn
from net import *
class Wrapper(nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner
    def forward(self, x): return self.inner.forward(x)  # FWD001 unsafe
@dataclass
class Config:
    wrapper: type = Wrapper
def go(config: Config): config.wrapper(Net())
""",
    "function that is set on a class": """
# --- run.py
from net import *
def step(self, x): return self.forward(x)  # FWD001
def turn(self, x): return self.forward(x)
Net.step = step
Robot.turn = turn
""",
    "forward of a module, run by a call of it": """
# --- run.py
from torch import nn
from net import *
class Penalty(nn.Module):
    def forward(self, critic, x): return critic.forward(x)  # FWD001 unsafe
class Score(nn.Module):
    def forward(self, critic, x): return critic.forward(x)
class Run:
    def __init__(self): self.penalty = Penalty()
    def go(self): self.penalty(critic=Net(), x=1)
Score()(Robot(), 1)
""",
    "starred parameter": """
# --- run.py
from net import *
def chain(*makers, **named): return [one() for one in makers], named["last"]
def net(): return Net()
def robot(): return Robot()
for one in chain(net, Net)[0]: one.forward(1)  # FWD001
for one in chain(net, robot)[0]: one.forward(1)
for one in chain(*[net])[0]: one.forward(1)  # FWD001
chain(net, last=Net())[1].forward(1)  # FWD001
chain(net, last=Robot())[1].forward(1)
""",
    "field that is annotated as callable": """
# --- run.py
from dataclasses import dataclass, field
from typing import Any, Callable
from net import *
@dataclass
class Pool:
    make: Callable
    items: list = field(default_factory=list)
    def grow(self): self.items.append(self.make())
    def first(self): return self.make()
pool = Pool(make=Net)
pool.first().forward(1)  # FWD001 unsafe
for one in pool.items: one.forward(1)  # FWD001 unsafe
""",
    "callable that is declared to give modules": """
# --- run.py
from typing import Callable
from torch import nn
def a(make: Callable[..., nn.Linear]): make().forward(1)  # FWD001 unsafe
def b(make: "Callable[[int], int]"): make(1).forward(1)
def c(make: Callable[..., nn.Linear]): make.forward(1)
""",
    "declared by a base as anything": """
# --- base.py
from typing import Any
class Recipe:
    def build(self) -> Any: ...
    def go(self): self.build().forward(1)  # FWD001
class Bad:
    def build(self) -> Any: raise NotImplementedError
    def go(self): self.build().forward(1)
# --- run.py
from base import *
from net import *
class One(Recipe):
    def build(self): return Net()
class Two(Bad):
    def build(self): return Net()
class Three(Bad):
    def build(self): return Robot()
""",
    "class of self": """
# --- base.py
class Copied:
    def copy(self): return self.__class__()
    def clone(self):
        made = type(self)()
        return made
    def kind(self): return type(self)
# --- run.py
from base import *
from net import *
class A(Copied, Net): ...
class B(Copied, Robot): ...
A().copy().forward(1)  # FWD001
A().clone().forward(1)  # FWD001
B().copy().forward(1)
B().clone().forward(1)
A().kind().forward(A(), 1)
def f(one: Copied): one.copy().forward(1)
""",
    "module of sys.modules": """
# --- nets.py
import sys
from net import Net
class Small(Net): ...
def make(name): getattr(sys.modules[__name__], name)().forward(1)  # FWD001 unsafe
# --- robots.py
from net import Robot
# --- run.py
import sys
import nets, robots
sys.modules["nets"].Small().forward(1)  # FWD001
sys.modules["robots"].Robot().forward(1)
def f(name):
    getattr(sys.modules["robots"], name)().forward(1)
    sys.modules[name].Small().forward(1)
""",
    "entered by a stack": """
# --- run.py
from contextlib import ExitStack, contextmanager
from net import *
@contextmanager
def net(): yield Net()
@contextmanager
def robot(): yield Robot()
with ExitStack() as stack:
    stack.enter_context(net()).forward(1)  # FWD001
    stack.enter_context(robot()).forward(1)
""",
    "what a flag or a class decides": """
# --- run.py
from net import *
def flag(both=False):
    net = Net()
    return (net, 1) if both else net
def one_or_many(names): return Net() if isinstance(names, str) else [Net() for _ in names]
def either(what):
    if isinstance(what, (list, tuple)): return Robot()
    return Net()
flag().forward(1)  # FWD001
flag(both=True)[0].forward(1)  # FWD001
flag(both=True).forward(1)
one_or_many("a").forward(1)  # FWD001
one_or_many(["a"]).forward(1)
one_or_many(["a"])[0].forward(1)  # FWD001
either([1]).forward(1)
either((1,)).forward(1)
either(Net()).forward(1)  # FWD001
either({}).forward(1)  # FWD001
def f(what): either(what).forward(1)
""",
}


@pytest.mark.parametrize("text", PROJECTS.values(), ids=PROJECTS)
def test_what_is_kept_and_called(tmp_path: Path, text: str) -> None:
    hold(tmp_path, NET + text)
