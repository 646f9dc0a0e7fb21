"""What is in the way of calling the receiver in place of its ``forward``, although it is a module.

Each look is a function that is given the place of a call and answers with an `Obstacle`, or with None if it sees none.
All are asked; the worst answer counts, and of equals the first.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from flake8_forward_call.inference import sites, swaps
from flake8_forward_call.inference.verdict import Sameness, worst

if TYPE_CHECKING:
    from flake8_forward_call.inference.evaluate import Evaluator
    from flake8_forward_call.inference.scopes import Scope
    from flake8_forward_call.inference.types import Type


@dataclass(frozen=True, slots=True)
class Place:
    """A receiver where it is used: ``call`` calls its ``forward`` or is handed it, ``kind`` is what it can be."""

    receiver: ast.expr
    scope: Scope
    call: ast.Call
    kind: Type


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why calling the receiver may not mean the same, as a clause in plain words.

    DIFFERENT: it does not, so the call is left alone. PERHAPS: it may not, so the fix is unsafe.
    """

    sameness: Sameness
    reason: str


Look: TypeAlias = Callable[["Evaluator", Place], Obstacle | None]


def _within_call(ev: Evaluator, place: Place) -> Obstacle | None:
    if not sites.runs_inside_call(ev, place.receiver, place.scope):
        return None
    return Obstacle(Sameness.DIFFERENT, "the call is part of what __call__ does")


def _called_back(ev: Evaluator, place: Place) -> Obstacle | None:
    if not sites.may_be_called_back(ev, place.kind, place.scope):
        return None
    return Obstacle(Sameness.DIFFERENT, "the receiver's __call__ may lead to this call")


def _within_hook(ev: Evaluator, place: Place) -> Obstacle | None:
    if not sites.stands_in_hook(ev, place.receiver, place.scope):
        return None
    return Obstacle(Sameness.DIFFERENT, "the call is in a hook of the same module")


def _swapped(ev: Evaluator, place: Place) -> Obstacle | None:
    reason = swaps.swapped(ev, place.receiver, place.scope)
    return None if reason is None else Obstacle(Sameness.PERHAPS, reason)


LOOKS: tuple[Look, ...] = (
    _within_call,
    _called_back,
    _within_hook,
)

# Those that cannot say more than PERHAPS, and cost more: asked only where nothing else makes the fix unsafe.
LAST_LOOKS: tuple[Look, ...] = (_swapped,)


def worst_of(ev: Evaluator, place: Place, *, is_safe: bool) -> Obstacle | None:
    """The worst obstacle at a place, or None; ``is_safe`` as far as what the receiver is says. Raises OutOfBudget."""
    found: Obstacle | None = None
    for look in LOOKS:
        one = ev.ask(lambda look=look: look(ev, place))  # type: ignore[misc]
        if one is not None and (found is None or worst(found.sameness, one.sameness) is not found.sameness):
            found = one
        if found is not None and found.sameness is Sameness.DIFFERENT:
            break
    for look in LAST_LOOKS if found is None and is_safe else ():
        found = found or ev.ask(lambda look=look: look(ev, place))  # type: ignore[misc]
    return found
