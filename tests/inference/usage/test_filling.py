"""What code puts into a container that has modules, by whatever statement, and under whatever name."""

from __future__ import annotations

from pathlib import Path

from marked import NET, hold

# Statements that put something into `xs`, a list, or `table`, a dict. `NEW` is what they put in.
STATEMENTS = (
    "xs[0], y = NEW, 1",
    "[y, xs[0]] = 1, NEW",
    "y, (xs[0], z) = 1, (NEW, 2)",
    "[*xs[:1], y] = (NEW, 1)",
    "y = table['a'] = NEW",
    "table['a']: object = NEW",
    "for xs[0] in [NEW]: pass",
    "for y, table['a'] in [(1, NEW)]: pass",
    "[1 for table['a'] in [NEW]]",
    "heapq.heappush(xs, NEW)",
    "bisect.insort(xs, NEW)",
    "operator.setitem(table, 'a', NEW)",
    "xs.__iadd__([NEW])",
    "table.__ior__({'a': NEW})",
)


def _programs(new: str, mark: str) -> str:
    return "".join(_program(at, statement, new, mark) for at, statement in enumerate(STATEMENTS))


def _program(at: int, statement: str, new: str, mark: str) -> str:
    in_list, in_table = (mark, "  # FWD001") if "xs" in statement else ("  # FWD001", mark)
    return f"""
# --- run{at}.py
import bisect, heapq, operator
from net import *
class Box{at}:
    def __init__(self):
        self.xs = [Net(), Net()]
        self.table = {{'a': Net()}}
    def put(self):
        {statement.replace("NEW", new).replace("xs", "self.xs").replace("table", "self.table")}
    def go(self):
        self.xs[0].forward(1){in_list}
        for one in self.table.values(): one.forward(1){in_table}

def f(k):
    xs = [Net(), Net()]
    table = {{'a': Net()}}
    {statement.replace("NEW", new)}
    for one in xs: one.forward(1){in_list}
    table[k].forward(1){in_table}
"""


def test_a_statement_that_stores_something_else_in_an_item_counts(tmp_path: Path) -> None:
    hold(tmp_path, NET + _programs("Robot()", ""))


def test_a_statement_that_stores_another_module_keeps_the_fix_safe(tmp_path: Path) -> None:
    hold(tmp_path, NET + _programs("Net()", "  # FWD001"))


# Ways for `table`, a dict of a function, to get to other code, which may put something else there.
WAYS_OUT = """
# --- run.py
from functools import partial
from net import *

def put(table): table['m'] = Robot()
def another(table): table['m'] = Net()

def under_another_name():
    table = {'m': Net()}
    other = table
    other['m'] = Robot()
    def run(): return table['m'].forward(1)
    return run

def in_a_function():
    table = {'m': Net()}
    put(table=table)
    def run(): return table['m'].forward(1)
    return run

def of_a_function_that_is_passed(fill):
    table = {'m': Net()}
    fill(table)
    table['m'].forward(1)
    def run(): return table['m'].forward(1)
    return run
of_a_function_that_is_passed(put)

def of_one_that_puts_modules(fill):
    table = {'m': Net()}
    fill(table)
    def run(): return table['m'].forward(1)  # FWD001
    return run
of_one_that_puts_modules(another)

def of_one_that_nobody_passes(fill):
    table = {'m': Net()}
    fill(table)
    def run(): return table['m'].forward(1)  # FWD001 unsafe
    return run

def of_an_object_that_nobody_passes(other):
    table = {'m': Net()}
    other.fill(table)
    def run(): return table['m'].forward(1)  # FWD001 unsafe
    return run

def that_only_reads_it(log):
    table = {'m': Net()}
    log.info("made %s", table)
    def run(): return table['m'].forward(1)  # FWD001
    return run

def in_an_attribute_of_it(other):
    table = {'m': Net()}
    other.table = table
    def run(): return table['m'].forward(1)  # FWD001 unsafe
    return run

class Box:
    def change(self): self.table['m'] = Robot()

def in_an_attribute_that_is_changed():
    table, box = {'m': Net()}, Box()
    box.table = table
    def run(): return table['m'].forward(1)
    return run

def in_an_attribute_that_is_read():
    table, box = {'m': Net()}, Box()
    box.kept = table
    def run(): return table['m'].forward(1)  # FWD001
    return run

def as_a_part_of_the_result():
    table = {'m': Net()}
    def run(): return table['m'].forward(1)
    return table, run

def as_the_result():
    table = {'m': Net()}
    def run(): return table['m'].forward(1)
    hook(run)
    return table

def as_a_result_that_is_read():
    table = {'m': Net()}
    def run(): return table['m'].forward(1)  # FWD001
    hook(run)
    return table

def hook(run): run()

def as_one_of_two(x):
    table = {'m': Net()}
    other = table if x else {}
    other['m'] = Robot()
    def run(): return table['m'].forward(1)
    return run

def in_a_function_as_one_of_two(x):
    table = {'m': Net()}
    put(x or table)
    def run(): return table['m'].forward(1)
    return run

def under_stars():
    table, other = {'m': Net()}, {'m': Net()}
    put(*[table])
    put(**{'table': other})
    def run(): return table['m'].forward(1), other['m'].forward(1)
    return run

def as_a_default():
    table = {'m': Net()}
    def change(inner=table): inner['m'] = Robot()
    def run(): return table['m'].forward(1)
    return change, run

def as_a_default_that_is_read():
    table = {'m': Net()}
    def look(inner=table): return inner['m']
    def run(): return table['m'].forward(1)  # FWD001
    return look, run

def to_a_function_that_is_called_later(pool):
    table, other = {'m': Net()}, {'m': Net()}
    partial(put, table)()
    pool.submit(another, other)
    def run(): return table['m'].forward(1), other['m'].forward(1)  # FWD001 unsafe
    return run
# --- use.py
from run import *

def main():
    table, run = as_a_part_of_the_result()
    table['m'] = Robot()
    other = as_the_result()
    other['m'] = Robot()
    kept = as_a_result_that_is_read()
    kept['m'] = Net()
"""


