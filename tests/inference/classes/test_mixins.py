"""What `self` is in a class that is only mixed into others, and what is annotated as such a class."""

from __future__ import annotations

from pathlib import Path

import pytest
from marked import NET, hold

PROJECTS = {
    "mixed into a module": """
# --- run.py
class M:
    def go(self): self.forward(1)  # FWD001
# --- use.py
from run import M
from net import *
class A(M, Net): pass
""",
    "mixed into something else as well": """
# --- run.py
class M:
    def go(self): self.forward(1)
# --- use.py
from run import M
from net import *
class A(M, Net): pass
class B(M, Robot): pass
""",
    "mixed into a class of which a base was not read": """
# --- run.py
class M:
    def go(self): self.forward(1)
# --- use.py
from run import M
from net import *
from elsewhere import X
class A(M, Net): pass
class B(M, X): pass
""",
    "used alone": """
# --- run.py
class M:
    def go(self): self.forward(1)
# --- use.py
from run import M
from net import *
class A(M, Net): pass
M().go()
""",
    "handed on": """
# --- run.py
class M:
    def go(self): self.forward(1)
# --- use.py
from run import M
from net import *
class A(M, Net): pass
for c in [M]: c().go()
""",
    "mixed into something else under another name": """
# --- run.py
class M:
    def go(self): self.forward(1)
# --- a.py
from run import M as Mix
# --- use.py
from run import M
from net import *
class A(M, Net): pass
# --- use2.py
from a import Mix
from net import *
class B(Mix, Robot): pass
""",
    "mixed in by type()": """
# --- run.py
class M:
    def go(self): self.forward(1)
# --- use.py
from run import M
from net import *
class A(M, Net): pass
B = type("B", (M, Robot), {})
""",
    "mixed into a module with another call": """
# --- run.py
class M:
    def go(self): self.forward(1)  # FWD002
# --- use.py
from run import M
from net import *
class A(M, Net): pass
class B(M, Odd):
    def forward(self, x): pass
""",
    "its own call leads there": """
# --- run.py
class M:
    def __call__(self, x): return self.go(x)
    def go(self): self.forward(1)  # FWD002
# --- use.py
from run import M
from net import *
class A(M, Net): pass
""",
    "what is annotated as one": """
# --- run.py
class M: ...
class Held:
    def __init__(self, m: M): self.m = m
    def go(self): self.m.forward(1)  # FWD001
def go(m: M | None, o):
    if isinstance(o, M):
        o.forward(1)  # FWD001
    m.forward(1)  # FWD001
# --- use.py
from run import M
from net import *
class A(M, Net): pass
""",
    "what is annotated as one that is mixed into something else as well": """
# --- run.py
class M: ...
def go(m: M): m.forward(1)
# --- use.py
from run import M
from net import *
class A(M, Net): pass
class B(M, Robot): pass
""",
    "what is annotated as one that is made alone": """
# --- run.py
class M: ...
def go(m: M): m.forward(1)
# --- use.py
from run import M, go
from net import *
class A(M, Net): pass
go(M())
""",
    "what is annotated as one whose modules have another call": """
# --- run.py
class M: ...
def go(m: M): m.forward(1)  # FWD002
# --- use.py
from run import M
from net import *
class A(M, Net): pass
class B(M, Odd):
    def forward(self, x): pass
""",
    "a forward that only others fill": """
# --- run.py
class M:
    def forward(self, x): raise NotImplementedError
    def go(self): self.forward(1)  # FWD001
# --- use.py
from run import M
from net import *
class A(M, Net): pass
""",
}


@pytest.mark.parametrize("text", PROJECTS.values(), ids=PROJECTS)
def test_mixin(tmp_path: Path, text: str) -> None:
    hold(tmp_path, NET + text)
