"""The engine by itself, with questions made up here: numbers that ask each other, and sets that grow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from itertools import permutations
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flake8_forward_call.inference import engine
from flake8_forward_call.inference.engine import Answers, Engine, OutOfBudget, unjoined
from flake8_forward_call.stack import with_room

EVERYTHING = frozenset({"everything"})

SETS: Answers[frozenset[str]] = Answers(
    nothing=frozenset(),
    unknown=EVERYTHING,
    join=frozenset.union,
    is_same=frozenset.__eq__,
    bounded=lambda answer: EVERYTHING if answer >= EVERYTHING else answer,
)

NUMBERS: Answers[int] = Answers(
    nothing=0, unknown=-1, join=max, is_same=lambda one, other: one == other, bounded=lambda answer: answer
)


class Asked:
    """An engine with a table of questions, which counts how often each is computed."""

    def __init__(self, table: Mapping[str, Callable[[Asked], Any]], answers: Answers[Any]) -> None:
        self.engine = Engine(lambda key: key)
        self._table = table
        self._answers = answers
        self.computed: dict[str, int] = {}

    def __getitem__(self, key: str) -> Any:
        return self.engine.once(key, lambda: self._compute(key), self._answers)

    def _compute(self, key: str) -> Any:
        self.computed[key] = self.computed.get(key, 0) + 1
        return self._table[key](self)

    def all(self, keys: tuple[str, ...]) -> dict[str, Any]:
        """The answers to some questions, asked one after the other from outside."""
        return {key: self.engine.ask(partial(self.__getitem__, key)) for key in keys}


def in_every_order(table: Mapping[str, Callable[[Asked], Any]], answers: Answers[Any]) -> dict[str, Any]:
    """The answers to all questions, which must be the same in every order of asking."""
    found = [Asked(table, answers).all(order) for order in permutations(sorted(table))]
    assert all(one == found[0] for one in found)
    return found[0]


def test_each_question_is_computed_once() -> None:
    asked = Asked({"a": lambda ask: ask["b"] + ask["c"], "b": lambda ask: ask["c"], "c": lambda _: 1}, NUMBERS)
    assert asked.all(("a", "b", "c")) == {"a": 2, "b": 1, "c": 1}
    assert asked.computed == {"a": 1, "b": 1, "c": 1}


def test_answers_in_a_loop_are_stored_too() -> None:
    table = {"a": lambda ask: ask["b"], "b": lambda ask: ask["c"], "c": lambda ask: ask["a"] | {"x"}}
    asked = Asked(table, SETS)
    assert asked.all(("b",)) == {"b": {"x"}}
    before = dict(asked.computed)
    assert asked.all(("a", "b", "c")) == {key: {"x"} for key in "abc"}
    assert asked.computed == before


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, tuple[tuple[str, ...], frozenset[str]]]:
    """Questions, each with those that it asks and what it adds itself."""
    keys = "abcdefgh"[: draw(st.integers(1, 8))]
    asks = st.lists(st.sampled_from(keys), max_size=4).map(tuple)
    adds = st.frozensets(st.sampled_from("xyz"), max_size=2)
    return {key: (draw(asks), draw(adds)) for key in keys}


def adding(graph: dict[str, tuple[tuple[str, ...], frozenset[str]]]) -> dict[str, Callable[[Asked], Any]]:
    """Each question's own part, together with the answers to those that it asks."""

    def question(key: str) -> Callable[[Asked], Any]:
        asks, added = graph[key]
        return lambda ask: added.union(*(ask[one] for one in asks))

    return {key: question(key) for key in graph}


def least(graph: dict[str, tuple[tuple[str, ...], frozenset[str]]]) -> dict[str, Any]:
    """The least answers, found by adding until nothing changes."""
    answers: dict[str, frozenset[str]] = dict.fromkeys(graph, frozenset())
    for _ in range(len(graph) * 3 + 1):
        answers = {key: added.union(*(answers[one] for one in asks)) for key, (asks, added) in graph.items()}
    return dict(answers)


