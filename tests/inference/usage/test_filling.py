"""What code puts into a container that has modules, by whatever statement, and under whatever name."""

from __future__ import annotations

from pathlib import Path

import pytest
from marked import NET, hold

# Statements that put something into `xs`, a list, or `table`, a dict. `NEW` is what they put in.
STATEMENTS = {
    "one of several targets": "xs[0], y = NEW, 1",
    "one of several in brackets": "[y, xs[0]] = 1, NEW",
    "a nested target": "y, (xs[0], z) = 1, (NEW, 2)",
    "a starred slice": "[*xs[:1], y] = (NEW, 1)",
    "one of two assignments": "y = table['a'] = NEW",
    "an annotated item": "table['a']: object = NEW",
    "the target of a loop": "for xs[0] in [NEW]: pass",
    "a part of the target of a loop": "for y, table['a'] in [(1, NEW)]: pass",
    "the target of a comprehension": "[1 for table['a'] in [NEW]]",
}


def _program(statement: str, new: str, mark: str) -> str:
    return f"""
# --- run.py
from net import *
class Box:
    def __init__(self):
        self.xs = [Net(), Net()]
        self.table = {{'a': Net()}}
    def put(self):
        {statement.replace("NEW", new).replace("xs", "self.xs").replace("table", "self.table")}
    def go(self):
        self.xs[0].forward(1){mark if "xs" in statement else "  # FWD001"}
        for one in self.table.values():
            one.forward(1){mark if "table" in statement else "  # FWD001"}

def f(k):
    xs = [Net(), Net()]
    table = {{'a': Net()}}
    {statement.replace("NEW", new)}
    for one in xs: one.forward(1){mark if "xs" in statement else "  # FWD001"}
    table[k].forward(1){mark if "table" in statement else "  # FWD001"}
"""


@pytest.mark.parametrize("statement", [pytest.param(text, id=name) for name, text in STATEMENTS.items()])
def test_a_statement_that_stores_something_else_in_an_item_counts(tmp_path: Path, statement: str) -> None:
    hold(tmp_path, NET + _program(statement, "Robot()", ""))


@pytest.mark.parametrize("statement", [pytest.param(text, id=name) for name, text in STATEMENTS.items()])
def test_a_statement_that_stores_another_module_keeps_the_fix_safe(tmp_path: Path, statement: str) -> None:
    hold(tmp_path, NET + _program(statement, "Net()", "  # FWD001"))
