"""What may replace the receiver with something other than a module before the call runs.

Inference knows what the class, the scope and the file store. This is about the stores that it does not consider: from
outside, by name, or without an assignment. It is only asked if the fix would otherwise be safe.
"""

from __future__ import annotations

import ast
from pathlib import PurePath
from typing import TYPE_CHECKING

from flake8_forward_call.inference.swapping import fillings, globally, members, replacing
from flake8_forward_call.inference.swapping.holders import Holder, Member, Variable, Ways
from flake8_forward_call.inference.swapping.steps import Step

if TYPE_CHECKING:
    from flake8_forward_call.inference.evaluating.evaluate import Evaluator
    from flake8_forward_call.inference.syntax.scopes import Scope


def swapped(ev: Evaluator, receiver: ast.expr, scope: Scope) -> str | None:
    """What may put something else where the receiver is stored, as a clause; None if nothing is found.

    Raises OutOfBudget.
    """
    ways = Ways(ev, receiver, scope)
    for definition in ways.definitions:
        if replacing.replaces(ev, definition):
            return f"a decorator replaces {definition.binding.definition.name}"
    for held in ways.holders:
        key = held if held.proof else (held.keeper, held.steps, held.scope)
        if key not in ev.swaps:
            ev.swaps[key] = _of_holder(ev, held)
        found = ev.swaps[key]
        if found is not None:
            node, where = found
            return f"{PurePath(where.file.path).name}:{node.lineno} may replace it"
    return None


def _of_holder(ev: Evaluator, held: Holder) -> tuple[ast.expr, Scope] | None:
    """Where something else is put into the place that has the receiver, or into a container of it."""
    match held.keeper:
        case Variable() as variable:
            found = globally.store_in(ev, held, variable)
        case Member() as member:
            found = members.store_in(ev, held, member)
    if found is None and held.steps[:1] == (Step.HELD,):
        found = fillings.filling_of(ev, held)
    return found
