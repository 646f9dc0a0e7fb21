"""Whether ``cls(...)`` gives something else for a subclass, which has a ``__new__`` or a metaclass of its own."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_forward_call.inference.definitions import SourceClass, is_foreign
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.scopes import Scope
from flake8_forward_call.inference.types import (
    ClassObject,
    Origin,
    Slot,
    Type,
    alternatives,
    classes_of_instances,
)


def other_maker(asked: Questions, receiver: ast.expr, scope: Scope) -> SourceClass | None:
    """The class, or subclass, that may be called to create the receiver and may give something else, or None.

    Only for classes that are not known exactly. Raises OutOfBudget.
    """
    for node, where in asked.origins(receiver, scope):
        if isinstance(node, ast.Call):
            for cls in _declared(asked.expression(node.func, where)):
                for one in (cls, *asked.hierarchy.project_subclasses(cls)):
                    if not _gives_own(asked, one, asked.call(ClassObject(one), node, where)):
                        return one
    return None


def _declared(callee: Type) -> Iterator[SourceClass]:
    """Yield the classes whose subclasses a callee may be as well: ``cls``, a value annotated with ``type[Net]``."""
    for one in alternatives(callee):
        for bound in alternatives(one.bound) if isinstance(one, Slot) else (one,):
            match bound:
                case ClassObject(SourceClass() as cls, Origin.DECLARED) if not is_foreign(cls):
                    yield cls


def _gives_own(asked: Questions, cls: SourceClass, made: Type) -> bool:
    """Whether all of what a class creates are instances of it."""
    return all(
        any(asked.hierarchy.derives(each, cls) for each in classes_of_instances(one)) for one in alternatives(made)
    )
