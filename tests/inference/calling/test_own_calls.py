"""Verdicts where a class's call, the arguments or the place decide, without torch at hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from inferring import DIFFERENT, PERHAPS, SAME, verdicts
from marked import NET, hold

HEAD = """
class Net(nn.Module):
    def forward(self, x, scale=1): return x
"""

CLASSES = {
    "implementation": (DIFFERENT, "class Own(Net):\n    def _call_impl(self, x): return x"),
    "implementation that passes on": (
        SAME,
        "class Own(Net):\n    def _call_impl(self, *a, **k): return super()._call_impl(*a, **k)",
    ),
    # `Module.__call__` is bound when torch's class is made, and never looks this name up again.
    "wrapped implementation": (SAME, "class Own(Net):\n    def _wrapped_call_impl(self, x): return x"),
    "implementation of an instance": (
        DIFFERENT,
        "class Own(Net):\n    def arm(self): self._call_impl = lambda x: x",
    ),
    "implementation of one instance": (PERHAPS, "class Own(Net): pass\nown = Own()\nown._call_impl = load"),
    "set by name": (DIFFERENT, "class Own(Net): pass\nsetattr(Own, '__call__', load)"),
    "set for a test": (DIFFERENT, "class Own(Net): pass\ndef test(monkeypatch): setattr(Own, '__call__', load)"),
    "another attribute by name": (SAME, "class Own(Net): pass\nsetattr(Own, 'label', load)"),
    "deleted": (DIFFERENT, "class Own(Net):\n    def __call__(self, x): return super().__call__(x)\ndel Own.__call__"),
    "Module's own": (SAME, "class Own(Net): pass\nnn.Module.__call__ = load"),
    "unread decorator": (
        PERHAPS,
        "class Own(Net):\n    @load\n    def __call__(self, x): return super().__call__(x)",
    ),
    "decorator that marks": (
        SAME,
        "from typing import no_type_check\nclass Own(Net):\n    @no_type_check\n"
        "    def __call__(self, x): return super().__call__(x)",
    ),
    "autocast": (
        PERHAPS,
        "class Own(Net):\n    def __call__(self, x):\n        with torch.autocast('cpu'): return super().__call__(x)",
    ),
    "mode of a part": (
        PERHAPS,
        "class Own(Net):\n    def __call__(self, x):\n        self.stem.eval()\n        return super().__call__(x)",
    ),
    "evaluation of something else": (
        SAME,
        "class Own(Net):\n    def __call__(self, x):\n        x.eval()\n        return super().__call__(x)",
    ),
    "function run in the class body": (PERHAPS, "class Own(Net):\n    exec(load)"),
    "metaclass that was not read": (SAME, "class Own(Net, metaclass=load.Meta): pass"),
    "metaclass that keeps a list": (
        SAME,
        "class Meta(type):\n    def __init__(cls, *a):\n        super().__init__(*a)\n        load.append(cls)\n"
        "class Own(Net, metaclass=Meta): pass",
    ),
    "metaclass that wraps the call": (
        PERHAPS,
        "class Meta(type):\n    def __new__(m, n, b, d):\n        cls = super().__new__(m, n, b, d)\n"
        "        cls.__call__ = load(cls.__call__)\n        return cls\nclass Own(Net, metaclass=Meta): pass",
    ),
    "names in a loop": (
        PERHAPS,
        "class Base(Net):\n    def __init_subclass__(cls):\n        for name in ('__call__', 'forward'):\n"
        "            setattr(cls, name, load(name))\nclass Own(Base): pass",
    ),
}


@pytest.mark.parametrize(("meaning", "program"), CLASSES.values(), ids=list(CLASSES))
def test_what_gives_a_class_another_call(meaning: str, program: str) -> None:
    assert verdicts(f"{HEAD}{program}\nOwn().forward(1)\n") == [meaning]


@pytest.mark.parametrize(
    ("parameters", "passed", "call", "meaning"),
    [
        ("self, x, scale=1", "x, scale", "a, 2", SAME),
        ("self, x, scale=1", "x, scale", "*a, **b", SAME),
        ("self, x, scale=2", "x, scale", "a, scale=3", SAME),
        ("self, x, scale=2", "x, scale", "a", DIFFERENT),
        ("self, x, scale=load", "x, scale", "a", DIFFERENT),
        ("self, x", "x", "a", SAME),
        ("self, x", "x", "*a", PERHAPS),
        ("self, x", "x", "a, **b", PERHAPS),
        ("self, x", "x", "a, 2", DIFFERENT),
        ("self, y", "y", "a", SAME),
        ("self, y", "y", "x=a", DIFFERENT),
        ("self, scale, x", "scale, x", "x=a, scale=2", DIFFERENT),
        ("self, *args", "*args", "*a", SAME),
        ("self, *args", "*args", "a, 2", SAME),
        ("self, *args", "*args", "a, scale=2", DIFFERENT),
        ("self, x, /, **rest", "x, **rest", "a, scale=2", SAME),
        ("self, x, /, **rest", "x, **rest", "x=a", DIFFERENT),
        ("self, x, *, scale", "x, scale=scale", "a, scale=2", SAME),
        ("self, x, *, scale", "x, scale=scale", "a", DIFFERENT),
        ("self, x", "x", "", SAME),  # Wrong as it is.
    ],
)
def test_the_call_at_hand_has_to_fit(parameters: str, passed: str, call: str, meaning: str) -> None:
    own = f"class Own(Net):\n    def __call__({parameters}): return super().__call__({passed})\n"
    assert verdicts(f"{HEAD}{own}Own().forward({call})\n") == [meaning]


def test_a_default_matters_where_forward_was_not_read() -> None:
    own = "class Own(load.Base, nn.Linear):\n    def __call__(self, x, y=1): return super().__call__(x, y)\n"
    assert verdicts(f"{own}Own().forward(1, 2)\nOwn().forward(1)\n") == [PERHAPS, PERHAPS]
    own = "class Own(nn.Linear):\n    def __call__(self, x, y=1): return super().__call__(x, y=y)\n"
    assert verdicts(f"{own}Own().forward(1, 2)\nOwn().forward(1)\n") == [SAME, PERHAPS]


def test_a_forward_that_is_handed_on_has_to_fit_whatever_comes() -> None:
    own = "class Own(Net):\n    def __call__({0}): return super().__call__({1})\nlist(map(Own().forward, load))\n"
    for parameters, passed, meaning in (
        ("self, x, scale=1", "x, scale", SAME),
        ("self, *args, **kwargs", "*args, **kwargs", SAME),
        ("self, x", "x", PERHAPS),
    ):
        program = f"{HEAD}{own.format(parameters, passed)}"
        assert verdicts(program) == []
        assert _handed(program) == [meaning]


def _handed(program: str) -> list[str]:
    from inferring import HEAD as IMPORTS

    from flake8_forward_call.inference.verdicts.judge import judge
    from flake8_forward_call.sources.source import Source
    from flake8_forward_call.visiting.candidates import candidates

    source = Source("net.py", IMPORTS + program)
    found = candidates(source.tree, source.forward_rows)
    return [one.sameness.value for one in judge(source, found)]


def test_what_is_set_in_another_file_counts(tmp_path: Path) -> None:
    hold(
        tmp_path,
        NET
        + """
