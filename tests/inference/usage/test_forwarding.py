"""What comes under a star: written out, or passed on from the callers of the function that gets it."""

from __future__ import annotations

from pathlib import Path

from marked import NET, hold

PROGRAM = """
# --- run.py
from net import *
from far import options

def from_callers(m, x): return m.forward(x)
def outer(*args, **rest): return from_callers(*args, **rest)
from_callers(Net(), 1)
outer(Robot(), 1)

def by_name(m, x): return m.forward(x)
def outer_by_name(*args, **rest): return by_name(*args, **rest)
by_name(Net(), 1)
outer_by_name(x=1, m=Robot())

def of_modules(m, x): return m.forward(x)  # FWD001
def outer_of_modules(first, *args, **rest): return of_modules(*args, **rest)
of_modules(Net(), 1)
outer_of_modules(Robot(), Net(), 1)
outer_of_modules(Robot(), x=Robot(), m=Net())

def of_some(m, x): return m.forward(x)  # FWD001 unsafe
def outer_of_some(*args): return of_some(*args)
of_some(Net(), 1)
outer_of_some(*options)

def changed(m, x): return m.forward(x)  # FWD001 unsafe
def outer_changed(*args):
    args = args[1:]
    return changed(*args)
changed(Net(), 1)
outer_changed(Robot(), Net(), 1)

def written_out(m, x): return m.forward(x)
written_out(Net(), 1)
written_out(**{'m': Robot(), 'x': 1})

def written_in_a_list(m, x): return m.forward(x)
written_in_a_list(Net(), 1)
written_in_a_list(*[Robot(), 1])

def a_module_written_out(m, x): return m.forward(x)  # FWD001
a_module_written_out(*(Net(), Robot()))
a_module_written_out(**dict(x=Robot(), m=Net()))

def with_a_default(m=Net(), x=1): return m.forward(x)
def outer_with_a_default(**rest): with_a_default(**rest)
with_a_default()
outer_with_a_default(m=Robot())

def unread(m, x): return m.forward(x)  # FWD001 unsafe
unread(Net(), 1)
unread(**options)
"""


def test_what_is_passed_under_a_star_counts(tmp_path: Path) -> None:
    hold(tmp_path, NET + PROGRAM)


# What is passed on belongs to the callee that comes with it, and says nothing about another one.
PAIRED = """
# --- run.py
from net import *
class Holder:
    def __init__(self, inner=None): self.inner = inner
    def go(self): return self.inner.forward(1)  # FWD001 unsafe
def make(cls, *args): return cls(*args)
make(Holder, Net())
make(print, 1, 2)
Holder(Net())

class G:
    def __call__(self, m): return m.forward(1)  # FWD001 unsafe
def hand(f, v): return f(v)
hand(G(), Net())
hand(print, Robot())
G()(Net())
"""


def test_what_is_passed_on_to_one_of_several_callees_refutes_nothing(tmp_path: Path) -> None:
    hold(tmp_path, NET + PAIRED)
