"""Methods that a class only declares: what its subclasses in the project implement in their place."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from flake8_forward_call.inference.classes.hierarchy import SourceClass, is_foreign
from flake8_forward_call.inference.evaluating import attributes
from flake8_forward_call.inference.types import UNKNOWN, ClassObject, Instance, Origin, Type

if TYPE_CHECKING:
    from flake8_forward_call.inference.evaluating.evaluate import Evaluator

# Of a class with more subclasses, nothing is concluded from what they implement.
MAX_IMPLEMENTATIONS = 200


def implementations(ev: Evaluator, owner: Instance | ClassObject, name: str) -> Iterator[Type]:
    """Yield the members of the owner's subclasses, if its own class only declares a method or property of that name.

    A method without a body that does anything cannot be what runs. UNKNOWN if there may be other subclasses.
    """
    cls = owner.cls
    if owner.origin is Origin.CONSTRUCTED or not isinstance(cls, SourceClass) or is_foreign(cls):
        return
    if not _is_only_declared(ev, cls, name) or ev.project.is_open(cls.scope.file):
        return
    subclasses = ev.hierarchy.project_subclasses(cls)
    if len(subclasses) > MAX_IMPLEMENTATIONS or not ev.hierarchy.knows_all_subclasses(cls):
        yield UNKNOWN
    for one in subclasses[:MAX_IMPLEMENTATIONS]:
        if not _is_only_declared(ev, one, name):
            kind = attributes.own_member(ev, one, type(owner)(one, Origin.DECLARED), name)
            if kind is not None:
                yield kind


def _is_only_declared(ev: Evaluator, cls: SourceClass, name: str) -> bool:
    for one in ev.hierarchy.order(cls):
        if isinstance(one, SourceClass) and name in one.scope.flow.exit:
            method = attributes.first_method(one, name)
            return method is not None and only_declares(method.node)
    return False


def only_declares(node: ast.AST) -> bool:
    """Whether a function without a declared result has no body but a docstring, ``...`` or NotImplementedError."""
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) or node.returns is not None:
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
