"""What many classes have in common: a union of more alternatives than a reader can follow becomes one type."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeAlias

from flake8_forward_call.inference.definitions import Class, SourceClass, is_foreign
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.types import (
    MAX_ALTERNATIVES,
    UNKNOWN,
    ClassObject,
    Instance,
    Origin,
    Type,
    alternatives,
    union,
)
from flake8_forward_call.inference.verdicts.verdict import Sameness

_OfClass: TypeAlias = "Instance | ClassObject"


def joined(asked: Questions, kind: Type) -> Type:
    """The type with at most ``MAX_ALTERNATIVES``: instances of many classes become one of their nearest common base.

    Where there is no such base, some of those that are no modules stay, because each of them alone shows that a value
    may be something else; the rest is UNKNOWN.
    """
    several = alternatives(kind)
    if len(several) <= MAX_ALTERNATIVES:
        return kind
    instances = [one for one in several if isinstance(one, Instance)]
    classes = [one for one in several if isinstance(one, ClassObject)]
    rest = [one for one in several if not isinstance(one, (Instance, ClassObject))]
    if len(rest) > MAX_ALTERNATIVES // 2:
        rest = [UNKNOWN]
    parts = [
        *rest,
        *_joined(asked, instances, Instance),
        *_joined(asked, classes, ClassObject),
    ]
    return union(parts)


def _joined(asked: Questions, several: Sequence[_OfClass], make: Callable[[Class, Origin], _OfClass]) -> Sequence[Type]:
    if len(several) < MAX_ALTERNATIVES // 2:
        return several
    is_module = partial(_is_module, asked)
    base = _common_base(asked, several, only_modules=all(is_module(one.cls) for one in several))
    if base is None:
        others = [one for one in several if not is_module(one.cls)]
        return [*others[: MAX_ALTERNATIVES // 4], UNKNOWN]
    # Below a base of another package, which says nothing about calls, the exact class is not known any more.
    meaning = asked.hierarchy.meaning_of_call
    is_own = isinstance(base, SourceClass) and not is_foreign(base)
    says_more = is_own or meaning(base) is not Sameness.SAME
    different = [one for one in several if meaning(one.cls) is Sameness.DIFFERENT]
    return [make(base, Origin.DECLARED if says_more else Origin.OPAQUE), *different[: MAX_ALTERNATIVES // 4]]


def _is_module(asked: Questions, cls: Class) -> bool:
    return asked.hierarchy.is_module(Instance(cls, Origin.CONSTRUCTED))


def _common_base(asked: Questions, several: Sequence[_OfClass], *, only_modules: bool) -> Class | None:
    """The first class in the method resolution order of one that is in those of all; None if there is none."""
    classes = list(dict.fromkeys(one.cls for one in several))
    shared = list(asked.hierarchy.order(classes[0]))
    for cls in classes[1:]:
        order = asked.hierarchy.order(cls)
        shared = [one for one in shared if one in order]
    return next((one for one in shared if one is not None and (not only_modules or _is_module(asked, one))), None)
