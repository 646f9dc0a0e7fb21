"""What may put something other than a module where the receiver is kept, so that it is none when the call runs.

Inference knows what the class, the scope and the module at hand store. This is about the stores that it does not
count: from outside, by name, by other means than an assignment. Asked only where the fix would be safe otherwise.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import PurePath
from typing import TYPE_CHECKING, TypeVar

from flake8_forward_call.inference import fillings, globally, members, replacing
from flake8_forward_call.inference.evaluate import OutOfBudget
from flake8_forward_call.inference.holders import Holder, Member, Variable, Ways
from flake8_forward_call.inference.steps import Step

if TYPE_CHECKING:
    from flake8_forward_call.inference.evaluate import Evaluator
    from flake8_forward_call.inference.scopes import Scope

_Answer = TypeVar("_Answer")


def swapped(ev: Evaluator, receiver: ast.expr, scope: Scope) -> str | None:
    """What may put something else where the receiver is kept, as a clause; None if nothing is seen to."""
    ways = _attempt(lambda: Ways(ev, receiver, scope))
    if ways is None:
        return None
    for definition in ways.definitions:
        ev.refill()
        if _attempt(lambda definition=definition: replacing.replaces(ev, definition)):  # type: ignore[misc]
            return f"a decorator replaces {definition.binding.definition.name}"
    for held in ways.holders:
        ev.refill()
        key = held if held.proof else (held.keeper, held.steps, held.scope)
        if key not in ev.swaps:
            ev.swaps[key] = _attempt(lambda held=held: _of_holder(ev, held))  # type: ignore[misc]
        found = ev.swaps[key]
        if found is not None:
            node, where = found
            return f"{PurePath(where.file.path).name}:{node.lineno} may replace it"
    return None


def _of_holder(ev: Evaluator, held: Holder) -> tuple[ast.expr, Scope] | None:
    """Where something else is put into what holds the receiver, or a container of it."""
    match held.keeper:
        case Variable() as variable:
            found = globally.store_in(ev, held, variable)
        case Member() as member:
            found = members.store_in(ev, held, member)
    if found is None and held.steps[:1] == (Step.HELD,):
        found = fillings.filling_of(ev, held)
    return found


def _attempt(question: Callable[[], _Answer]) -> _Answer | None:
    """The answer, or None where it leads too far: then nothing is seen to be in the way."""
    try:
        return question()
    except OutOfBudget:
        return None
