"""Attributes and globals as the dicts that contain them: ``x.__dict__``, ``vars(x)``, ``globals()``."""

from __future__ import annotations

import ast

from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.references import owner_of
from flake8_forward_call.inference.syntax.scopes import Scope, root_of
from flake8_forward_call.inference.types import UNKNOWN, Namespace, Type, each


def entry(asked: Questions, node: ast.Subscript, scope: Scope) -> Type | None:
    """The type of ``vars(module)[name]`` or ``globals()[name]``; None for any other subscript."""
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
    return None
