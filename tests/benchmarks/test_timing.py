"""The cost of observing: by the smallest times of each part, with the spread of equal runs."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def timing(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(BENCHMARKS)
    from watched import timing

    return timing


def test_part_that_was_slowed_down_in_one_run_does_not_count(timing: ModuleType) -> None:
    runs = [{"start a": 1.0, "test b": 9.0}, {"start a": 8.0, "test b": 2.0}]
    assert timing.least(runs) == 3.0
    assert timing.least(runs, "start ") == 1.0


def test_part_that_is_not_in_all_runs_does_not_count(timing: ModuleType) -> None:
    assert timing.least([{"a": 1.0, "b": 1.0}, {"a": 1.0}]) == 1.0


def test_times_are_those_between_two_stamps(timing: ModuleType) -> None:
    stamps = [("start python", 0.25), ("test a", 1.0), ("start python", 1.5), ("end", 2.0)]
    assert timing.parts_of(stamps) == {"start python": 0.75, "test a": 0.75, "end": 0.5}


def test_overhead_compares_with_as_many_runs_as_were_observed(timing: ModuleType) -> None:
    cost = timing.Cost([{"start a": 1.0}, {"start a": 2.0}], [{"start a": 3.0}], [0.5])
    assert (cost.seconds, cost.seconds_observed, cost.overhead) == (1.5, 3.0, 1.0)
    assert (cost.spread, cost.at_the_start) == (0.5, 2.0)


def test_share_of_the_tool_is_compared_with_the_rest_of_the_same_run(timing: ModuleType) -> None:
    cost = timing.Cost([{"a": 1.0}, {"a": 1.0}], [{"a": 5.0}, {"a": 9.0}, {"a": 11.0}], [1.0, 1.0, 1.0])
    assert cost.shares == (0.1, 0.125, 0.25)


def test_equal_runs_are_parted_in_each_way_once(timing: ModuleType) -> None:
    runs = [{"a": float(number)} for number in range(4)]
    parted = [sorted((min(run["a"] for run in one), min(run["a"] for run in two))) for one, two in timing.halves(runs)]
    assert parted == [[0.0, 2.0], [0.0, 1.0], [0.0, 1.0]]


def test_many_equal_runs_are_parted_in_some_ways_which_are_always_the_same(timing: ModuleType) -> None:
    runs = [{"a": float(number)} for number in range(12)]
    first, second = list(timing.halves(runs)), list(timing.halves(runs))
    assert first == second
    assert {len(one) for pair in first for one in pair} == {6}
