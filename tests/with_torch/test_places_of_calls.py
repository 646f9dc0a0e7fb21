"""Calls that are left because of where they are: in the module's own forward, before it is made, beside their twin."""

from __future__ import annotations

from pathlib import Path

import pytest

from outcomes import NET, outcome

# Counts how often a module's forward hook runs.
COUNT = """
runs = []
net.register_forward_hook(lambda module, given, result: runs.append(1))
net({given})
print(len(runs))
"""


def counted(body: str, given: str = "X") -> str:
    return body + "net = Own()" + COUNT.format(given=given)


LEFT = {
    "in forward": counted("""
class Own(nn.Module):
    def forward(self, x, deep=True):
        return self.forward(x, False) if deep else x
"""),
    "in a function inside forward": counted("""
class Own(nn.Module):
    def forward(self, x, deep=True):
        def again(): return self.forward(x, False)
        return (lambda: again())() if deep else x
"""),
    "in a method that forward calls": counted("""
class Own(nn.Module):
    def forward(self, x, deep=True): return self.first(x) if deep else x
    def first(self, x): return self.second(x)
    def second(self, x): return self.forward(x, deep=False)
"""),
    "in a method that forward hands on": counted("""
class Own(nn.Module):
    def forward(self, x, deep=True): return list(map(self.piece, x)) if deep else x
    def piece(self, x): return self.forward(x, deep=False)
"""),
    "in a method of a base": counted("""
class Base(nn.Module):
    def again(self, x): return self.forward(x, deep=False)
class Own(Base):
    def forward(self, x, deep=True): return self.again(x) if deep else x
"""),
    "in a method that a subclass overrides": counted("""
class Base(nn.Module):
    def forward(self, x, deep=True): return self.step(x) if deep else x
    def step(self, x): return x
class Own(Base):
    def step(self, x): return self.forward(x, deep=False)
"""),
    "in a parent's method that a subclass extends": counted("""
class Base(nn.Module):
    def forward(self, x, deep=True): return self.step(x) if deep else x
    def step(self, x): return self.forward(x, deep=False)
class Own(Base):
    def step(self, x): return super().step(x)
"""),
    "by another name for self": counted("""
class Own(nn.Module):
    def forward(self, x, deep=True):
        me = self
        return me.forward(x, False) if deep else x
"""),
    "in a method that others call as well": counted("""
class Own(nn.Module):
    def forward(self, x, deep=True): return self.again(x) if deep else x
    def again(self, x): return self.forward(x, deep=False)
print(Own().again(X))
"""),
    "in a method that forward calls by its class": counted("""
class Own(nn.Module):
    def forward(self, x, deep=True): return Own.again(self, x) if deep else x
    def again(self, x): return self.forward(x, deep=False)
"""),
    "in a function that forward gives itself": counted("""
def again(net, x): return net.forward(x, False)
class Own(nn.Module):
    def forward(self, x, deep=True): return again(self, x) if deep else x
"""),
    "in a function of a function that forward gives itself": counted("""
def first(net: nn.Module, x): return second(x, net=net)
def second(x, net: "Own"): return net.forward(x, False)
class Own(nn.Module):
    def forward(self, x, deep=True): return self.step(x) if deep else x
    def step(self, x): return first(self, x)
"""),
    "in a function that others call as well": counted("""
def again(net: nn.Module, x): return net.forward(x, False)
class Own(nn.Module):
    def forward(self, x, deep=True): return again(self, x) if deep else x
print(again(Own(), X))
"""),
    "in a function that forward gives itself by a star": counted("""
def again(net: nn.Module, x): return net.forward(x, False)
class Own(nn.Module):
    def forward(self, x, deep=True): return again(*(self, x)) if deep else x
"""),
    "in a function that forward binds to itself": counted("""
from functools import partial
def again(net: "Own", x): return net.forward(x, False)
class Own(nn.Module):
    def forward(self, x, deep=True): return partial(again, self)(x) if deep else x
"""),
    "in a function that forward maps over itself": counted("""
def again(net: "Own", x): return net.forward(x, False)
class Own(nn.Module):
    def forward(self, x, deep=True): return list(map(again, [self], [x])) if deep else x
"""),
    "in a static method": counted("""
class Own(nn.Module):
    def forward(self, x, deep=True): return Own.again(self, x) if deep else x
    @staticmethod
    def again(net: nn.Module, x): return net.forward(x, False)
"""),
    "in a method of an object that forward makes": counted("""
class Visit:
    def __init__(self, net): self.net = net
    def go(self, x): return self.net.forward(x, False)
class Own(nn.Module):
    def forward(self, x, deep=True): return Visit(self).go(x) if deep else x
"""),
    "in a method of a dataclass that forward makes": counted("""
from dataclasses import dataclass
@dataclass
class Visit:
    net: "Own"
    def go(self, x): return self.net.forward(x, False)
class Own(nn.Module):
    def forward(self, x, deep=True): return Visit(net=self).go(x) if deep else x
"""),
    "in a method of a helper that is kept": counted("""
class Helper:
    def __init__(self, owner: "Own"): self.owner = owner
    def go(self, x): return self.owner.forward(x, False)
class Own(nn.Module):
    def __init__(self):
        super().__init__()
        self.helper = Helper(self)
    def forward(self, x, deep=True): return self.helper.go(x) if deep else x
"""),
    "in the forward of a part that keeps its owner in a list": counted("""
class Part(nn.Module):
    def __init__(self, owner: "Own"):
        super().__init__()
        self.owner = [owner]
    def forward(self, x): return self.owner[0].forward(x, False)
class Own(nn.Module):
    def __init__(self):
        super().__init__()
        self.part = Part(self)
    def forward(self, x, deep=True): return self.part(x) if deep else x
"""),
    "in a function that forward gives itself in a list": counted("""
def again(nets: list[nn.Module], x):
    for net in nets: return net.forward(x, False)
class Own(nn.Module):
    def forward(self, x, deep=True): return again([self], x) if deep else x
"""),
    "in a method of a helper that gets the module": counted("""
class Helper:
    def go(self, net: "Own", x): return net.forward(x, False)
class Own(nn.Module):
    def __init__(self):
        super().__init__()
        self.helper = Helper()
    def forward(self, x, deep=True): return self.helper.go(self, x) if deep else x
"""),
    "in a method that takes the place of forward": """
class Own(nn.Module):
    def forward(self, x): return x
    def loss(self, x): return Own.plain(self, x)
    def plain(self, x): return self.forward(x)
class Trainer:
    def __init__(self, model: Own): self.model = model
    def run(self):
        before = self.model.forward
        def once(x):
            self.model.forward = before
            return self.model.loss(x)
        self.model.forward = once
        return self.model(X)
net = Own()
net.register_forward_hook(lambda *given: print("hook"))
Trainer(net).run()
""",
    "in a method that takes the place of forward by name": """
class Own(nn.Module):
    def forward(self, x): return x
    def loss(self, x): return self.forward(x)
net = Own()
net.register_forward_hook(lambda *given: print("hook"))
def once(x):
    del net.forward
    return net.loss(x)
setattr(net, "forward", once)
net(X)
""",
    "in a method that the class itself puts in place of forward": """
class Own(nn.Module):
    def __init__(self):
        super().__init__()
        self.forward = self.first
    def forward(self, x): return x
    def first(self, x):
        del self.forward
        return self.forward(x)
net = Own()
net.register_forward_hook(lambda *given: print("hook"))
net(X)
""",
    "in a function that takes the place of an unknown module's forward": """
class Own(nn.Module):
    def forward(self, x): return x
    def loss(self, x): return self.forward(x)
def wrap(module):
    def once(x):
        del module.forward
        return module.loss(x)
    module.forward = once
net = Own()
net.register_forward_hook(lambda *given: print("hook"))
wrap(net)
net(X)
""",
    "before the constructor of the base": """
class Own(nn.Module):
    def __init__(self):
        self.__dict__["size"] = self.forward(X).shape
        super().__init__()
    def forward(self, x): return x + 1
print(Own().size)
""",
    "passed to the constructor of the base": """
class Base(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.size = size
class Own(Base):
    def __init__(self): super().__init__(self.forward(X).shape)
    def forward(self, x): return x + 1
print(Own().size)
""",
    "never made ready": """
class Own(nn.Module):
    def __init__(self, k): self.setup(k)
    def setup(self, k): self.k = k
    def forward(self, x): return x * self.k
print(Own(2).forward(X))
""",
    "never made ready because of a mixin": """
class Mixin:
    def __init__(self): self.k = 2
class Own(Mixin, nn.Module):
    def forward(self, x): return x * self.k
print(Own().forward(X))
""",
    "never made ready by a base": """
class Base(nn.Module):
    def __init__(self): self.k = 2
class Own(Base):
    def __init__(self):
        super().__init__()
        self.m = 3
    def forward(self, x): return x * self.k * self.m
print(Own().forward(X))
""",
    "never made ready by a dataclass": """
from dataclasses import dataclass
@dataclass(eq=False)
class Own(nn.Module):
    k: int = 2
    def forward(self, x): return x * self.k
print(Own().forward(X))
""",
    "made ready at times": """
class Own(nn.Module):
    def __init__(self, whole=False):
        if whole:
            super().__init__()
        self.k = 2
    def forward(self, x): return x * self.k
print(Own().forward(X))
""",
    "made without a constructor": """
class Own(nn.Module):
    def forward(self, x): return x + 1
own = object.__new__(Own)
print(own.forward(X))
""",
    "a parameter that may be of such a class": """
class Bare(nn.Module):
    def __init__(self): self.k = 2
    def forward(self, x): return x * self.k
def use(net: nn.Module): return net.forward(X)
print(use(Bare()))
""",
    "a conditional expression": """
def use(net: Net, plain): return net.forward(X) if plain else net(X)
net = Net()
net.register_forward_hook(lambda *given: print("hook"))
use(net, True)
""",
    "an if with else": """
def use(net: Net, plain):
    if plain:
        result = net.forward(X, scale=2)
    else:
        with torch.no_grad():
            result = net(X, scale=2)
    return result
net = Net()
net.register_forward_hook(lambda *given: print("hook"))
print(use(net, True).requires_grad)
""",
    "a branch that returns": """
def use(net: Net, hooked):
    if not hooked:
        print("plain")
        return net.forward(X)
    print("hooked")
    return net(X)
net = Net()
net.register_forward_hook(lambda *given: print("hook"))
use(net, False)
""",
    "what is left after a branch that returns": """
def use(net: Net, hooked):
    if hooked:
        return net(X)
    for _ in range(1):
        result = net.forward(X)
    return result
net = Net()
net.register_forward_hook(lambda *given: print("hook"))
print(use(net, False).shape)
""",
    "a handler": """
net = Net()
def stop(*given): raise ValueError
net.register_forward_hook(stop)
try:
    result = net(X)
except ValueError:
    result = net.forward(X)
print(result.shape)
""",
    "a case": """
def use(net: Net, how):
    match how:
        case "plain": return net.forward(X)
        case _: return net(X)
net = Net()
net.register_forward_hook(lambda *given: print("hook"))
print(use(net, "plain").shape)
""",
}


