"""Decorators of the project that replace the decorated function or class with something else."""

from __future__ import annotations

import ast

from flake8_forward_call.inference.answers import Swap
from flake8_forward_call.inference.definitions import SourceClass
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.swapping import steps
from flake8_forward_call.inference.swapping.holders import Definition
from flake8_forward_call.inference.syntax.scopes import names_of, scopes_of
from flake8_forward_call.inference.types import (
    UNKNOWN,
    ClassObject,
    Function,
    Instance,
    Partial,
    Slot,
    Type,
    alternatives,
    substitute,
    union,
)


def replaced_by(asked: Questions, definition: Definition) -> Swap | None:
    """What the decorators of a function or class put in its place if the result is known not to be a module."""
    node, scope = definition.binding.definition, definition.binding.scope
    inner = scopes_of(scope.file).opened[id(node)]
    kind: Type = ClassObject(asked.source_class(inner)) if isinstance(node, ast.ClassDef) else Function(node, inner)
    for decorator in reversed(node.decorator_list):
        callee = asked.expression(decorator, scope)
        if any(isinstance(one, (Function, Partial)) or _is_own_class(one) for one in alternatives(callee)):
            found = union(_applied(asked, one, kind) for one in alternatives(callee))
            # An unknown result is treated as the decorated object itself, which most decorators return.
            kind = kind if found == UNKNOWN else found
            if steps.is_other(asked, kind, definition.steps, for_certain=True):
                return Swap(node, scope, is_certain=steps.may_be_lookalike(asked, kind, definition.steps))
    return None


def _is_own_class(kind: Type) -> bool:

    return isinstance(kind, ClassObject) and isinstance(kind.cls, SourceClass)


def _applied(asked: Questions, decorator: Type, kind: Type) -> Type:
    """The result of a decorator for what it decorates; UNKNOWN if it is not read."""
    match decorator:
        case Function(node):
            result = asked.returned(decorator)
            names = [one.arg for one in names_of(node)]
            names = names[1:] if decorator.owner is not None else names
            return substitute(result, {Slot(node, names[0]): kind}) if names else result
        case ClassObject(cls, origin) if _is_own_class(decorator):
            return Instance(cls, origin)
        case Partial(callee):
            return union(_applied(asked, one, kind) for one in alternatives(callee))
        case _:
            return UNKNOWN
