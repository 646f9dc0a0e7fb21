"""Where a call stands: in `__call__` or what it leads to, or in a hook of the module that it calls."""

from __future__ import annotations

from pathlib import Path

import pytest
from inferring import DIFFERENT, PERHAPS, SAME, verdicts
from marked import NET, hold

# Each class hands its own calls on to Module.__call__, so only the place of a call can make a difference.
WITHIN_CALL = {
    "self in __call__": """
        def __call__(self, x):
            self.forward(x)
            return super().__call__(x)
    """,
    "self in a lambda in __call__": """
        def __call__(self, x):
            y = lambda: self.forward(x)
            return super().__call__(x)
    """,
    "method that __call__ calls beside others": """
        def __call__(self, x):
            self.warm
            print(self.forward)
            return super().__call__(x)
        def warm(self, x):
            return self.forward(x)
    """,
    "methods that call each other": """
        def __call__(self, x):
            self.first(x)
            return super().__call__(x)
        def first(self, x):
            return self.second(x)
        def second(self, x):
            self.first(x)
            return self.forward(x)
    """,
}
OUTSIDE_CALL = {
    "another module in __call__": """
        def __call__(self, x, other: "Net" = None):
            other.forward(x)
            return super().__call__(x, other)
        def forward(self, x, other=None):
            return x
    """,
    "method that __call__ does not lead to": """
        def __call__(self, x):
            return super().__call__(x)
        def idle(self):
            return self.other(1)
        def other(self, x):
            return self.forward(x)
    """,
    "what forward leads to": """
        def __call__(self, x):
            self.forward
            return super().__call__(x)
        def forward(self, x):
            return self.part(x)
        def part(self, x):
            return x
        def whole(self, x):
            return self.forward(x)
    """,
}


@pytest.mark.parametrize("body", WITHIN_CALL.values(), ids=list(WITHIN_CALL))
def test_what_call_leads_to_must_not_call_back(body: str) -> None:
    assert verdicts(f"class Net(nn.Module):{body}") == [DIFFERENT]


@pytest.mark.parametrize("body", OUTSIDE_CALL.values(), ids=list(OUTSIDE_CALL))
def test_other_places_may_call_the_module(body: str) -> None:
    assert verdicts(f"class Net(nn.Module):{body}") == [SAME]