@pytest.mark.parametrize("program", LEFT.values(), ids=list(LEFT))
def test_where_the_place_is_in_the_way_it_is_left(tmp_path: Path, program: str) -> None:
    result = outcome(tmp_path, NET + program)
    assert not result.is_rewritten
    assert result.findings
    assert "raises" not in result.before


REWRITTEN = {
    "in a method that forward does not call": """
class Own(nn.Module):
    def forward(self, x): return x + 1
    def loss(self, x): return self.forward(x).sum()
print(Own().loss(X))
""",
    "in a function that another method gives itself": """
def score(net, x): return net.forward(x).sum()
class Own(nn.Module):
    def forward(self, x): return x + 1
    def loss(self, x): return score(self, x)
print(Own().loss(X))
""",
    "in a function that forward gives a part": """
def run(net, x): return net.forward(x)
class Own(nn.Module):
    def __init__(self):
        super().__init__()
        self.part = Net()
    def forward(self, x): return run(self.part, x)
print(Own()(X).shape)
""",
    "in a function that the forward of another class gives itself": """
class First:
    def go(self, net: Net, x): return net.forward(x)
class Second:
    def go(self, net, x): return x
class Own(nn.Module):
    def __init__(self, helper):
        super().__init__()
        self.helper = helper
    def forward(self, x): return self.helper.go(self, x)
print(Own(Second())(X), First().go(Net(), X).shape)
""",
    "a forward replaced by what leads elsewhere": """
class Own(nn.Module):
    def forward(self, x): return x
    def loss(self, x): return self.forward(x).sum()
    def other(self, x): return x + 1
net = Own()
net.forward = lambda x: net.other(x)
print(net(X), net.loss(X))
""",
    "a forward replaced by torch": """
class Own(nn.Module):
    def forward(self, x): return x
    def loss(self, x): return self.forward(x).sum()
net = Own()
net.forward = torch.no_grad()(net.forward)
print(net.loss(X))
""",
    "a forward of another class replaced": """
class Own(nn.Module):
    def forward(self, x): return x
    def loss(self, x): return self.forward(x).sum()
def wrapped(*given): return given[0]
net = Net()
net.forward = [wrapped][0]
print(Own().loss(X), net(X))
""",
    "forward of another module of the class": """
class Tree(nn.Module):
    def __init__(self, depth):
        super().__init__()
        self.below = Tree(depth - 1) if depth else None
    def forward(self, x): return self.below.forward(x) + 1 if self.below is not None else x
print(Tree(2)(X))
""",
    "in the same method of another class": """
class Own(nn.Module):
    def forward(self, x): return x + 1
    def step(self, x): return self.forward(x)
class Other(nn.Module):
    def __init__(self):
        super().__init__()
        self.own = Own()
    def forward(self, x): return self.own.step(x) + self.step(x)
    def step(self, x): return x
print(Other()(X))
""",
    "after the constructor of the base": """
class Own(nn.Module):
    def __init__(self):
        super().__init__()
        self.size = self.forward(X).shape
    def forward(self, x): return x + 1
print(Own().size)
""",
    "made ready in a method": """
class Own(nn.Module):
    def __init__(self): self.setup()
    def setup(self):
        super().__init__()
        self.k = 2
    def forward(self, x): return x * self.k
print(Own().forward(X))
""",
    "made ready by name": """
class Own(nn.Module):
    def __init__(self):
        nn.Module.__init__(self)
        self.k = 2
    def forward(self, x): return x * self.k
print(Own().forward(X))
""",
    "made ready by a mixin that goes on": """
class Mixin:
    def __init__(self, *args):
        super().__init__(*args)
        self.k = 2
class Own(Mixin, nn.Module):
    def forward(self, x): return x * self.k
print(Own().forward(X))
""",
    "made ready on either way": """
class Own(nn.Module):
    def __init__(self, k=None):
        if k is None:
            super().__init__()
            self.k = 2
        else:
            super().__init__()
            self.k = k
    def forward(self, x): return x * self.k
print(Own().forward(X))
""",
    "made ready by a function": """
def ready(module): nn.Module.__init__(module)
class Own(nn.Module):
    def __init__(self): ready(self)
    def forward(self, x): return x + 1
print(Own().forward(X))
""",
    "made ready by the state of another": """
class Own(nn.Module):
    def __init__(self, other): self.__dict__.update(other.__dict__)
    def forward(self, x): return x + 1
print(Own(Net()).forward(X))
""",
    "made ready after its fields were": """
from dataclasses import dataclass
@dataclass(eq=False)
class Own(nn.Module):
    k: int = 2
    def __post_init__(self):
        super().__init__()
        self.fc = nn.Linear(2, 2)
    def forward(self, x): return self.fc(x) * self.k
print(Own().forward(X))
""",
    "made first and constructed then": """
class Own(nn.Module):
    def forward(self, x): return x + 1
own = object.__new__(Own)
own.__init__()
print(own.forward(X))
""",
    "in a generator that runs at once": """
net = Net()
print(sum(net.forward(x).sum() for x in [X]))
net = Robot()
""",
    "first in a generator, before a swap": """
net = Net()
results = (y.shape for y in net.forward(X))
net = Robot()
print(list(results))
""",
    "in a generator over a name that is used again": """
nets = [Net(), Net()]
results = (net.forward(X) for net in nets)
for net in [Robot()]: pass
print(list(results))
""",
    "a name of a class body in the first iterable": """
net = Robot()
class Own:
    net = Net()
    parts = [y.shape for y in net.forward(X)]
print(Own.parts)
""",
    "both calls with other arguments": """
def use(net: Net, double): return net.forward(X, 2) if double else net(X)
print(use(Net(), True))
""",
    "both calls of two modules": """
def use(a: Net, b: Net, first): return a.forward(X) if first else b(X)
print(use(Net(), Net(), True))
""",
    "both calls after one another": """
net = Net()
print(torch.equal(net(X), net.forward(X)))
""",
    "both calls, as the object can be called": """
def use(net):
    if isinstance(net, nn.Module):
        return net.forward(X)
    return net(X)
print(use(Net()))
""",
}


@pytest.mark.parametrize("program", REWRITTEN.values(), ids=list(REWRITTEN))
def test_where_nothing_is_in_the_way_it_is_rewritten(tmp_path: Path, program: str) -> None:
    result = outcome(tmp_path, NET + program)
    assert result.is_rewritten
    assert result.before == result.after != ""
    assert "raises" not in result.before
