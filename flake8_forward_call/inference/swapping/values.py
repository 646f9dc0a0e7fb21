"""The type of the value that a store stores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_forward_call.inference.evaluating import containers
from flake8_forward_call.inference.swapping import steps
from flake8_forward_call.inference.swapping.steps import Step, Steps
from flake8_forward_call.inference.types import PLAIN, UNKNOWN, Mapping, Type, each
from flake8_forward_call.inference.usage import callers

if TYPE_CHECKING:
    from flake8_forward_call.inference.evaluating.evaluate import Evaluator
    from flake8_forward_call.inference.usage.stores import Store


def value_of(ev: Evaluator, store: Store) -> Type:
    """The type of what is stored. A mock is not a module: calling it is not the same as calling its ``forward``."""
    if store.is_mock:
        return PLAIN
    if store.value is None:
        return UNKNOWN
    kind = ev.expression(store.value, store.scope)
    if store.is_many:
        kind = each(kind, lambda one: one.value if isinstance(one, Mapping) else containers.values(ev, one))
    return callers.resolved(ev, kind)


def is_other(ev: Evaluator, store: Store, way: Steps, *, for_certain: bool = False) -> bool:
    """Whether the stored value, after these steps, is not known to be a module or, ``for_certain``, known not to be."""
    if store.is_mock and store.returned is not None and way[:1] == (Step.CALLED,):
        return steps.is_other(ev, ev.expression(store.returned, store.scope), way[1:], for_certain=for_certain)
    if store.is_mock:
        return True
    return steps.is_other(ev, value_of(ev, store), way, for_certain=for_certain)
