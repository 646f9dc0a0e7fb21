"""What may replace the receiver with something other than a module before the call runs.

Inference knows what the class, the scope and the file store. This is about the stores that it does not consider: from
outside, by name, or without an assignment. It is only asked if the fix would otherwise be safe.
"""

from __future__ import annotations

import ast
from functools import partial
from pathlib import PurePath

from flake8_forward_call.inference.answers import Member, Obstacle, Swap, Variable
from flake8_forward_call.inference.engine import Answers, unjoined
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.swapping import creating, fillings, globally, members, replacing
from flake8_forward_call.inference.swapping.holders import Holder, Ways
from flake8_forward_call.inference.swapping.steps import Step
from flake8_forward_call.inference.syntax.scopes import Scope
from flake8_forward_call.inference.verdicts.verdict import Sameness

_SWAP: Answers[Swap | None] = unjoined(None)


def swapped(asked: Questions, receiver: ast.expr, scope: Scope) -> Obstacle | None:
    """What may put something else where the receiver is stored; None if nothing is found.

    Raises OutOfBudget.
    """
    maker = creating.other_maker(asked, receiver, scope)
    if maker is not None:
        return Obstacle(Sameness.PERHAPS, f"{maker.label}(...) may create something else")
    ways = Ways(asked, receiver, scope)
    for definition in ways.definitions:
        replaced = replacing.replaced_by(asked, definition)
        if replaced is not None:
            reason = f"a decorator replaces {definition.binding.definition.name}"
            return Obstacle(Sameness.PERHAPS, reason, is_refuted=replaced.is_certain)
    found: Swap | None = None
    for held in ways.holders:
        key = held if held.proof else (held.keeper, held.steps, held.scope)
        swap = asked.engine.once(("swap", key), partial(_of_holder, asked, held), _SWAP)
        if swap is not None and (found is None or swap.is_certain):
            found = swap
            if swap.is_certain:
                break
    if found is None:
        return None
    where = f"{PurePath(found.scope.file.path).name}:{getattr(found.at, 'lineno', 0)}"
    return Obstacle(Sameness.PERHAPS, f"{where} may replace it", is_refuted=found.is_certain)


def _of_holder(asked: Questions, held: Holder) -> Swap | None:
    """Where something else is put into the place that has the receiver, or into a container of it."""
    match held.keeper:
        case Variable() as variable:
            found = globally.store_in(asked, held, variable)
        case Member() as member:
            found = members.store_in(asked, held, member)
    if (found is None or not found.is_certain) and held.steps[:1] == (Step.HELD,):
        found = fillings.filling_of(asked, held) or found
    return found
