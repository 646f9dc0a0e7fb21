"""What happens to a stored value on its way to a use: it is called, or its elements are taken out."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, TypeAlias

from flake8_forward_call.inference.evaluating import attributes, calls, containers
from flake8_forward_call.inference.types import (
    UNKNOWN,
    ClassObject,
    Function,
    Instance,
    KnownFunction,
    Many,
    Mapping,
    Namespace,
    NoneValue,
    Partial,
    Slot,
    Tuple,
    Type,
    alternatives,
    each,
    union,
)
from flake8_forward_call.inference.usage import callers
from flake8_forward_call.inference.verdicts.verdict import Sameness

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flake8_forward_call.inference.evaluating.evaluate import Evaluator


class Step(enum.Enum):
    """A step on the way: a value is called, or what it contains, at any depth, is taken out."""

    CALLED = "called"
    HELD = "held"


Steps: TypeAlias = tuple[Step, ...]


def after(ev: Evaluator, kind: Type, steps: Steps) -> Type:
    """The type of a value after these steps."""
    for step in steps:
        kind = each(kind, lambda one, step=step: _called(ev, one) if step is Step.CALLED else leaves(ev, one))  # type: ignore[misc]
    return callers.resolved(ev, kind)


def _called(ev: Evaluator, kind: Type) -> Type:
    match kind:
        case ClassObject(cls, origin):
            return Instance(cls, origin)
        case Function() | KnownFunction():
            return calls.returned(ev, kind)
        case Partial(callee):
            return each(callee, lambda one: _called(ev, one))
        case Instance():
            return calls.returned(ev, attributes.attribute(ev, kind, "__call__"))
        case Slot() if callers.is_left_open(kind):
            return each(callers.of_callers(ev, kind), lambda one: _called(ev, one))
        case _:
            return UNKNOWN


def leaves(ev: Evaluator, kind: Type) -> Type:
    """What a container contains, at any depth; anything else unchanged."""
    match kind:
        case Many(inner) | Mapping(value=inner):
            return each(inner, lambda one: leaves(ev, one))
        case Tuple(items):
            return union(leaves(ev, one) for one in items)
        case Instance() if containers.is_container(ev, kind):
            return containers.held(ev, kind)
        case _:
            return kind


def bounds(kind: Type) -> Iterator[Type]:
    """Yield the alternatives of a type, with those of its bound instead of ``self`` or a type variable."""
    for one in alternatives(kind):
        yield from alternatives(one.bound) if isinstance(one, Slot) else (one,)


def is_module(ev: Evaluator, kind: Type) -> bool | None:
    """Whether each alternative except ``None`` is a module; None if some are unknown and none is anything else.

    A module whose call is certainly not equivalent to calling its ``forward`` is something else here.
    """
    found: bool | None = True
    for one in bounds(kind):
        match one:
            case NoneValue():
                continue
            case Instance(cls) if ev.hierarchy.is_module(one):
                if ev.hierarchy.meaning_of_call(cls) is Sameness.DIFFERENT:
                    return False
            case Instance(cls) if None in ev.hierarchy.order(cls):
                found = None
            case _ if one == UNKNOWN or isinstance(one, (Slot, Namespace)) or callers.is_left_open(one):
                found = None
            case _:
                return False
    return found


def is_other(ev: Evaluator, kind: Type, way: Steps, *, for_certain: bool = False) -> bool:
    """Whether a value, after these steps, is not known to be a module or, ``for_certain``, is known not to be one."""
    found = is_module(ev, after(ev, kind, way))
    return found is False if for_certain else found is not True
