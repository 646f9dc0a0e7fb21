"""What happens to a stored value on its way to a use: it is called, or its elements are taken out."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import TypeAlias

from flake8_forward_call.inference.questions import Questions
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
    is_left_open,
    union,
)
from flake8_forward_call.inference.verdicts.verdict import Sameness, Standing


class Step(enum.Enum):
    """A step on the way: a value is called, or what it contains, at any depth, is taken out."""

    CALLED = "called"
    HELD = "held"


Steps: TypeAlias = tuple[Step, ...]


def after(asked: Questions, kind: Type, steps: Steps) -> Type:
    """The type of a value after these steps."""
    for step in steps:
        kind = each(kind, lambda one, step=step: _called(asked, one) if step is Step.CALLED else leaves(asked, one))  # type: ignore[misc]
    return asked.resolved(kind)


def _called(asked: Questions, kind: Type) -> Type:
    match kind:
        case ClassObject(cls, origin):
            return Instance(cls, origin)
        case Function() | KnownFunction():
            return asked.returned(kind)
        case Partial(callee):
            return each(callee, lambda one: _called(asked, one))
        case Instance():
            return asked.returned(asked.attribute(kind, "__call__"))
        case Slot() if is_left_open(kind):
            return each(asked.of_callers(kind), lambda one: _called(asked, one))
        case _:
            return UNKNOWN


def leaves(asked: Questions, kind: Type) -> Type:
    """What a container contains, at any depth; anything else unchanged."""
    match kind:
        case Many(inner) | Mapping(value=inner):
            return each(inner, lambda one: leaves(asked, one))
        case Tuple(items):
            return union(leaves(asked, one) for one in items)
        case Instance() if asked.is_container(kind):
            return asked.held(kind)
        case _:
            return kind


def bounds(kind: Type) -> Iterator[Type]:
    """Yield the alternatives of a type, with those of its bound instead of ``self`` or a type variable."""
    for one in alternatives(kind):
        yield from alternatives(one.bound) if isinstance(one, Slot) else (one,)


def is_module(asked: Questions, kind: Type) -> bool | None:
    """Whether each alternative except ``None`` is a module; None if some are unknown and none is anything else.

    A module whose call is certainly not equivalent to calling its ``forward`` is something else here.
    """
    found: bool | None = True
    for one in bounds(kind):
        match one:
            case NoneValue():
                continue
            case Instance(cls) if asked.hierarchy.is_module(one):
                if asked.hierarchy.meaning_of_call(cls) is Sameness.DIFFERENT:
                    return False
            case Instance(cls) if None in asked.hierarchy.order(cls):
                found = None
            case _ if one == UNKNOWN or isinstance(one, (Slot, Namespace)) or is_left_open(one):
                found = None
            case _:
                return False
    return found


def is_other(asked: Questions, kind: Type, way: Steps, *, for_certain: bool = False) -> bool:
    """Whether a value, after these steps, is not known to be a module or, ``for_certain``, is known not to be one."""
    found = is_module(asked, after(asked, kind, way))
    return found is False if for_certain else found is not True


def may_be_lookalike(asked: Questions, kind: Type, way: Steps) -> bool:
    """Whether a value, after these steps, can certainly be something with a ``forward`` that is not a module."""
    return any(
        isinstance(one, Instance)
        and asked.hierarchy.standing(one.cls) is Standing.NOT_MODULE
        and asked.attribute(one, "forward") != UNKNOWN
        for one in bounds(after(asked, kind, way))
    )
