"""Classes that give their instances' call another meaning, in all the ways that a source can show, and their twins."""

from __future__ import annotations

from pathlib import Path

import pytest

from outcomes import NET, outcome

# A delegating override, with what it says of its parameters and does first, and a call of `forward` past it.
OVERRIDE = """
class Own(Net):
    def __call__({parameters}):
        {first}
        return super().__call__({passed})
net = Own()
print({call})
"""


def override(parameters: str, passed: str, call: str, first: str = "pass") -> str:
    return OVERRIDE.format(parameters=parameters, passed=passed, call=call, first=first)


OTHERWISE = {
    "positional argument too many": override("self, x", "x", "net.forward(X, 3)"),
    "keyword that it has not": override("self, x", "x", "net.forward(X, scale=3)"),
    "keyword by another name": override("self, image, scale=1", "image, scale", "net.forward(scale=2, x=X)"),
    "keyword without a default": override("self, x, *, scale", "x, scale=scale", "net.forward(X)"),
    "default of its own": override("self, x, scale=5", "x, scale", "net.forward(X)"),
    "starred argument": override("self, x", "x", "net.forward(*[X, 3])"),
    "double-starred argument": override("self, x", "x", "net.forward(X, **{'scale': 3})"),
    "entry put in": override("self, *args, **kw", "*args, **kw", "net.forward(X)", "kw['scale'] = 9"),
    "entries put in": override("self, *args, **kw", "*args, **kw", "net.forward(X)", "kw.update(scale=9)"),
    "entry taken out": override("self, x, **kw", "x, **kw", "net.forward(X, scale=7)", "kw.pop('scale', None)"),
    "entry deleted": override("self, x, **kw", "x, **kw", "net.forward(X, scale=7)", "del kw['scale']"),
    "entry put in by another name": override(
        "self, *args, **kw", "*args, **kw", "net.forward(X)", "mine = kw; mine['scale'] = 9"
    ),
    "entry put in by a function": "def fill(table): table['scale'] = 9\n"
    + override("self, *args, **kw", "*args, **kw", "net.forward(X)", "fill(kw)"),
    "gradients off before": override("self, x", "x", "net.forward(X).requires_grad", "torch.set_grad_enabled(False)"),
    "gradients off by a decorator": """
class Own(Net):
    @torch.no_grad()
    def __call__(self, x): return super().__call__(x)
print(Own().forward(X).requires_grad)
""",
    "gradients off round it": """
class Own(Net):
    def __call__(self, x):
        mode = torch.inference_mode()
        with mode:
            return super().__call__(x)
print(Own().forward(X).requires_grad)
""",
    "mode changed in a method": """
class Own(nn.Module):
    def __call__(self, x):
        self.freeze()
        return super().__call__(x)
    def freeze(self): self.train(False)
    def forward(self, x): return self.training
print(Own().forward(X))
""",
    "mode set": override("self, x", "x", "net.forward(X), net.training", "self.training = False"),
    "wrapper that calls nothing": """
def replacing(function):
    def inner(self, x): return "replaced"
    return inner
class Own(Net):
    @replacing
    def __call__(self, x): return super().__call__(x)
print(Own().forward(X))
""",
    "wrapper of another result": """
def noting(text):
    def decorate(function):
        def inner(self, x): return text, function(self, x)
        return inner
    return decorate
class Own(Net):
    @noting("seen")
    def __call__(self, x): return super().__call__(x)
print(Own().forward(X))
""",
    "implementation": """
class Own(Net):
    def _call_impl(self, *args, **kwargs): return "own", super()._call_impl(*args, **kwargs)
print(Own().forward(X))
""",
    "implementation assigned": "class Own(Net):\n    _call_impl = lambda self, x: 'own'\nprint(Own().forward(X))",
    "implementation of a base": """
class Base(nn.Module):
    def _call_impl(self, *args): return super()._call_impl(*args) * 2
class Own(Base):
    def forward(self, x): return x
print(Own().forward(X))
""",
    "implementation of an instance": """
class Own(Net):
    def arm(self): self._call_impl = lambda x: "armed"
net = Own()
net.arm()
print(net.forward(X))
""",
    "implementation set from outside": "net = Net()\nnet._call_impl = lambda x: 'set'\nprint(net.forward(X))",
    "set on torch's class": "nn.Linear.__call__ = lambda self, x: 'set'\nprint(Net().fc.forward(X))",
    "set on torch's class by name": "setattr(nn.Linear, '__call__', lambda self, x: 'set')\nprint(Net().fc.forward(X))",
    "set on torch's class under another name": """
from torch.nn import Linear as Layer
Layer.__call__=lambda self, x: "set"
print(nn.Linear(2, 2).forward(X))
""",
    "set on torch's class in several lines": """
setattr(
    nn.Linear,
    "__call__",
    lambda self, x: "set",
)
print(Net().fc.forward(X))
""",
    "set on torch's class beside something else": """
nn.Linear.__call__, other = (lambda self, x: "set"), 1
print(Net().fc.forward(X))
""",
    "set on torch's class by a patch": """
from unittest import mock
with mock.patch("torch.nn.Linear.__call__", lambda self, x: "set"):
    print(Net().fc.forward(X))
""",
    "implementation in the dict of an instance": """
net = Net()
net.__dict__["_call_impl"] = lambda x: "set"
print(net.forward(X))
""",
    "implementation set on a torch class above": """
class Own(nn.Linear): pass
nn.Linear._call_impl = lambda self, x: "set"
print(Own(2, 2).forward(X))
""",
    "implementation of an instance of torch's class": """
net = nn.Linear(2, 2)
net._call_impl = lambda x: "set"
print(net.forward(X))
""",
    "implementation of a part by name": """
net = Net()
setattr(net.fc, "_call_impl", lambda x: "set")
print(net.fc.forward(X))
""",
    "an error in place of a result": """
off = True
class Own(Net):
    def __call__(self, x):
        if off: raise RuntimeError("off")
        return super().__call__(x)
print(Own().forward(X))
""",
    "a condition for a result": """
class Own(Net):
    def __call__(self, x):
        assert x.dim() == 3
        return super().__call__(x)
print(Own().forward(X))
""",
    "set by name": "setattr(Net, '__call__', lambda self, x: 'set')\nprint(Net().forward(X))",
    "set on a base by name": """
class Own(Net): pass
setattr(Net, "__call__", lambda self, x: "set")
print(Own().forward(X))
""",
    "set by a helper": """
def patch(cls): cls.__call__ = lambda self, x: "patched"
patch(Net)
print(Net().forward(X))
""",
    "set in a loop": """
class Other(Net): pass
for cls in (Net, Other): cls.__call__ = lambda self, x: "patched"
print(Net().forward(X))
""",
    "set in another file": NET.replace("\nimport", "# --- net.py\nimport", 1)
    + """
# --- patches.py
import net
setattr(net.Net, "__call__", lambda self, x: "patched")
# --- main.py
from net import *
import patches
print(Net().forward(X))
""",
    "set on the class of an instance": """
net = Net()
net.__class__.__call__ = lambda self, x: "patched"
print(net.forward(X))
""",
    "set by a decorator": """
def decorate(cls):
    def called(self, x): return "decorated"
    cls.__call__ = called
    return cls
@decorate
class Own(Net): pass
print(Own().forward(X))
""",
    "set by a decorator's helper": """
def put(cls, name, value): setattr(cls, "__call__", value)
def decorate(cls):
    put(cls, "__call__", lambda self, x: "decorated")
    return cls
@decorate
class Own(Net): pass
print(Own().forward(X))
""",
    "set when a subclass is made": """
class Base(Net):
    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        setattr(cls, "__call__", lambda self, x: "subclass")
class Own(Base): pass
print(Own().forward(X))
""",
    "put into the namespace by a metaclass": """
class Meta(type):
    def __new__(mcs, name, bases, body):
        return super().__new__(mcs, name, bases, {**body, "__call__": lambda self, x: "meta"})
class Own(Net, metaclass=Meta): pass
print(Own().forward(X))
""",
    "set by a metaclass of a base": """
class Meta(type):
    def __init__(cls, name, bases, body):
        super().__init__(name, bases, body)
        if name != "Base": cls.__call__ = lambda self, x: "meta"
class Base(Net, metaclass=Meta): pass
class Own(Base): pass
print(Own().forward(X))
""",
    "written into the class body": """
class Own(Net):
    vars()["__call__"] = lambda self, x: "written"
print(Own().forward(X))
""",
    "written into the class body at once": """
class Own(Net):
    locals().update(__call__=lambda self, x: "written")
print(Own().forward(X))
""",
    "keyword self": "class K(nn.Module):\n    def forward(me, **kw): return kw\nprint(K().forward(**{'self': 1}))",
    "keyword self by a name": """
class K(nn.Module):
    def forward(me, **kw): return kw
options = {"self": 1}
print(K().forward(**options))
""",
}


