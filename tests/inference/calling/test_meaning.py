"""What calling an instance means, by what other files of the project do."""

from __future__ import annotations

from pathlib import Path

import pytest
from marked import NET, hold

PROJECTS = {
    "subclass of the class under an imported name": """
# --- run.py
from torch import nn
class Root(nn.Module):
    def go(self): self.forward(1)  # FWD002
# --- use.py
from run import Root as R
class H(R):
    def __call__(self, x): return 1
""",
    "subclass of the class under an assigned name": """
# --- run.py
from torch import nn
class Root(nn.Module):
    def go(self): self.forward(1)  # FWD002
# --- use.py
import run
Base = run.Root
class H(Base):
    def __call__(self, x): return 1
""",
    "subclass of the class under a name that is imported from there again": """
# --- run.py
from torch import nn
class Root(nn.Module):
    def go(self): self.forward(1)  # FWD002
# --- a.py
from run import (
   Root as R,
   x as
     y
)
# --- use.py
from a import R
class H(R):
    def __call__(self, x): return 1
""",
    "subclass of a subscripted base": """
# --- run.py
from torch import nn
class Root(nn.Module):
    def go(self): self.forward(1)  # FWD002
# --- use.py
from run import Root
class H(Root[int]):
    def __call__(self, x): return 1
""",
    "call assigned in another file": """
# --- run.py
from torch import nn
class Root(nn.Module):
    def go(self): self.forward(1)  # FWD002
# --- use.py
from run import Root
Root.__call__ = lambda self, x: 3
""",
    "hook registered in another file": """
# --- run.py
def hook(m, inp):
    return m.forward(inp)  # FWD002
# --- use.py
from run import hook
from net import *
Net().register_forward_pre_hook(hook)
def f(): hook(Net(), 1)
""",
    "hook registered under another name": """
# --- run.py
def hook(m, inp):
    return m.forward(inp)  # FWD002
# --- use.py
from run import hook as h
from net import *
n = Net()
n.register_forward_pre_hook(h)
def f(): h(Net(), 1)
""",
    "method registered as a hook": """
# --- run.py
from net import *
class W:
    def __init__(self):
        self.net = Net()
        self.net.register_forward_hook(self.hook)
    def hook(self, m, i, o):
        return self.net.forward(i)  # FWD002
""",
    "method registered as a hook from outside": """
# --- run.py
from net import *
class W:
    def __init__(self):
        self.net = Net()
    def hook(self, m, i, o):
        return self.net.forward(i)  # FWD002
# --- use.py
from run import W
w = W()
w.net.register_forward_hook(w.hook)
""",
    "lambda registered as a hook": """
# --- run.py
from net import *
class W:
    def __init__(self):
        self.net = Net()
    def go(self):
        self.net.register_forward_hook(lambda m, i, o: self.net.forward(i))  # FWD002
""",
    "hook that a function makes": """
# --- run.py
from net import *
def make(net: Net):
    def hook(m, i):
        return net.forward(i)  # FWD002
    return hook
# --- use.py
from run import make
from net import *
net = Net()
net.register_forward_pre_hook(make(net))
""",
    "function that the own call leads to": """
# --- run.py
from net import *
from torch import nn
class A(nn.Module):
    def __call__(self, x): return helper(self, x)
    def forward(self, x): return x
def helper(a: A, x): return a.forward(x)  # FWD002
""",
    "object that the own call leads to": """
# --- run.py
from torch import nn
class S:
    def __init__(self, model: "M"): self.model = model
    def run(self, x): return self.model.forward(x)  # FWD002
class M(nn.Module):
    def __init__(self): self.s = S(self)
    def __call__(self, x): return self.s.run(x)
""",
    "object that a delegating call leads to": """
# --- run.py
from torch import nn
class M(nn.Module):
    def __init__(self): self.s = S(self)
    def __call__(self, x):
        self.s.run(x)
        return super().__call__(x)
class S:
    def __init__(self, model: M): self.model = model
    def run(self, x): return self.model.forward(x)  # FWD002
    def other(self, x): return self.model.forward(x)  # FWD001
""",
    "function that a delegating call leads to": """
# --- m.py
from torch import nn
import helpers
class M(nn.Module):
    def __call__(self, x):
        self.before(x)
        return super().__call__(x)
    def before(self, x): helpers.trace(self, x)
# --- helpers.py
def trace(m: "M", x):
    def inner(): return m.forward(x)  # FWD002
    return inner()
def other(m: "M", x): return m.forward(x)  # FWD001
""",
    "function that the delegating call of a subclass leads to": """
# --- m.py
from torch import nn
class M(nn.Module): ...
# --- subclass.py
from m import M
from helpers import trace
class H(M):
    def __call__(self, x):
        trace(self, x)
        return super().__call__(x)
# --- helpers.py
from m import M
def trace(m: M, x): return m.forward(x)  # FWD002
""",
    "own call of another class": """
# --- m.py
from torch import nn
class M(nn.Module):
    def __call__(self, x): return super().__call__(x)
class Wrapper:
    def __init__(self, m: M): self.m = m
    def __call__(self, x): return self.m.forward(x)  # FWD001
""",
    "delegating call that leads nowhere": """
# --- m.py
from torch import nn
class M(nn.Module):
    def __call__(self, x):
        print(x)
        return super().__call__(x)
    def forward(self, x): return x
    def run(self, x): return self.forward(x)  # FWD001
M().forward(1)  # FWD001
""",
}


@pytest.mark.parametrize("text", PROJECTS.values(), ids=PROJECTS)
def test_meaning(tmp_path: Path, text: str) -> None:
    hold(tmp_path, NET + text)
