"""Attributes and globals as the dicts that contain them: ``x.__dict__``, ``vars(x)``, ``globals()``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from flake8_forward_call.inference.members import by_name
from flake8_forward_call.inference.types import UNKNOWN, Namespace, Type, each

if TYPE_CHECKING:
    from flake8_forward_call.inference.evaluating.evaluate import Evaluator
    from flake8_forward_call.inference.syntax.scopes import Scope


def entry(ev: Evaluator, node: ast.Subscript, scope: Scope) -> Type | None:
    """The type of ``vars(module)[name]`` or ``globals()[name]``; None for any other subscript."""
    for owner in owner_of(node.value):
        match node.slice:
            case ast.Constant(value=str(name)):
                if owner is None:
                    return ev.named(name, scope.file.root)
                # The dict of an object does not contain what its class has.
                return each(
                    ev.expression(owner, scope),
                    lambda one: ev.member(one.name, name) if isinstance(one, Namespace) else UNKNOWN,
                )
            case ast.Slice():
                return None
            case key:
                module = Namespace(scope.file.name) if owner is None else ev.expression(owner, scope)
                return each(
                    module, lambda one: by_name.member(ev, one, key, scope) if isinstance(one, Namespace) else UNKNOWN
                )
    return None


def owner_of(table: ast.expr) -> Iterator[ast.expr | None]:
    """Yield the owner of a dict of attributes: ``x`` for ``x.__dict__`` and ``vars(x)``, None for ``globals()``."""
    match table:
        case ast.Attribute(value=owner, attr="__dict__") | ast.Call(func=ast.Name(id="vars"), args=[owner]):
            yield owner
        case ast.Call(func=ast.Name(id="globals" | "vars"), args=[]):
            yield None
