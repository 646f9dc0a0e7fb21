"""Python's collector is as it was after each analysis, and does not walk what the analysis kept."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import suppress

import pytest

from flake8_forward_call import collector


class Node:
    """An object that the collector looks at."""

    def __init__(self) -> None:
        self.other: Node | None = None


@pytest.fixture(autouse=True)
def frozen() -> Iterator[int]:
    """How many objects are never walked from the start, which Python 3.12 has some of."""
    gc.collect()
    yield gc.get_freeze_count()
    gc.unfreeze()
    gc.enable()


def spared(count: int) -> list[Node]:
    """Objects that are made while the collector pauses."""
    with collector._Collector().spared():
        assert not gc.isenabled()
        return [Node() for _ in range(count)]


def test_it_runs_again_afterwards_also_after_an_error() -> None:
    spared(1)
    assert gc.isenabled()
    with suppress(ValueError), collector.spared():
        raise ValueError
    assert gc.isenabled()


def test_it_stays_off_where_the_process_turned_it_off(frozen: int) -> None:
    gc.disable()
    spared(collector._MANY + 1)
    assert not gc.isenabled()
    assert gc.get_freeze_count() == frozen


def test_it_runs_again_only_after_the_last_of_several_analyses() -> None:
    one = collector._Collector()
    with one.spared():
        with one.spared():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


def test_few_objects_are_not_worth_a_move(frozen: int) -> None:
    kept = spared(10)
    assert gc.get_freeze_count() == frozen
    assert len(kept) == 10


def test_what_is_kept_is_not_walked_again() -> None:
    kept = spared(collector._MANY + 1)
    assert gc.get_freeze_count() > collector._MANY
    assert len(gc.get_objects()) < collector._MANY
    assert len(kept) == collector._MANY + 1


def is_walked_again(monkeypatch: pytest.MonkeyPatch, *, frozen: int) -> bool:
    """Whether garbage is looked for among all objects, in a process that starts with so many that are never walked."""
    unfrozen: list[bool] = []
    kept: list[list[Node]] = []
    one, counts = collector._Collector(), iter([frozen, 100 * collector._MANY])
    with monkeypatch.context() as patched:
        patched.setattr(gc, "get_freeze_count", lambda: next(counts))
        patched.setattr(gc, "unfreeze", lambda: unfrozen.append(True))
        for _ in range(2):
            with one.spared():
                kept.append([Node() for _ in range(collector._MANY + 1)])
    return bool(unfrozen)


def test_what_python_starts_with_is_not_taken_for_moved_by_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_walked_again(monkeypatch, frozen=375)


def test_what_the_process_itself_has_moved_stays_there(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not is_walked_again(monkeypatch, frozen=50_000)


def test_garbage_is_not_kept_for_ever() -> None:
    one, kept = collector._Collector(), []
    before = len(gc.get_objects())
    for _ in range(8):
        with one.spared():
            first, second = Node(), Node()
            first.other, second.other = second, first
            kept.append([Node() for _ in range(collector._MANY)])
        kept.clear()
        del first, second
    assert gc.get_freeze_count() < before + 4 * collector._MANY