IN_HOOK = {
    "class within a hook": """
        net = nn.Linear(1, 1)
        def hook(m: nn.Linear, i, o):
            class Helper:
                def go(self):
                    return m.forward(i)
            return Helper().go()
        net.register_forward_hook(hook)
    """,
    "module that a method is handed": """
        class Watch:
            def hook(self, m: nn.Linear, i, o):
                return m.forward(i)
        nn.Conv1d(1, 1, 1).register_forward_hook(Watch().hook)
    """,
    "partial of a hook": """
        from functools import partial
        def hook(extra, m: nn.Linear, i):
            return m.forward(i)
        nn.Conv1d(1, 1, 1).register_forward_pre_hook(hook=partial(hook, 1))
    """,
    "hook that is wrapped in what was not read": """
        def hook(m: nn.Linear, i):
            return m.forward(i)
        hook = load(hook)
        nn.Conv1d(1, 1, 1).register_forward_pre_hook(hook)
    """,
}
PERHAPS_IN_HOOK = {
    "module of a subclass": """
        class Base(nn.Module): pass
        class Heir(Base): pass
        def look(subclass: Heir):
            return subclass.forward(1)
        def hook(m, i, o):
            look(pick(m))
        def watch(base: Base):
            base.register_forward_hook(hook)
    """,
    "module of a base class": """
        class Base(nn.Module): pass
        class Heir(Base): pass
        class Watch:
            def __init__(self, base: Base):
                self.base = base
            def hook(self, m, i):
                return self.base.forward(i)
        subclass = Heir()
        subclass.register_forward_pre_hook(Watch(load()).hook)
    """,
    "what a backward hook leads to, whose output somebody else may differentiate": """
        net = nn.Linear(1, 1)
        def keep():
            kept.append(net.forward(1))
        def hook(m, *grads):
            keep()
        net.register_full_backward_hook(hook)
    """,
    "hook that is handed to what was not read": """
        net = nn.Linear(1, 1)
        def hook(m, i, o):
            return net.forward(i)
        load.attach_hook(net, hook)
    """,
    "hook that is handed on with the method's name": """
        net = nn.Linear(1, 1)
        def hook(m, i, o):
            return net.forward(i)
        load(net, "register_forward_hook", hook)
        net.register_full_backward_hook(print)
    """,
    "hook of a list that was not read": """
        net = nn.Linear(1, 1)
        def hook(m, i, o):
            return net.forward(i)
        load(hook)
        for one in load():
            net.register_forward_hook(one)
    """,
}
NOT_IN_HOOK = {
    "another module, of a subclass": """
        class Base(nn.Module): pass
        class Heir(Base): pass
        base, subclass = Base(), Heir()
        def hook(m, i, o):
            return subclass.forward(i)
        base.register_forward_pre_hook(hook)
    """,
    "backward hook of another module": """
        a, b = nn.Linear(1, 1), nn.Conv1d(1, 1, 1)
        def hook(m, *grads):
            b.forward(1).backward()
        a.register_full_backward_hook(hook)
    """,
    "what takes no module": """
        net = nn.Linear(1, 1)
        def hook(x):
            return net.forward(x)
        load.attach_hook(net, hook)
    """,
    "hook of an optimizer": """
        net = nn.Linear(1, 1)
        def hook(optimizer, args, kwargs):
            return net.forward(args)
        load().register_step_post_hook(hook)
    """,
    "hook for saving, by a computed name": """
        net = nn.Linear(1, 1)
        def attach_state_dict_hooks(module, name, hook):
            getattr(module, name)(hook)
        def hook(m, i, o):
            return net.forward(i)
        attach_state_dict_hooks(net, load(), hook)
        net.register_full_backward_hook(print)
    """,
    "third argument of a hook": """
        def hook(m, i, o: nn.Linear):
            return o.forward(i)
        nn.Conv1d(1, 1, 1).register_forward_hook(hook)
    """,
    "function beside a hook": """
        net = nn.Linear(1, 1)
        def hook(m, i, o): pass
        def go(m: nn.Linear):
            return m.forward(1)
        net.register_forward_hook(hook)
        net.register_forward_hook(lambda m, i, o: None)
    """,
    "another module of one class": """
        class Pair(nn.Module):
            def __init__(self):
                super().__init__()
                self.a, self.b = nn.Linear(1, 1), nn.Linear(1, 1)
                self.a.register_forward_hook(self.hook)
            def hook(self, m, i, o):
                return self.b.forward(i)
    """,
    "another module of one function": """
        def main():
            a, b = nn.Linear(1, 1), nn.Linear(1, 1)
            def hook(m, i, o):
                return b.forward(i)
            a.register_forward_hook(hook)
    """,
}


@pytest.mark.parametrize("program", IN_HOOK.values(), ids=list(IN_HOOK))
def test_a_hook_must_not_call_the_module_that_it_hangs_on(program: str) -> None:
    assert verdicts(program) == [DIFFERENT]


@pytest.mark.parametrize("program", PERHAPS_IN_HOOK.values(), ids=list(PERHAPS_IN_HOOK))
def test_a_hook_that_may_hang_on_the_module_makes_the_fix_unsafe(program: str) -> None:
    assert verdicts(program) == [PERHAPS]


@pytest.mark.parametrize("program", NOT_IN_HOOK.values(), ids=list(NOT_IN_HOOK))
def test_a_hook_may_call_other_modules(program: str) -> None:
    assert verdicts(program) == [SAME]


def test_a_function_of_the_same_name_elsewhere_is_another_one(tmp_path: Path) -> None:
    program = """
# --- run.py
from net import *
def hook(m: Net, i):
    return m.forward(i)  # FWD001
# --- use.py
from net import *
def hook(m, i): pass
Net().register_forward_pre_hook(hook)
"""
    hold(tmp_path, NET + program)
