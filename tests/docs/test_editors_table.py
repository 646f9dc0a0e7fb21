"""The comparison with ruff's server: what it says of ruff is on record, and the tests that it names exist."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest
from documented import DOCS
from editor_pages import HELD, Row, rows

TESTS = Path(__file__).parents[1]
RECORD = json.loads(Path(__file__).with_name("ruff_server.json").read_text(encoding="utf-8"))
ROWS = [pytest.param(row, id=row.feature) for row in rows()]


def test_nothing_is_empty_and_each_row_is_held() -> None:
    assert [row for row in rows() if not all((row.feature, row.ruff, row.ours, row.shown_by))] == []
    assert [row.feature for row in rows()] == list(HELD)


@pytest.mark.parametrize("row", ROWS)
def test_what_is_said_of_ruff_is_what_it_answered(row: Row) -> None:
    assert re.match("yes|no", row.ruff)
    assert row.ruff.startswith("yes") == HELD[row.feature](RECORD)


@pytest.mark.parametrize("row", ROWS)
def test_row_names_a_test_that_exists_or_says_why_there_is_none(row: Row) -> None:
    if not row.ours.startswith("yes"):
        assert re.match(r"no: \w", row.ours)
        assert row.shown_by == "not ours"
        return
    found = re.fullmatch(r"`([\w/]+\.py)::(\w+)`", row.shown_by)
    assert found is not None
    tree = ast.parse((TESTS / found[1]).read_text(encoding="utf-8"))
    assert found[2] in {one.name for one in tree.body if isinstance(one, ast.FunctionDef)}


def test_page_names_the_version_on_record() -> None:
    assert f"ruff {RECORD['version']} " in (DOCS / "editors-table.md").read_text(encoding="utf-8")
