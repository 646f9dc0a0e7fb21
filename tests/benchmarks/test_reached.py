"""Calls whose receiver no source shows: the benchmark counts what a run adds to them."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
REQUIREMENT, TOP = "braindecode==1.8.1", "braindecode-1.8.1"


@pytest.fixture
def reached(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(BENCHMARKS)
    from labelled import reached

    return reached


def test_call_that_only_the_record_explains_counts_for_the_record(reached: ModuleType) -> None:
    site = ("braindecode/eegneuralnet.py", 147, _column(reached))
    one = reached.reached(REQUIREMENT, TOP, {site}, {}, {site: "FWD001"})
    assert (one.seen["fix"], one.by_source["fix"], one.with_record["fix"], one.wrong) == (1, 0, 1, [])
    (row,) = [row for row in reached.rows([one, one]) if row[0] == "rewrite"]
    assert row[2:] == ("2", "0", "2")


def test_call_that_no_test_reaches_does_not_count(reached: ModuleType) -> None:
    one = reached.reached(REQUIREMENT, TOP, set(), {}, {})
    assert not one.seen


def test_call_that_is_still_missed_is_named(reached: ModuleType) -> None:
    site = ("braindecode/eegneuralnet.py", 147, _column(reached))
    one = reached.reached(REQUIREMENT, TOP, {site}, {}, {})
    assert one.wrong == [f"{REQUIREMENT}: {TOP}/{site[0]}:{site[1]}:{site[2]}: fix, found None"]


def _column(reached: ModuleType) -> int:
    ((_, _, column),) = reached._dynamic()[REQUIREMENT]
    assert isinstance(column, int)
    return column
