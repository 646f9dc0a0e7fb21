"""The type of the value that a store stores."""

from __future__ import annotations

from flake8_forward_call.inference.answers import Swap
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.statements.stores import Store
from flake8_forward_call.inference.swapping import steps
from flake8_forward_call.inference.swapping.steps import Step, Steps
from flake8_forward_call.inference.types import PLAIN, UNKNOWN, Mapping, Type, each


def value_of(asked: Questions, store: Store) -> Type:
    """The type of what is stored. A mock is not a module: calling it is not the same as calling its ``forward``."""
    if store.is_mock:
        return PLAIN
    if store.value is None:
        return UNKNOWN
    kind = asked.expression(store.value, store.scope)
    if store.is_many:
        kind = each(kind, lambda one: one.value if isinstance(one, Mapping) else asked.values(one))
    return asked.resolved(kind)


def is_other(asked: Questions, store: Store, way: Steps, *, for_certain: bool = False) -> bool:
    """Whether the stored value, after these steps, is not known to be a module or, ``for_certain``, known not to be."""
    if store.is_mock and store.returned is not None and way[:1] == (Step.CALLED,):
        return steps.is_other(asked, asked.expression(store.returned, store.scope), way[1:], for_certain=for_certain)
    if store.is_mock:
        return True
    return steps.is_other(asked, value_of(asked, store), way, for_certain=for_certain)


def swap_by(asked: Questions, store: Store, way: Steps, *, may_miss: bool = False) -> Swap:
    """What a store of something else does; ``may_miss`` if it may not reach the receiver."""
    is_certain = not store.is_mock and not may_miss and steps.may_be_lookalike(asked, value_of(asked, store), way)
    return Swap(store.at, store.scope, is_certain)
