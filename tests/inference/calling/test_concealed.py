"""Values that are declared to be modules, where the project shows ones that are called in their own way."""

from __future__ import annotations

from pathlib import Path

import pytest
from marked import hold

HEAD = """
# --- nets.py
from torch import nn
class Net(nn.Module):
    def forward(self, x): return x
class Odd(nn.Module):
    def __call__(self, x): return -x
    def forward(self, x): return x
class Later(nn.Module):
    def forward(self, x): return x
class Heir(Later):
    def __call__(self, x): return -x
class Doubtful(nn.Module):
    def __call__(self, x): return super().__call__(x) if x else x
    def forward(self, x): return x
class Robot:
    def forward(self, x): return x
# --- use.py
from __future__ import annotations
import functools
from dataclasses import dataclass
from typing import TypeVar
from torch import nn
from nets import *
"""

# What the value comes through; GIVEN is what the project gives.
WAYS = {
    "a parameter": """
        def run(net: nn.Module, x): return net.forward(x)  # FWD001 MARK
        run(GIVEN, 1)
    """,
    "a parameter by keyword": """
        def run(x, net: nn.Module = None): return net.forward(x)  # FWD001 MARK
        run(1, net=GIVEN)
    """,
    "a parameter that is passed on": """
        def run(net: nn.Module, x): return net.forward(x)  # FWD001 MARK
        def start(net: nn.Module): return run(net, 1)
        start(GIVEN)
    """,
    "a parameter with a type variable": """
        T = TypeVar("T", bound=nn.Module)
        def run(net: T, x) -> T: return net.forward(x)  # FWD001 MARK
        run(GIVEN, 1)
    """,
    "a parameter without annotation that gets one with": """
        def run(net, x): return net.forward(x)  # FWD001 MARK
        def start(net: nn.Module): return run(net, 1)
        start(GIVEN)
    """,
    "a parameter of another class": """
        def run(net: nn.Sequential, x): return net.forward(x)  # FWD001 MARK
        run(GIVEN, 1)
    """,
    "an attribute": """
        class Trainer:
            def __init__(self, net: nn.Module): self.net = net
            def run(self, x): return self.net.forward(x)  # FWD001 MARK
        Trainer(GIVEN)
    """,
    "a declared attribute": """
        class Trainer:
            net: nn.Module
            def __init__(self, net): self.net = net
            def run(self, x): return self.net.forward(x)  # FWD001 MARK
        Trainer(GIVEN)
    """,
    "a field of a dataclass": """
        @dataclass
        class Trainer:
            net: nn.Module
            def run(self, x): return self.net.forward(x)  # FWD001 MARK
        Trainer(GIVEN)
    """,
    "a list": """
        def run(nets: list[nn.Module], x):
            for net in nets:
                net.forward(x)  # FWD001 MARK
            return nets[0].forward(x)  # FWD001 MARK
        run([Net(), GIVEN], 1)
    """,
    "a dict": """
        def run(nets: dict[str, nn.Module], x):
            for net in nets.values():
                net.forward(x)  # FWD001 MARK
        run({"a": GIVEN}, 1)
    """,
    "a default": """
        def run(x, net: nn.Module = GIVEN): return net.forward(x)  # FWD001 MARK
    """,
    "one of several": """
        def run(*nets: nn.Module):
            for net in nets:
                net.forward(1)  # FWD001 MARK
        run(Net(), GIVEN)
    """,
    "any keyword": """
        def run(**nets: nn.Module):
            for net in nets.values():
                net.forward(1)  # FWD001 MARK
        run(a=GIVEN)
    """,
    "a partial function": """
        def run(net: nn.Module, x): return net.forward(x)  # FWD001 MARK
        functools.partial(run, GIVEN)
    """,
    "a function that is mapped": """
        def run(net: nn.Module): return net.forward(1)  # FWD001 MARK
        list(map(run, [GIVEN]))
    """,
    "the call of a function by its name": """
        def run(net: nn.Module): return net.forward(1)  # FWD001 MARK
        run.__call__(GIVEN)
    """,
    "the result of a function": """
        def make() -> nn.Module: return GIVEN
        def run(x): return make().forward(x)  # FWD001 MARK
    """,
    "the result of a method in a subclass": """
        class Trainer:
            def make(self) -> nn.Module: raise NotImplementedError
            def run(self, x): return self.make().forward(x)  # FWD001 MARK
        class Other(Trainer):
            def make(self) -> nn.Module: return GIVEN
    """,
    "a property": """
        class Trainer:
            def __init__(self): self._net = GIVEN
            @property
            def net(self) -> nn.Module: return self._net
            def run(self, x): return self.net.forward(x)  # FWD001 MARK
    """,
}


