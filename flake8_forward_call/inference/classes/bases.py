"""Which class a definition, a base in a class's header, or a decorator is."""

from __future__ import annotations

import ast

from flake8_forward_call.inference.catalogue.look_alikes import is_look_alike, is_standard
from flake8_forward_call.inference.definitions import SourceClass
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.scopes import Scope
from flake8_forward_call.inference.types import (
    PLAIN,
    UNKNOWN,
    Builtin,
    ClassObject,
    KnownFunction,
    Namespace,
    NoneValue,
    Slot,
    Type,
    alternatives,
    is_left_open,
    substitute,
    union,
)


class _SourceClasses(dict[int, SourceClass]):
    """The classes of a file, by the id of their scope."""


def source_class(_: Questions, scope: Scope) -> SourceClass:
    """The class whose body the scope is."""
    known: _SourceClasses | None = scope.file.readings.get(_SourceClasses)
    if known is None:
        known = scope.file.readings[_SourceClasses] = _SourceClasses()
    if id(scope) not in known:
        known[id(scope)] = SourceClass(scope)
    return known[id(scope)]


def base(asked: Questions, node: ast.expr, scope: Scope, given: dict[Slot, Type] | None = None) -> Type:
    """The type of one of a class's bases: class objects, PLAIN for one that is not a module, else UNKNOWN.

    A base that is a parameter is what is ``given`` for it, else what the callers pass.
    """
    if isinstance(node, ast.Subscript):
        return asked.base(node.value, scope, given)
    kind = substitute(asked.expression(node, scope), given or {})
    if any(is_left_open(one) for one in alternatives(kind)):
        kind = asked.resolved(kind)
    if isinstance(kind, Namespace) and is_look_alike(kind.name):  # Not if it is one of two frameworks.
        return PLAIN
    return union(_as_base(one) for one in alternatives(kind))


def dotted(asked: Questions, node: ast.expr, scope: Scope | None) -> str | None:
    """The full dotted name of a decorator or callee, without its own call; None if it has none."""
    if isinstance(node, ast.Call):
        return asked.dotted(node.func, scope)
    kind = UNKNOWN if scope is None else asked.expression(node, scope)
    match kind:
        case Namespace(name) | KnownFunction(name=name) | Builtin(name):
            return name
        case ClassObject(cls):
            return cls.dotted
        case _:
            return None


def _as_base(kind: Type) -> Type:
    match kind:
        case ClassObject():
            return kind
        case NoneValue() | Builtin() | Slot(owner="TypeVar"):
            return PLAIN
        case Namespace(name) if is_standard(name):
            return PLAIN
        case _:
            return UNKNOWN
