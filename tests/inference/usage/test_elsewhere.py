"""What an attribute is of which the class itself says nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from marked import NET, hold

PROJECTS = {
    "set from outside": """
# --- run.py
class T:
    def go(self): self.head.forward(1)  # FWD001
# --- use.py
from run import T
from net import *
t = T()
t.head = Net()
""",
    "set to something else elsewhere": """
# --- run.py
class T:
    def go(self): self.head.forward(1)
# --- use.py
from run import T
from net import *
t = T()
t.head = Net()
def f(x: T): x.head = Robot()
""",
    "set to something else by a function without parameters": """
# --- run.py
class T:
    def go(self): self.head.forward(1)  # FWD001 unsafe
# --- use.py
from run import T
from net import *
from far import get
t = T()
t.head = Net()
class Setup:
    @staticmethod
    def do(): get().head = Robot()
""",
    "set to something else in what cannot be told": """
# --- run.py
class T:
    def go(self): self.head.forward(1)  # FWD001 unsafe
# --- use.py
from run import T
from net import *
t = T()
t.head = Net()
def f(x): x.head = Robot()
""",
    "set to another module in what cannot be told": """
# --- run.py
class T:
    def go(self): self.head.forward(1)  # FWD001
# --- use.py
from run import T
from net import *
t = T()
t.head = Net()
def f(x): x.head = Net()
""",
    "unpacked": """
# --- run.py
class T:
    def go(self): self.head.forward(1)  # FWD001 unsafe
# --- use.py
from run import T
from net import *
t = T()
t.head = Net()
t.head, b = Robot(), 3
""",
    "set by a loop": """
# --- run.py
class T:
    def go(self): self.head.forward(1)  # FWD001 unsafe
# --- use.py
from run import T
from net import *
t = T()
t.head = Net()
for t.head in [Robot()]: pass
""",
    "set by a context manager": """
# --- run.py
class T:
    def go(self): self.head.forward(1)  # FWD001 unsafe
# --- use.py
from run import T
from net import *
t = T()
t.head = Net()
with load() as t.head: pass
""",
    "set with an annotation": """
# --- run.py
class T:
    def go(self): self.head.forward(1)
# --- use.py
from run import T
from net import *
t = T()
t.head = Net()
t.head: Robot = Robot()
""",
    "set by setattr": """
# --- run.py
class T:
    def go(self): self.head.forward(1)  # FWD001
# --- use.py
from run import T
from net import *
t = T()
setattr(t, "head", Net())
""",
    "set to something else by object.__setattr__": """
# --- run.py
class T:
    def go(self): self.head.forward(1)
# --- use.py
from run import T
from net import *
t = T()
t.head = Net()
object.__setattr__(t, "head", Robot())
""",
    "made up by the class if nobody set it": """
# --- run.py
class T:
    def __getattr__(self, name): return load(name)
    def go(self): self.head.forward(1)  # FWD001 unsafe
# --- use.py
from run import T
from net import *
t = T()
t.head = Net()
""",
    "set by a subclass": """
# --- run.py
class T:
    def go(self): self.head.forward(1)  # FWD001
# --- use.py
from run import T
from net import *
class U(T):
    def __init__(self): self.head = Net()
""",
    "set by one subclass to something else": """
# --- run.py
class T:
    def go(self): self.head.forward(1)
# --- use.py
from run import T
from net import *
class U(T):
    def __init__(self): self.head = Net()
class V(T):
    def __init__(self): self.head = Robot()
""",
    "not set by every subclass": """
# --- run.py
class T:
    def go(self): self.head.forward(1)  # FWD001
# --- use.py
from run import T
from net import *
class U(T):
    def __init__(self): self.head = Net()
class V(T): pass
""",
    "set by one subclass to nobody knows what": """
# --- run.py
class T:
    def go(self): self.head.forward(1)  # FWD001 unsafe
# --- use.py
from run import T
from net import *
class U(T):
    def __init__(self): self.head = Net()
class V(T):
    def __init__(self, cfg): self.head = load(cfg)
""",
    "set by a subclass of the class under another name": """
# --- run.py
class T:
    def go(self): self.head.forward(1)
# --- a.py
from run import T as Tee
# --- use.py
from a import Tee
from run import T
from net import *
class U(T):
    def __init__(self): self.head = Net()