def test_a_container_is_followed_to_the_code_that_changes_it(tmp_path: Path) -> None:
    hold(tmp_path, NET + WAYS_OUT)


# What is put in from outside: something that is certainly no module leaves no finding, all else an unsafe fix.
STORES = """
# --- run.py
from net import *
from far import thing

class Put:
    part = Net()
    def go(self): return self.part.forward(1)
Put.part = Robot()

class OnOne:
    part = Net()
    def go(self): return self.part.forward(1)
one = OnOne()
one.part = Robot()

class BySetattr:
    part = Net()
    def go(self): return self.part.forward(1)
setattr(BySetattr, 'part', Robot())

class ByATest:
    part = Net()
    def go(self): return self.part.forward(1)
def test(monkeypatch): monkeypatch.setattr(ByATest, 'part', Robot())

class Mocked:
    part = Net()
    def go(self): return self.part.forward(1)  # FWD001 unsafe
def test_mocked(mock): mock.patch.object(Mocked, 'part')

class Unread:
    part = Net()
    def go(self): return self.part.forward(1)  # FWD001 unsafe
Unread.part = thing

class Checked(nn.Module):
    def __init__(self):
        super().__init__()
        self.part = Net()
    def go(self): return self.part.forward(1)  # FWD001
checked = Checked()
checked.part = thing

class Another:
    part = Net()
    def go(self): return self.part.forward(1)  # FWD001
Another.part = Net()

class Wrapper:
    def __init__(self, inner): pass
    def __call__(self, *args): return self
    def forward(self, x): return x
def wrapping(cls): return Wrapper(cls)
def single(cls):
    only = Wrapper(cls)
    def get(): return only
    return get
def wrapped(make):
    def inner(*args): return Wrapper(make(*args))
    return inner
def counted(make):
    def inner(*args): return make(*args)
    return inner

@wrapping
class Wrapped(nn.Module):
    def forward(self, x): return x
Wrapped().forward(1)
@single
class Single(nn.Module):
    def forward(self, x): return x
Single().forward(1)
@wrapped
def build(): return Net()
build().forward(1)
@counted
def build_counted(): return Net()
build_counted().forward(1)  # FWD001
"""


def test_what_is_certainly_no_module_and_stored_from_outside_leaves_no_finding(tmp_path: Path) -> None:
    hold(tmp_path, NET + STORES)


# An annotation that says nothing promises nothing of what code elsewhere stores.
ANNOTATED = """
# --- run.py
from typing import Any, List, Optional
from net import *
from far import thing

class Anything:
    part: object
    def __init__(self): self.part = Net()
    def go(self): return self.part.forward(1)  # FWD001 unsafe
anything = Anything()
anything.part = thing

class Declared:
    part: nn.Module
    def __init__(self): self.part = Net()
    def go(self): return self.part.forward(1)  # FWD001
declared = Declared()
declared.part = thing

class Perhaps:
    part: Optional[Net] = None
    def __init__(self): self.part = Net()
    def go(self): return self.part.forward(1)  # FWD001
perhaps = Perhaps()
perhaps.part = thing

def lists(pool):
    free: List[Any] = [Net()]
    nets: List[Net] = [Net()]
    pool.fill(free)
    pool.fill(nets)
    def run(): return free[0].forward(1)
    def run_nets(): return nets[0].forward(1)  # FWD001
    return run, run_nets
"""


def test_an_annotation_that_says_nothing_promises_nothing(tmp_path: Path) -> None:
    hold(tmp_path, NET + ANNOTATED)
