"""Asks questions: each once, within limits, and in a loop with nothing added the second time."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, TypeVar, cast

from flake8_forward_call.inference.types import NEVER, UNKNOWN, Type, trimmed

# The most evaluations for one receiver. Real ones take a few hundred; beyond this, the code is too tangled.
MAX_STEPS = 20_000

# How deep evaluations may be nested. Each level takes about ten of the interpreter's thousand Python frames.
MAX_DEPTH = 50

# Deeper types than list[dict[str, tuple[X, ...]]] come from loops that wrap a value in itself.
MAX_TYPE_DEPTH = 5

_Answer = TypeVar("_Answer")


class OutOfBudget(Exception):  # noqa: N818
    """The evaluation would take too long or be nested too deep."""


_Notes = TypeVar("_Notes")


class Engine:
    """Asks questions, and stores the answers."""

    def __init__(self) -> None:
        self._steps = 0
        self._known: dict[object, Type] = {}
        self._open: dict[object, int] = {}
        self._lowest = sys.maxsize  # The outermost open evaluation that the current one has met.
        self._notes: dict[object, Any] = {}

    def ask(self, question: Callable[[], _Answer]) -> _Answer:
        """The answer to a question from outside, with a fresh budget. Raises OutOfBudget."""
        self.refill()
        try:
            return question()
        finally:
            self._open.clear()
            self._lowest = sys.maxsize

    def refill(self) -> None:
        """Give the current question its full budget again, because it continues in another file."""
        self._steps = 0

    def once(self, key: object, compute: Callable[[], Type]) -> Type:
        """The answer to a question, computed once. If a question leads back to itself, that adds nothing.

        An answer that met an outer question while that was still open is not stored, because it may be incomplete.
        """
        if key in self._known:
            return self._known[key]
        if key in self._open:
            self._lowest = min(self._lowest, self._open[key])
            return NEVER
        self._steps += 1
        if self._steps > MAX_STEPS or len(self._open) > MAX_DEPTH:
            raise OutOfBudget
        index = self._open[key] = len(self._open)
        before, self._lowest = self._lowest, sys.maxsize
        try:
            kind = compute()
        finally:
            del self._open[key]
        kind = trimmed(kind, MAX_TYPE_DEPTH)
        if self._lowest >= index:
            self._known[key] = kind
            self._lowest = before
        else:
            self._lowest = min(before, self._lowest)
        return kind

    def attempt(self, key: object, compute: Callable[[], Type]) -> Type:
        """The answer to a question that the current one can do without; UNKNOWN if it exceeds the limits.

        This UNKNOWN and the answers that depend on it are not stored, because other questions may take fewer steps.
        """
        try:
            return self.once(key, compute)
        except (OutOfBudget, RecursionError):
            self._lowest = -1
            return UNKNOWN

    def notes(self, kind: Callable[[], _Notes]) -> _Notes:
        """What an answering module remembers for as long as this evaluator lives: one object of each kind."""
        found = self._notes.get(kind)
        if found is None:
            found = self._notes[kind] = kind()
        return cast("_Notes", found)