# --- use2.py
from a import Tee
from net import *
class V(Tee):
    def __init__(self): self.head = Robot()
""",
    "set by a subclass of the class under an assigned name": """
# --- run.py
class T:
    def go(self): self.head.forward(1)
# --- a.py
from run import T
Base = T
# --- use.py
from a import Base
from run import T
from net import *
class U(T):
    def __init__(self): self.head = Net()
# --- use2.py
from a import Base
from net import *
class V(Base):
    def __init__(self): self.head = Robot()
""",
    "given by a property of a subclass": """
# --- run.py
class T:
    def go(self): self.head.forward(1)  # FWD001
# --- use.py
from run import T
from net import *
class V(T):
    @property
    def head(self): return Net()
""",
    "None until it is set": """
# --- run.py
class T:
    def __init__(self): self.head = None
    def go(self): self.head.forward(1)  # FWD001
# --- use.py
from run import T
from net import *
T().head = Net()
""",
    "left to callers and set from outside": """
# --- run.py
class T:
    def __init__(self, head): self.head = head
    def go(self): self.head.forward(1)
# --- use.py
from run import T
from net import *
t = T(Net())
t.head = Robot()
""",
    "unknown until it is set": """
# --- run.py
class T:
    def __init__(self): self.head = load()
    def go(self): self.head.forward(1)  # FWD001 unsafe
# --- use.py
from run import T
from net import *
T().head = Net()
""",
    "set on something else": """
# --- run.py
class T:
    def go(self): self.head.forward(1)  # FWD001
# --- use.py
from run import T
from net import *
from torch import nn
T().head = Net()
nn.ReLU().head = 3
[].head = 3
Robot().head = 3
""",
    "registered from outside": """
# --- run.py
from torch import nn
class T(nn.Module):
    def go(self): self.head.forward(1)  # FWD001
# --- use.py
from run import T
from net import *
T().add_module("head", Net())
T().register_module("head", Net())
""",
}


@pytest.mark.parametrize("text", PROJECTS.values(), ids=PROJECTS)
def test_attribute(tmp_path: Path, text: str) -> None:
    hold(tmp_path, NET + text)


ON_A_CLASS = {
    "static method": ("setattr(Maker, 'make', staticmethod(make))", "FWD001 unsafe"),
    "static method of a base": ("setattr(Base, 'make', staticmethod(make))", "FWD001 unsafe"),
    "assigned": ("Maker.make = make", "FWD001"),
    "assigned to a declared name": ("Maker.declared = make", ""),
    "one of another class": ("Other.make = make", ""),
    "two of them": ("Maker.make = make\nMaker.make = make_robot", ""),
    "what is not read": ("import far\nMaker.make = far.make", ""),
}


@pytest.mark.parametrize(("text", "expected"), ON_A_CLASS.values(), ids=ON_A_CLASS.keys())
def test_function_that_another_file_sets_on_a_class(tmp_path: Path, text: str, expected: str) -> None:
    hold(
        tmp_path,
        f"""{NET}
# --- maker.py
class Base: pass
class Maker(Base):
    declared: object
class Other: pass
# --- attach.py
from net import Net, Robot
from maker import Base, Maker, Other
def make(): return Net()
def make_robot(): return Robot()
{text}
# --- use.py
from maker import Maker
Maker.make().forward(1){expected and f"  # {expected}"}
""",
    )


BY_NAME = """
# --- run.py
from net import *
class Above(nn.Module):
    def __init__(self):
        super().__init__()
        self.head1, self.head2 = Net(), Net()
    def go(self, i): getattr(self, f"head{i}").forward(1)
class Below(Above):
    def __init__(self):
        super().__init__()
        self.head3 = Robot()
class Kept(nn.Module):
    def __init__(self):
        super().__init__()
        self.head1, self.head2 = Net(), Net()
    def go(self, i): getattr(self, f"head{i}").forward(1)  # FWD001 unsafe
class BelowKept(Kept):
    def __init__(self):
        super().__init__()
        self.head3, self.other = Net(), Robot()
def count(net):
    \"\"\"Count.

    Args:
        net (nn.Module): what to run
    \"\"\"
    for net in range(3): pass
    net.forward(1)
"""


def test_a_subclass_may_have_something_else_under_a_name_that_only_the_run_knows(tmp_path: Path) -> None:
    hold(tmp_path, NET + BY_NAME)
