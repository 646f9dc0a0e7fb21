"""The attributes that the methods of a class set on the instance, collected once for all lookups."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from flake8_forward_call.inference.syntax.bindings import Assigned, Binding
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.scopes import Scope


class OnSelf:
    """The bindings and the tests of ``self.name`` in the methods of one class, by name."""

    def __init__(self, scope: Scope) -> None:
        self._bound: dict[str, list[Binding]] = {}
        self._set_by_call: dict[str, list[Assigned]] = {}
        self._tests: dict[str, list[tuple[ast.expr, Scope]]] = {}
        for method, receiver in methods(scope):
            for key, bindings in flow_of(method).bound.items():
                owner, dot, name = key.partition(".")
                if dot and owner == receiver:
                    self._bound.setdefault(name, []).extend(bindings)
            for call in method.calls:
                for name, value in _set_by_call(call, receiver):
                    self._set_by_call.setdefault(name, []).append(Assigned(call, method, False, value))
                match call:
                    case ast.Call(
                        func=ast.Name(id="isinstance"),
                        args=[ast.Attribute(value=ast.Name(id=owner), attr=tested), ast.expr() as classes],
                    ) if owner == receiver:
                        self._tests.setdefault(tested, []).append((classes, method))

    def bindings(self, name: str) -> Sequence[Binding]:
        """The bindings of an attribute: assignments in their order, then those by ``add_module`` and ``setattr``."""
        return [*self._bound.get(name, ()), *self._set_by_call.get(name, ())]

    def tests(self, name: str) -> Sequence[tuple[ast.expr, Scope]]:
        """The ``isinstance`` tests of an attribute: the expression for the classes, and its scope."""
        return self._tests.get(name, ())


def set_on_self(scope: Scope) -> OnSelf:
    """The attributes that the methods of a class set on the instance; none if the scope is no class body."""
    found: OnSelf | None = scope.readings.get(OnSelf)
    if found is None:
        found = scope.readings[OnSelf] = OnSelf(scope)
    return found


def methods(scope: Scope) -> Iterator[tuple[Scope, str]]:
    """Yield the scopes of a class's methods and their nested scopes, each with the method's first parameter."""
    for method in scope.children:
        if isinstance(method.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for receiver in method.positional[:1]:
                for inner in method.inward():
                    yield inner, receiver


def _set_by_call(call: ast.Call, receiver: str) -> Iterator[tuple[str, ast.expr]]:
    """Yield the name and the module in ``self.add_module("name", module)`` or ``setattr(self, "name", module)``."""
    match call:
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id=owner), attr="add_module" | "register_module"),
            args=[ast.Constant(value=str(given)), value],
        ) if owner == receiver:
            yield given, value
        case ast.Call(
            func=ast.Name(id="setattr") | ast.Attribute(attr="__setattr__"),
            args=[ast.Name(id=owner), ast.Constant(value=str(given)), value],
        ) if owner == receiver:
            yield given, value