@settings(deadline=None)
@given(graphs(), st.randoms(use_true_random=False))
def test_monotone_questions_get_their_least_answers_from_every_end(
    graph: dict[str, tuple[tuple[str, ...], frozenset[str]]], random: Random
) -> None:
    table = adding(graph)
    order = sorted(graph)
    for start in order:
        rest = [one for one in order if one != start]
        random.shuffle(rest)
        assert Asked(table, SETS).all((start, *rest)) == least(graph)


@st.composite
def graphs_with_fallbacks(draw: st.DrawFn) -> dict[str, tuple[str, frozenset[str], str]]:
    """Questions that ask one other and add something, and ask a second one if that gives nothing but "?"."""
    keys = "abcde"[: draw(st.integers(2, 5))]
    one = st.sampled_from(keys)
    adds = st.sampled_from([frozenset(), frozenset("?"), frozenset("X"), frozenset("Y")])
    return {key: (draw(one), draw(adds), draw(st.one_of(one, st.sampled_from("XY")))) for key in keys}


@settings(deadline=None)
@given(graphs_with_fallbacks())
def test_questions_with_a_second_choice_get_the_same_answers_in_every_order(
    graph: dict[str, tuple[str, frozenset[str], str]],
) -> None:
    """They are not monotone, like much of the inference: it looks elsewhere if the first place says "unknown"."""

    def question(key: str) -> Callable[[Asked], Any]:
        first, added, otherwise = graph[key]

        def compute(ask: Asked) -> Any:
            found = ask[first] | added
            if found != {"?"}:
                return found
            return frozenset(otherwise) if otherwise.isupper() else ask[otherwise]

        return compute

    in_every_order({key: question(key) for key in graph}, SETS)


def test_two_questions_that_exclude_each_other_get_one_answer() -> None:
    table: dict[str, Callable[[Asked], Any]] = {
        "a": lambda ask: frozenset() if ask["b"] else frozenset("A"),
        "b": lambda ask: frozenset() if ask["a"] else frozenset("B"),
    }
    assert in_every_order(table, SETS) == {"a": frozenset(), "b": {"B"}}


def test_answer_that_never_settles_is_unknown() -> None:
    table: dict[str, Callable[[Asked], Any]] = {
        "up": lambda ask: ask["down"] + 1,
        "down": lambda ask: ask["up"],
        "use": lambda ask: ask["up"],
        "other": lambda _: 3,
    }
    assert in_every_order(table, NUMBERS) == {"up": 0, "down": -1, "use": 0, "other": 3}


def test_answers_that_cannot_be_joined_are_what_is_assumed_meanwhile() -> None:
    table: dict[str, Callable[[Asked], Any]] = {"a": lambda ask: (*ask["b"], 1), "b": lambda ask: ask["a"]}
    asked = Asked(table, unjoined((None,)))
    assert asked.all(("a",))["a"] in {(None,), (None, 1)}


def chain(size: int, step: Callable[[int, Asked], Any]) -> dict[str, Callable[[Asked], Any]]:
    """Questions with a number each."""
    return {f"{index:05}": partial(step, index) for index in range(size)}


@pytest.mark.parametrize("size", [300, 5_000])
def test_questions_may_be_nested_deeper_than_the_stack(size: int) -> None:
    table = chain(size, lambda index, ask: ask[f"{index - 1:05}"] + 1 if index else 0)
    last = f"{size - 1:05}"
    assert with_room(lambda: Asked(table, NUMBERS).all((last,)))() == {last: size - 1}


@pytest.mark.parametrize("start", [0, 1_000, 1_999])
def test_loop_through_many_questions_takes_few_rounds(start: int) -> None:
    table = chain(2_000, lambda index, ask: ask[f"{(index + 1) % 2_000:05}"] | ({"x"} if index == 7 else set()))
    asked = Asked(table, SETS)
    key = f"{start:05}"
    assert with_room(lambda: asked.all((key,)))() == {key: {"x"}}
    assert max(asked.computed.values()) <= 4


def test_answers_that_go_back_and_forth_take_few_rounds() -> None:
    table = chain(100, lambda index, ask: ask[f"{(index + 1) % 100:05}"])
    table["00050"] = lambda ask: frozenset() if ask["00051"] else frozenset("x")
    asked = Asked(table, SETS)
    assert asked.all(("00000",))["00000"] == EVERYTHING
    assert max(asked.computed.values()) <= 8