@pytest.mark.parametrize("program", OTHERWISE.values(), ids=list(OTHERWISE))
def test_where_the_call_means_something_else_it_is_left(tmp_path: Path, program: str) -> None:
    result = outcome(tmp_path, program if program.startswith("# ---") else NET + program)
    assert not result.is_rewritten
    assert result.findings
    assert "raises" not in result.before


SAME = {
    "the same signature": override("self, x, scale=1", "x, scale", "net.forward(X, 3)"),
    "the same by keyword": override("self, x, scale=1", "x, scale=scale", "net.forward(x=X)"),
    "fewer parameters that suffice": override("self, x", "x", "net.forward(X)"),
    "whatever comes": override("self, *args, **kw", "*args, **kw", "net.forward(*[X], **{'scale': 2})"),
    "default of its own that is not used": override("self, x, scale=5", "x, scale", "net.forward(X, 2)"),
    "arguments that are only looked at": override(
        "self, *args, **kw", "*args, **kw", "net.forward(X)", "self.seen = len(args), kw.get('scale')"
    ),
    "another table that is changed": override(
        "self, *args, **kw", "*args, **kw", "net.forward(X)", "seen = dict(kw); seen['scale'] = 9"
    ),
    "something round it": """
import contextlib
class Own(Net):
    def __call__(self, x):
        with contextlib.nullcontext(), torch.profiler.record_function("own"):
            return super().__call__(x)
print(Own().forward(X))
""",
    "wrapper that passes on": """
import functools
def counted(function):
    @functools.wraps(function)
    def inner(self, *args, **kwargs):
        self.count = 1
        return function(self, *args, **kwargs)
    return inner
class Own(Net):
    @counted
    def __call__(self, x): return super().__call__(x)
print(Own().forward(X))
""",
    "decorator that gives back": """
def marked(function):
    function.mark = 1
    return function
class Own(Net):
    @marked
    def __call__(self, x): return super().__call__(x)
print(Own().forward(X))
""",
    "implementation that passes on": """
class Own(Net):
    def _call_impl(self, *args, **kwargs):
        self.seen = True
        return super()._call_impl(*args, **kwargs)
print(Own().forward(X))
""",
    "another attribute by name": "setattr(Net, 'label', 'net')\nprint(Net().forward(X), Net.label)",
    "call of another class of torch set": """
nn.Conv2d.__call__ = lambda self, x: "set"
print(nn.Linear(2, 2).forward(X))
""",
    "an error of a handler": """
class Own(Net):
    def __call__(self, x):
        try:
            return super().__call__(x)
        except TypeError as error:
            raise ValueError from error
print(Own().forward(X))
""",
    "call of another class set": """
class Other: pass
Other.__call__ = lambda self: "other"
print(Net().forward(X), Other()())
""",
    "base that only counts its subclasses": """
class Base(Net):
    known = []
    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        Base.known.append(cls.__name__)
class Own(Base): pass
print(Own().forward(X), Base.known)
""",
    "metaclass that makes one instance": """
class Meta(type):
    made = {}
    def __call__(cls, *args):
        return Meta.made.setdefault(cls, super().__call__(*args))
class Own(Net, metaclass=Meta): pass
net: Own = Own()
print(net.forward(X))
""",
    "other names in the class body": """
class Own(Net):
    vars()["label"] = "own"
print(Own().forward(X), Own.label)
""",
    "other keywords": """
class K(nn.Module):
    def forward(me, **kw): return kw
options = {"this": 1}
print(K().forward(**options, that=2))
""",
}


@pytest.mark.parametrize("program", SAME.values(), ids=list(SAME))
def test_where_it_means_the_same_it_is_rewritten(tmp_path: Path, program: str) -> None:
    result = outcome(tmp_path, NET + program)
    assert result.is_rewritten
    assert result.before == result.after != ""
    assert "raises" not in result.before
