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
)


def _programs(new: str, mark: str) -> str:
    return "".join(_program(at, statement, new, mark) for at, statement in enumerate(STATEMENTS))


def _program(at: int, statement: str, new: str, mark: str) -> str:
    in_list, in_table = (mark, "  # FWD001") if "xs" in statement else ("  # FWD001", mark)
    return f"""
# --- run{at}.py
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