@pytest.mark.parametrize("given", ["Odd()", "Heir()", "Doubtful()", "Robot()"])
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_what_the_project_gives_counts_more_than_the_annotation(tmp_path: Path, way: str, given: str) -> None:
    program = way.replace("GIVEN", given).replace("MARK", "unsafe").replace("\n        ", "\n")
    hold(tmp_path, HEAD + program)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_an_annotation_is_a_proof_where_nothing_else_is_given(tmp_path: Path, way: str) -> None:
    hold(tmp_path, HEAD + way.replace("GIVEN", "Net()").replace(" MARK", "").replace("\n        ", "\n"))


def test_a_declared_argument_may_be_of_a_subclass(tmp_path: Path) -> None:
    program = """
        def run(net: nn.Module, x): return net.forward(x)  # FWD001 unsafe
        def start(net: Later): run(net, 1)
    """
    hold(tmp_path, HEAD + program.replace("\n        ", "\n"))


def test_an_interface_that_modules_have_is_no_other_class(tmp_path: Path) -> None:
    program = """
        class Able:
            def forward(self, x): raise NotImplementedError
        class Both(Net, Able): pass
        def run(net: Net, x): return net.forward(x)  # FWD001
        def start(net: Able): run(net, 1)
    """
    hold(tmp_path, HEAD + program.replace("\n        ", "\n"))


def test_a_wrapper_of_another_value_says_nothing(tmp_path: Path) -> None:
    program = """
        class Box:
            def __init__(self, inner): self.inner = inner
        def run(net: Net, x): return Box(net).inner.forward(x)  # FWD001
        Box(Robot())
        Box(Odd())
    """
    hold(tmp_path, HEAD + program.replace("\n        ", "\n"))


BELOW = """
# --- base.py
from torch import nn
class Base(nn.Module):
    def forward(self, x): return x
    def run(self, x): return self.forward(x)  # {rule}
def run(net: Base, x): return net.forward(x)  # {rule}
def exact(x): return Base().forward(x)  # FWD001
# --- tools.py
class Meta(type):
    def __new__(meta, name, bases, body):
        body["__call__"] = quick
        return super().__new__(meta, name, bases, body)
def quick(self, x): return -x
def hasty(cls):
    cls.__call__ = quick
    return cls
# --- below.py
import types
from base import Base
from tools import Meta, hasty, quick
{below}
"""

CHANGED_BELOW = {
    "a metaclass": "class Heir(Base, metaclass=Meta): pass",
    "a class that type creates": "Heir = type('Heir', (Base,), {'__call__': quick})",
    "a class that type creates from keywords": "Heir = type('Heir', (Base,), dict(__call__=quick))",
    "a class that types creates": "Heir = types.new_class('Heir', (Base,), {}, lambda body: body.update(read()))",
    "a class that type creates below": "class Heir(Base): pass\nLast = type('Last', (Heir,), {'__call__': quick})",
}
OTHER_BELOW = {
    "what Module's call uses": "class Heir(Base):\n    def _call_impl(self, x): return -x",
    "a decorator": "@hasty\nclass Heir(Base): pass",
    "another file": "class Heir(Base): pass\n# --- patch.py\nfrom below import Heir, quick\nHeir.__call__ = quick",
}
SAME_BELOW = {
    "nothing of the kind": "class Heir(Base): pass",
    "another class": "@hasty\nclass Alone: pass",
    "a class that type creates without a call": "Heir = type('Heir', (Base,), {'run': quick})",
    "a question for the class": "print(type(Base))",
}


@pytest.mark.parametrize("below", CHANGED_BELOW.values(), ids=CHANGED_BELOW)
def test_a_subclass_may_get_another_call_by_any_means(tmp_path: Path, below: str) -> None:
    hold(tmp_path, BELOW.format(below=below, rule="FWD001 unsafe"))


