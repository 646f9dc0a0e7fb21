"""What stubs (``.pyi``) add to source: only types that the source leaves unknown."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from flake8_forward_call.inference.syntax.bindings import Defined
from flake8_forward_call.inference.types import NEVER, UNKNOWN, Slot, Type, each
from flake8_forward_call.sources.source import is_stub

if TYPE_CHECKING:
    from flake8_forward_call.inference.evaluating.evaluate import Evaluator
    from flake8_forward_call.inference.syntax.scopes import Scope


def member(ev: Evaluator, module: str, name: str) -> Type | None:
    """The type of a global name in the stub of a module; None if the stub does not have it."""
    stub = ev.project.stub_of(module)
    found = None if stub is None else ev.global_of(stub, name)
    return None if found in (UNKNOWN, NEVER) else found


def trusted(declared: Type, scope: Scope) -> Type:
    """A declared result, as far as it is trusted.

    If compiled code is declared to return its argument, by a type variable, it may return another object: the value of
    a remote reference is a compiled module.
    """
    if not is_stub(scope.file.path):
        return declared
    return each(declared, lambda one: UNKNOWN if isinstance(one, Slot) and one.owner == "TypeVar" else one)


def counterpart(ev: Evaluator, scope: Scope) -> Scope | None:
    """The function or class in the stub that corresponds to one in the source; None if there is none or several."""
    if scope.parent is None:
        stub = ev.project.stub_of(scope.file.name)
        return None if stub is None or stub is scope.file else stub.root
    outer = None if isinstance(scope.node, ast.Lambda) else counterpart(ev, scope.parent)
    if outer is None:
        return None
    assert not isinstance(scope.node, (ast.Module, ast.Lambda))
    match list(outer.flow.bound.get(scope.node.name, ())):
        case [Defined(definition=node)]:
            return outer.file.scopes.opened[id(node)]
        case _:
            return None
