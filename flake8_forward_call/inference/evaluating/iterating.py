"""What a loop over an instance of a class in the source yields, by the methods that Python would call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_forward_call.inference.catalogue import MODULE_CLASS
from flake8_forward_call.inference.classes.hierarchy import SourceClass
from flake8_forward_call.inference.types import UNKNOWN, Awaitable, Instance, Type, each, union

if TYPE_CHECKING:
    from flake8_forward_call.inference.evaluating.evaluate import Evaluator

# The method that returns an iterator, and the iterator's method that returns the next element.
_FORMS = (("__iter__", "__next__"), ("__aiter__", "__anext__"))


def elements(ev: Evaluator, kind: Instance) -> Type:
    """What iterating over an instance yields; it may be its own iterator, and two may return each other.

    If a class can be iterated with and without ``async``, it is the union of both.
    """
    return ev.once(("elements", kind), lambda: _elements(ev, kind))


def _elements(ev: Evaluator, kind: Instance) -> Type:
    from flake8_forward_call.inference.evaluating import attributes, calls

    found = []
    for maker, step in _FORMS:
        if maker == "__iter__" or has_own(ev, kind, maker):
            method = attributes.attribute(ev, kind, maker)
            if method != UNKNOWN:
                found.append(each(calls.returned(ev, method), lambda one, step=step: _next_of(ev, one, step)))  # type: ignore[misc]
    if found:
        return union(found)
    if _is_read(ev, kind) and has_own(ev, kind, "__getitem__"):  # Python asks for items until there are no more.
        return calls.returned(ev, attributes.attribute(ev, kind, "__getitem__"))
    return UNKNOWN


def following(ev: Evaluator, kind: Type, step: str) -> Type:
    """What ``next`` or ``anext`` returns for a value, by its method ``step``, whether it is iterable or not."""
    return each(kind, lambda one: _next_of(ev, one, step))


def _next_of(ev: Evaluator, iterator: Type, step: str) -> Type:
    """The next element of an iterator."""
    from flake8_forward_call.inference.evaluating import attributes, calls, containers

    if isinstance(iterator, Instance) and not containers.is_container(ev, iterator):
        method = attributes.attribute(ev, iterator, step)
        if method != UNKNOWN:
            return each(calls.returned(ev, method), lambda one: one.result if isinstance(one, Awaitable) else one)
    return containers.element(ev, iterator)


def has_own(ev: Evaluator, kind: Instance, name: str) -> bool:
    """Whether a class in the source defines the method."""
    return any(isinstance(cls, SourceClass) and name in cls.scope.flow.exit for cls in ev.hierarchy.order(kind.cls))


def _is_read(ev: Evaluator, kind: Instance) -> bool:
    """Whether all classes that could have an ``__iter__`` were read."""
    return all(
        isinstance(cls, SourceClass) or (cls and cls.dotted == MODULE_CLASS) for cls in ev.hierarchy.order(kind.cls)
    )
