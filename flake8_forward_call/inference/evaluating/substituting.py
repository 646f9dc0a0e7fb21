"""Types with what callers pass in place of their slots, by all that the project shows."""

from __future__ import annotations

from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.bindings import Test
from flake8_forward_call.inference.types import Function, KnownFunction, Partial, Rules, Slot, Type, each, substitute


def filled_in(asked: Questions, kind: Type, given: dict[Slot, Type]) -> Type:
    """The type with slots replaced by what a caller passes for them."""
    return substitute(kind, given, _OfProject(asked)) if given else kind


class _OfProject(Rules):
    """The rules by what the project shows."""

    def __init__(self, asked: Questions) -> None:
        self._asked = asked

    def called(self, kind: Type) -> Type:
        match kind:
            case Function() | KnownFunction():
                return self._asked.returned(kind)
            case Partial(inner):
                return each(inner, self.called)
            case _:
                return super().called(kind)

    def tested(self, kind: Type, tests: tuple[tuple[Test, bool], ...]) -> Type:
        for test, positive in tests:
            kind = self._asked.narrowed(kind, test, positive, may_be_never=True)
        return kind