@pytest.mark.parametrize("below", SAME_BELOW.values(), ids=SAME_BELOW)
def test_subclasses_that_keep_the_call_do_no_harm(tmp_path: Path, below: str) -> None:
    hold(tmp_path, BELOW.format(below=below, rule="FWD001"))


@pytest.mark.parametrize("below", OTHER_BELOW.values(), ids=OTHER_BELOW)
def test_a_subclass_that_certainly_gets_another_call_is_a_reason_to_leave_the_call(tmp_path: Path, below: str) -> None:
    hold(tmp_path, BELOW.format(below=below, rule="FWD002"))


SUBMODULES = """
# --- own.py
from torch import nn
class Odd(nn.Module):
    def __call__(self, x): return -x
    def forward(self, {taken}): return x
class Even(nn.Module):
    def forward(self, x): return x
class Part(nn.Module):
    def __init__(self):
        super().__init__()
        self.parts = nn.ModuleList([{part}])
class Own(nn.Module):
    def __init__(self):
        super().__init__()
        self.part = Part()
        self.label = "own"
    def run(self, x, name):
        for one in self.children():
            one.forward(x)  # FWD001{mark}
        for _, one in self.named_modules():
            one.forward(x)  # FWD001{mark}
        self._modules[name].forward(x)  # FWD001{mark}
        self.get_submodule(name).forward(x)  # FWD001{mark}
# --- any.py
from torch import nn
def run(net: nn.Module, x):
    for one in net.modules():
        one.forward(x)  # FWD001{any_mark}
"""


@pytest.mark.parametrize(
    ("part", "taken", "mark", "any_mark"),
    [
        ("Odd()", "x", " unsafe", " unsafe"),
        ("Even()", "x", "", " unsafe"),
        ("Even()", "x, y, z", "", ""),
    ],
)
def test_what_submodules_are_counts(tmp_path: Path, part: str, taken: str, mark: str, any_mark: str) -> None:
    hold(tmp_path, SUBMODULES.format(part=part, taken=taken, mark=mark, any_mark=any_mark))


EACH_SUBMODULE = {
    "values of _modules": "for net in self._modules.values(): net.forward(x)  # FWD001{mark}",
    "items of _modules": "for _, net in self._modules.items(): net.forward(x)  # FWD001{mark}",
    "a list of modules": "for net in list(self.modules())[1:]: net.forward(x)  # FWD001{mark}",
    "children of a container": "for net in self.body.children(): net.forward(x)  # FWD001{mark}",
    "named children of a container": "for _, net in self.body.named_children(): net.forward(x)  # FWD001{mark}",
    "a submodule of a container": 'self.body.get_submodule("1").forward(x)  # FWD001{mark}',
}


@pytest.mark.parametrize(("inner", "mark"), [("Odd()", " unsafe"), ("Net()", "")], ids=["odd", "plain"])
@pytest.mark.parametrize("use", EACH_SUBMODULE.values(), ids=EACH_SUBMODULE)
def test_submodules_of_containers_may_have_another_call(tmp_path: Path, use: str, inner: str, mark: str) -> None:
    text = f"""
class Outer(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(1, 1), {inner})
    def each(self, x):
        {use.format(mark=mark)}
"""
    hold(tmp_path, HEAD + text)


WRAPPED = {
    "weight_norm": "from torch.nn.utils.parametrizations import weight_norm\nnet = weight_norm({inner})",
    "a parametrization": "from torch.nn.utils import parametrize\n"
    'net = parametrize.register_parametrization({inner}, "weight", nn.Identity())',
    "skip_init": "net = nn.utils.skip_init({inner})",
}


@pytest.mark.parametrize(("inner", "mark"), [("Odd", "FWD002"), ("Net", "FWD001")], ids=["odd", "plain"])
@pytest.mark.parametrize("way", WRAPPED.values(), ids=WRAPPED)
def test_function_of_a_library_may_return_what_it_gets(tmp_path: Path, way: str, inner: str, mark: str) -> None:
    given = inner if "skip_init" in way else f"{inner}()"
    hold(tmp_path, f"{HEAD}{way.format(inner=given)}\nnet.forward(1)  # {mark}\n")
