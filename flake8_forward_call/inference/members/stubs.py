"""What stubs (``.pyi``) add to source: only types that the source leaves unknown."""

from __future__ import annotations

import ast

from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.bindings import Defined
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.scopes import Scope, root_of, scopes_of
from flake8_forward_call.inference.types import NEVER, UNKNOWN, Type


def member(asked: Questions, module: str, name: str) -> Type | None:
    """The type of a global name in the stub of a module; None if the stub does not have it."""
    stub = asked.project.stub_of(module)
    found = None if stub is None else asked.global_of(stub, name)
    return None if found in (UNKNOWN, NEVER) else found


def counterpart(asked: Questions, scope: Scope) -> Scope | None:
    """The function or class in the stub that corresponds to one in the source; None if there is none or several."""
    if scope.parent is None:
        stub = asked.project.stub_of(scope.file.name)
        return None if stub is None or stub is scope.file else root_of(stub)
    outer = None if isinstance(scope.node, ast.Lambda) else counterpart(asked, scope.parent)
    if outer is None:
        return None
    assert not isinstance(scope.node, (ast.Module, ast.Lambda))
    match list(flow_of(outer).bound.get(scope.node.name, ())):
        case [Defined(definition=node)]:
            return scopes_of(outer.file).opened[id(node)]
        case _:
            return None
