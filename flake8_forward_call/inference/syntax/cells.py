"""The cells of a notebook, which may run in any order: what one binds may be in effect at the start of every other."""

from __future__ import annotations

import ast
import bisect
from collections.abc import Callable, Sequence
from itertools import groupby

from flake8_forward_call.inference.syntax.bindings import AnyBinding
from flake8_forward_call.inference.syntax.states import State, bases_of, rejoined


def cells_of(tree: ast.Module, starts: Sequence[int]) -> list[list[ast.stmt]]:
    """The statements of each cell; ``starts`` are the rows above the cells."""
    return [list(group) for _, group in groupby(tree.body, lambda one: bisect.bisect_left(starts, one.lineno))]


def through_all(
    cells: Sequence[Sequence[ast.stmt]],
    state: State,
    walk_one: Callable[[Sequence[ast.stmt], State], State | None],
    forget: Callable[[], None],
) -> State:
    """Walk all cells in their order, ``forget`` what was read, and walk them again as if any other had just run.

    Returns the state at the end of the first walk.
    """
    begins: list[State] = []
    made: dict[str, dict[AnyBinding, None]] = {}
    for cell in cells:
        begins.append(state)
        # After an error, people go on with the next cell.
        end = walk_one(cell, dict(state)) or state
        for key, found in end.items():
            if state.get(key) != found:
                made.setdefault(key, {}).update(dict.fromkeys(found))
        state = end
    forget()
    for cell, begin in zip(cells, begins, strict=True):
        walk_one(cell, _in_any_order(begin, made))
    return state


def _in_any_order(begin: State, made: dict[str, dict[AnyBinding, None]]) -> State:
    """The state at the start of a cell with what the cells bind, before or after it.

    An attribute or item whose owner may be another object then is left out: the class of the owner determines it.
    """
    names = {key: None for key in (*begin, *made) if not any(True for _ in bases_of(key))}
    state = {key: rejoined(dict.fromkeys((*begin.get(key, ()), *made.get(key, ())))) for key in names}
    for key, found in begin.items():
        bases = list(bases_of(key))
        if bases and all(set(state.get(one, ())) == set(begin.get(one, ())) for one in bases[:1]):
            state[key] = rejoined(dict.fromkeys((*found, *made.get(key, ()))))
    return state
