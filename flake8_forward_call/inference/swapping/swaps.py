"""What may replace the receiver with something other than a module before the call runs.

Inference knows what the class, the scope and the file store. This is about the stores that it does not consider: from
outside, by name, or without an assignment. It is only asked if the fix would otherwise be safe.
"""

from __future__ import annotations

import ast
from pathlib import PurePath

from flake8_forward_call.inference.answers import Member, Variable
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.swapping import creating, fillings, globally, members, replacing
from flake8_forward_call.inference.swapping.holders import Holder, Ways
from flake8_forward_call.inference.swapping.steps import Step
from flake8_forward_call.inference.syntax.scopes import Scope


class _Swaps(dict[object, "tuple[ast.expr, Scope] | None"]):
    """Where another value is stored, by holder."""


def swapped(asked: Questions, receiver: ast.expr, scope: Scope) -> str | None:
    """What may put something else where the receiver is stored, as a clause; None if nothing is found.

    Raises OutOfBudget.
    """
    maker = creating.other_maker(asked, receiver, scope)
    if maker is not None:
        return f"{maker.label}(...) may create something else"
    ways = Ways(asked, receiver, scope)
    for definition in ways.definitions:
        if replacing.replaces(asked, definition):
            return f"a decorator replaces {definition.binding.definition.name}"
    for held in ways.holders:
        key = held if held.proof else (held.keeper, held.steps, held.scope)
        if key not in asked.notes(_Swaps):
            asked.notes(_Swaps)[key] = _of_holder(asked, held)
        found = asked.notes(_Swaps)[key]
        if found is not None:
            node, where = found
            return f"{PurePath(where.file.path).name}:{node.lineno} may replace it"
    return None


def _of_holder(asked: Questions, held: Holder) -> tuple[ast.expr, Scope] | None:
    """Where something else is put into the place that has the receiver, or into a container of it."""
    match held.keeper:
        case Variable() as variable:
            found = globally.store_in(asked, held, variable)
        case Member() as member:
            found = members.store_in(asked, held, member)
    if found is None and held.steps[:1] == (Step.HELD,):
        found = fillings.filling_of(asked, held)
    return found