def test_exception_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    table: dict[str, Callable[[Asked], Any]] = {
        "a": lambda ask: ask["b"] | ask["c"],
        "b": lambda ask: ask["a"] | {"B"},
        "c": lambda ask: ask["d"],
        "d": lambda _: frozenset("D"),
    }
    asked = Asked(table, SETS)
    for work in range(1, 12):
        monkeypatch.setattr(engine, "MAX_WORK", work)
        try:
            assert asked.all(("a",))["a"] == {"B", "D"}
        except OutOfBudget:
            continue
    assert asked.all(("a", "b", "c", "d")) == {"a": {"B", "D"}, "b": {"B", "D"}, "c": {"D"}, "d": {"D"}}


def test_work_is_limited_for_each_question_from_outside_and_not_for_all_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine, "MAX_WORK", 2)
    asked = Asked({**{key: lambda ask: ask["z"] for key in "abcdef"}, "z": lambda _: 1}, NUMBERS)
    assert [asked[key] for key in "abc"] == [1, 1, 1]
    assert asked.all(("d", "e", "f")) == {"d": 1, "e": 1, "f": 1}


def with_limit(asked: Asked, key: str) -> Any:
    """The answer to a question from outside, or that it leads to too many questions."""
    try:
        return asked.all((key,))[key]
    except OutOfBudget:
        return "too many"


@pytest.mark.parametrize("order", list(permutations("abc")))
def test_whether_a_question_leads_to_too_many_does_not_depend_on_what_was_asked_before(
    monkeypatch: pytest.MonkeyPatch, order: tuple[str, ...]
) -> None:
    """Of the four questions behind "a", "b" and "c" each leave some computed for the next one."""
    monkeypatch.setattr(engine, "MAX_WORK", 4)
    table: dict[str, Callable[[Asked], Any]] = {
        "a": lambda ask: ask["w"],
        "b": lambda ask: ask["x"],
        "c": lambda ask: ask["y"],
        "w": lambda ask: ask["x"] + ask["z"],
        "x": lambda ask: ask["y"],
        "y": lambda ask: ask["z"],
        "z": lambda _: 1,
    }
    asked = Asked(table, NUMBERS)
    assert {key: with_limit(asked, key) for key in order} == {"a": "too many", "b": 1, "c": 1}


@settings(deadline=None)
@given(graphs(), st.integers(1, 8), st.randoms(use_true_random=False))
def test_limit_leads_to_the_same_answers_from_every_end(
    graph: dict[str, tuple[tuple[str, ...], frozenset[str]]], limit: int, random: Random
) -> None:
    table = adding(graph)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "MAX_WORK", limit)
        for _ in range(5):
            order = sorted(graph)
            random.shuffle(order)
            asked = Asked(table, SETS)
            for key in order:
                behind = reached(graph, key)
                assert with_limit(asked, key) == (least(graph)[key] if len(behind) <= limit else "too many")


def reached(graph: dict[str, tuple[tuple[str, ...], frozenset[str]]], key: str) -> set[str]:
    """The questions to which one leads, including itself."""
    found, todo = set[str](), [key]
    while todo:
        one = todo.pop()
        if one not in found:
            found.add(one)
            todo += graph[one][0]
    return found


def test_question_from_outside_that_asks_from_outside_has_one_limit_for_both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "MAX_WORK", 2)
    asked = Asked({"a": lambda ask: ask.all(("b", "c"))["b"], "b": lambda _: 1, "c": lambda _: 2}, NUMBERS)
    with pytest.raises(OutOfBudget):
        asked.all(("a",))


def test_question_that_recovers_from_an_exception_goes_on() -> None:
    def fails(ask: Asked) -> Any:
        assert ask["a"] is not None
        raise ValueError

    def recovers(ask: Asked) -> Any:
        try:
            return ask["b"]
        except ValueError:
            return frozenset("A") | ask["c"]

    table: dict[str, Callable[[Asked], Any]] = {"a": recovers, "b": fails, "c": lambda ask: ask["a"]}
    assert Asked(table, SETS).all(("a", "c")) == {"a": {"A"}, "c": {"A"}}
