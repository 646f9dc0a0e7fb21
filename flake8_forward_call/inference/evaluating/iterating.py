"""What a loop over an instance of a class in the source yields, by the methods that Python would call."""

from __future__ import annotations

from flake8_forward_call.inference.catalogue import MODULE_CLASS
from flake8_forward_call.inference.definitions import SourceClass
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.types import UNKNOWN, Awaitable, Instance, Type, each, union

# The method that returns an iterator, and the iterator's method that returns the next element.
_FORMS = (("__iter__", "__next__"), ("__aiter__", "__anext__"))


def elements(asked: Questions, kind: Instance) -> Type:
    """What iterating over an instance yields; it may be its own iterator, and two may return each other.

    If a class can be iterated with and without ``async``, it is the union of both.
    """
    return asked.once(("elements", kind), lambda: _elements(asked, kind))


def _elements(asked: Questions, kind: Instance) -> Type:

    found = []
    for maker, step in _FORMS:
        if maker == "__iter__" or has_own(asked, kind, maker):
            method = asked.attribute(kind, maker)
            if method != UNKNOWN:
                found.append(each(asked.returned(method), lambda one, step=step: _next_of(asked, one, step)))  # type: ignore[misc]
    if found:
        return union(found)
    if _is_read(asked, kind) and has_own(asked, kind, "__getitem__"):  # Python asks for items until there are no more.
        return asked.returned(asked.attribute(kind, "__getitem__"))
    return UNKNOWN


def following(asked: Questions, kind: Type, step: str) -> Type:
    """What ``next`` or ``anext`` returns for a value, by its method ``step``, whether it is iterable or not."""
    return each(kind, lambda one: _next_of(asked, one, step))


def _next_of(asked: Questions, iterator: Type, step: str) -> Type:
    """The next element of an iterator."""
    if isinstance(iterator, Instance) and not asked.is_container(iterator):
        method = asked.attribute(iterator, step)
        if method != UNKNOWN:
            return each(asked.returned(method), lambda one: one.result if isinstance(one, Awaitable) else one)
    return asked.element(iterator)


def has_own(asked: Questions, kind: Instance, name: str) -> bool:
    """Whether a class in the source defines the method."""
    return any(
        isinstance(cls, SourceClass) and name in flow_of(cls.scope).exit for cls in asked.hierarchy.order(kind.cls)
    )


def _is_read(asked: Questions, kind: Instance) -> bool:
    """Whether all classes that could have an ``__iter__`` were read."""
    return all(
        isinstance(cls, SourceClass) or (cls and cls.dotted == MODULE_CLASS) for cls in asked.hierarchy.order(kind.cls)
    )