# --- use.py
from net import *
class Mine(Net): pass
Mine().forward(1)  # FWD002
# --- other.py
from torch import nn
nn.Linear(1, 1).forward(1)  # FWD001
# --- patch.py
import net
def patch(cls, value):
    setattr(cls, "__call__", value)
patch(net.Net, print)
""",
    )


def test_who_calls_a_method_decides_whether_it_is_part_of_forward(tmp_path: Path) -> None:
    program = """
# --- model.py
from torch import nn
class Model(nn.Module):
    def forward(self, x): return self.alone(x) + self.shared(x) + self.stored(x) + self.chained(x)
    def alone(self, x): return self.forward(x)  # FWD002
    def shared(self, x): return self.forward(x)  # FWD001 unsafe
    def stored(self, x): return self.forward(x)  # FWD001 unsafe
    def chained(self, x): return self.inner(x)
    def inner(self, x): return self.forward(x)  # FWD001 unsafe
    def apart(self, x): return self.forward(x)  # FWD001
# --- use.py
from model import Model
def use(model: Model, other, table):
    model.shared(1)
    table.append(model.stored)
    model.chained(1)
class Other:
    def alone(self): return 1
    def go(self): return self.alone()
"""
    hold(tmp_path, program)


def test_subclasses_decide_what_forward_leads_to(tmp_path: Path) -> None:
    program = """
# --- base.py
from torch import nn
class Base(nn.Module):
    def again(self, x): return self.forward(x)  # FWD002
    def loss(self, x): return self.forward(x)  # FWD001
# --- subclass.py
from base import Base
class Heir(Base):
    def forward(self, x): return self.again(x)
"""
    hold(tmp_path, program)
