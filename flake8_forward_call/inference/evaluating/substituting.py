"""Types with what callers pass in place of their slots, by all that the project shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_forward_call.inference.evaluating import calls, refinement
from flake8_forward_call.inference.types import (
    UNKNOWN,
    ClassObject,
    Function,
    Instance,
    KnownFunction,
    Partial,
    Result,
    Slot,
    Type,
    each,
    substitute,
)

if TYPE_CHECKING:
    from flake8_forward_call.inference.evaluating.evaluate import Evaluator
    from flake8_forward_call.inference.syntax.bindings import Test


def filled_in(ev: Evaluator, kind: Type, given: dict[Slot, Type]) -> Type:
    """The type with slots replaced by what a caller passes for them."""
    return substitute(kind, given, _Rules(ev)) if given else kind


class _Rules:
    def __init__(self, ev: Evaluator) -> None:
        self._ev = ev

    def called(self, kind: Type) -> Type:
        match kind:
            case ClassObject(cls, origin):
                return Instance(cls, origin)
            case Slot():
                return Result(kind)
            case Function() | KnownFunction():
                return calls.returned(self._ev, kind)
            case Partial(inner):
                return each(inner, self.called)
            case _:
                return UNKNOWN

    def tested(self, kind: Type, tests: tuple[tuple[Test, bool], ...]) -> Type:
        for test, positive in tests:
            kind = refinement.narrowed(self._ev, kind, test, positive, may_be_never=True)
        return kind
