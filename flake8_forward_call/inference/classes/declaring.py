"""Methods that a class only declares: what its subclasses in the project implement in their place."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_forward_call.inference.classes import bodies
from flake8_forward_call.inference.definitions import SourceClass, is_foreign
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.scopes import Scope
from flake8_forward_call.inference.types import UNKNOWN, ClassObject, Instance, Origin, Type

# Of a class with more subclasses, nothing is concluded from what they implement.
MAX_IMPLEMENTATIONS = 200


def implementations(asked: Questions, owner: Instance | ClassObject, name: str) -> Iterator[Type]:
    """Yield the members of the owner's subclasses, if its own class only declares a method or property of that name.

    A method without a body that does anything cannot be what runs. UNKNOWN if there may be other subclasses.
    """
    cls = owner.cls
    if owner.origin is Origin.CONSTRUCTED or not isinstance(cls, SourceClass) or is_foreign(cls):
        return
    if not _is_only_declared(asked, cls, name) or asked.project.is_open(cls.scope.file):
        return
    subclasses = asked.hierarchy.project_subclasses(cls)
    if len(subclasses) > MAX_IMPLEMENTATIONS or not asked.hierarchy.knows_all_subclasses(cls):
        yield UNKNOWN
    for one in subclasses[:MAX_IMPLEMENTATIONS]:
        if not _is_only_declared(asked, one, name):
            below = type(owner)(one, Origin.DECLARED)
            members = (asked.own_member(each, below, name) for each in asked.hierarchy.order(one) if each is not None)
            yield next((kind for kind in members if kind is not None), UNKNOWN)


def _is_only_declared(asked: Questions, cls: SourceClass, name: str) -> bool:
    for one in asked.hierarchy.order(cls):
        if isinstance(one, SourceClass) and name in flow_of(one.scope).exit:
            method = bodies.first_method(one, name)
            return method is not None and _does_not_tell(asked, method)
    return False


def _does_not_tell(asked: Questions, method: Scope) -> bool:
    """Whether a function without a declared result has no body but a docstring, ``...`` or NotImplementedError."""
    node = method.node
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) or method.parent is None:
        return False
    if node.returns is not None and not asked.says_nothing(node.returns, method.parent):
        return False
    return all(map(_does_nothing, node.body))


def _does_nothing(node: ast.stmt) -> bool:
    match node:
        case ast.Pass() | ast.Expr(value=ast.Constant()):
            return True
        case ast.Raise(exc=ast.Name(id=name) | ast.Call(func=ast.Name(id=name))):
            return name == "NotImplementedError"
        case _:
            return False
