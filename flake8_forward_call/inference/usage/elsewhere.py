"""Attributes that the class itself does not show: set from outside, or by its subclasses."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_forward_call.inference.classes import bodies
from flake8_forward_call.inference.definitions import SourceClass
from flake8_forward_call.inference.project.searching import storing
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.references import Stored, references_to
from flake8_forward_call.inference.syntax.scopes import Scope
from flake8_forward_call.inference.types import (
    NEVER,
    UNKNOWN,
    ClassObject,
    Instance,
    NoneValue,
    Origin,
    Slot,
    Type,
    Unknown,
    alternatives,
    union,
)

# A name that occurs in more files than this is too common, and the files are not read.
MAX_FILES = 40

# The answer if no code elsewhere sets an attribute.
NOT_SET = Slot("elsewhere", "not set")


def attribute(asked: Questions, owner: Instance, cls: SourceClass, name: str, known: Type) -> Type:
    """The type of an attribute from code elsewhere in the project that sets it; ``known`` if there is none.

    ``known`` is what the class itself says: nothing, None, or something that its callers decide.
    """
    if asked.project.is_open(cls.scope.file):
        return known
    found = asked.once(("elsewhere", cls, name, owner.origin), lambda: _set(asked, owner, cls, name))
    # If it is NEVER, everything that sets it is in a loop with this question.
    if found == NOT_SET or (
        found != NEVER and all(isinstance(one, (Unknown, NoneValue)) for one in alternatives(found))
    ):
        return known
    says_nothing = known == UNKNOWN and not _is_set(asked, owner, cls, name)
    return found if says_nothing else union([found, known])


def class_attribute(asked: Questions, cls: SourceClass, name: str) -> Type:
    """What code elsewhere in the project sets on a class itself: ``Net.make = make``; UNKNOWN if there is none."""
    if name.startswith("__") or asked.project.is_open(cls.scope.file):
        return UNKNOWN
    found = asked.once(("set on class", cls, name), lambda: union(_set_on_class(asked, cls, name)))
    return UNKNOWN if found == NEVER else found


def _set_on_class(asked: Questions, cls: SourceClass, name: str) -> Iterator[Type]:
    files = asked.files_mentioning(storing(name), cls.scope.file, MAX_FILES)
    for file in files or ():
        for stored in references_to(file, name).stored.get(name, ()):
            for owner in alternatives(asked.expression(stored.owner, stored.scope)):
                if isinstance(owner, ClassObject) and asked.hierarchy.derives(cls, owner.cls):
                    yield UNKNOWN if stored.value is None else _on_class(asked, stored.value, stored.scope)


def _on_class(asked: Questions, node: ast.expr, scope: Scope) -> Type:
    """What a value is that is set on a class and read from the class: a function, perhaps as a ``staticmethod``."""
    match node:
        case ast.Call(func=ast.Name(id="staticmethod"), args=[inner]):
            return asked.expression(inner, scope)
        case _:
            return asked.expression(node, scope)


def _set(asked: Questions, owner: Instance, cls: SourceClass, name: str) -> Type:
    found = list(_found(asked, owner, cls, name))
    return union(found) if found else NOT_SET


def _is_set(asked: Questions, owner: Instance, cls: SourceClass, name: str) -> bool:
    """Whether the class sets the attribute, even to an unknown value, or computes missing attributes."""
    return any(
        isinstance(one, SourceClass) and any(asked.own_member(one, owner, each) for each in (name, *bodies.MADE_UP))
        for one in asked.hierarchy.order(cls)
    )


def _found(asked: Questions, owner: Instance, cls: SourceClass, name: str) -> Iterator[Type]:
    if owner.origin is not Origin.CONSTRUCTED:
        for subclass in asked.hierarchy.project_subclasses(cls):
            kind = asked.own_member(subclass, owner, name)
            if kind is not None:
                yield kind
        if not asked.hierarchy.knows_all_subclasses(cls):
            yield UNKNOWN
    for file in asked.files_mentioning(storing(name), cls.scope.file, MAX_FILES) or ():
        for stored in references_to(file, name).stored.get(name, ()):
            if not _is_own(stored):
                yield from _stored(asked, cls, stored)


def _is_own(stored: Stored) -> bool:
    """Whether a method sets an attribute of its own ``self``, which the class itself shows."""
    if not isinstance(stored.owner, ast.Name):
        return False
    own = [stored.owner.id]
    return any(one.enclosing_class is not None and one.positional[:1] == own for one in stored.scope.outward())


def _stored(asked: Questions, cls: SourceClass, stored: Stored) -> Iterator[Type]:
    """Yield what is stored in an instance of the class; UNKNOWN for a non-module stored in an unknown object."""
    related = [_is_related(asked, cls, one) for one in alternatives(asked.expression(stored.owner, stored.scope))]
    if any(related) or None in related:
        kind = UNKNOWN if stored.value is None else asked.expression(stored.value, stored.scope)
        if any(related):
            yield kind
        elif not all(isinstance(one, NoneValue) or asked.hierarchy.is_module(one) for one in alternatives(kind)):
            yield UNKNOWN


def _is_related(asked: Questions, cls: SourceClass, owner: Type) -> bool | None:
    """Whether the owner is an instance of the class, of a base or of a subclass; None if it is unknown."""
    match owner:
        case Slot(bound=Instance(cls=other)) | Instance(cls=other) | ClassObject(cls=other):
            if not isinstance(other, SourceClass):
                return False
            return asked.hierarchy.derives(other, cls) or asked.hierarchy.derives(cls, other)
        case Unknown() | Slot():
            return None
        case _:
            return False
