"""Attributes, globals and modules as the dicts that contain them: ``vars(x)``, ``globals()``, ``sys.modules``."""

from __future__ import annotations

import ast

from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.references import owner_of
from flake8_forward_call.inference.syntax.scopes import Scope, root_of
from flake8_forward_call.inference.types import UNKNOWN, Namespace, Type, each


def entry(asked: Questions, node: ast.Subscript, scope: Scope) -> Type | None:
    """The type of ``vars(module)[name]``, ``globals()[name]`` or ``sys.modules[name]``; None for others."""
    for owner in owner_of(node.value):
        match node.slice:
            case ast.Constant(value=str(name)):
                if owner is None:
                    return asked.named(name, root_of(scope.file))
                # The dict of an object does not contain what its class has.
                return each(
                    asked.expression(owner, scope),
                    lambda one: asked.member(one.name, name) if isinstance(one, Namespace) else UNKNOWN,
                )
            case ast.Slice():
                return None
            case key:
                module = Namespace(scope.file.name) if owner is None else asked.expression(owner, scope)
                return each(
                    module, lambda one: asked.member_by_name(one, key, scope) if isinstance(one, Namespace) else UNKNOWN
                )
    if isinstance(node.value, ast.Attribute) and asked.expression(node.value, scope) == Namespace("sys.modules"):
        return asked.found_by_string(node, scope)
    return None
