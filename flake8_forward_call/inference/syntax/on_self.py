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
        self.unnamed: list[tuple[ast.expr, Assigned]] = []  # What is set under names that are not written out.
        for method, receiver in methods(scope):
            for bound, bindings in flow_of(method).bound.items():
                owner, dot, name = bound.partition(".")
                if dot and owner == receiver:
                    self._bound.setdefault(name, []).extend(bindings)
            for call in method.calls:
                for key, value in _set_by_call(call, receiver):
                    assigned = Assigned(call, method, False, value)
                    match key:
                        case ast.Constant(value=str(name)):
                            self._set_by_call.setdefault(name, []).append(assigned)
                        case _:
                            self.unnamed.append((key, assigned))
                match call:
                    case ast.Call(
                        func=ast.Name(id="isinstance"),
                        args=[ast.Attribute(value=ast.Name(id=owner), attr=tested), ast.expr() as classes],
                    ) if owner == receiver:
                        self._tests.setdefault(tested, []).append((classes, method))

    def bindings(self, name: str) -> Sequence[Binding]:
        """The bindings of an attribute: assignments in their order, then those by ``add_module`` and ``setattr``."""
        return [*self._bound.get(name, ()), *self._set_by_call.get(name, ())]

    def names(self) -> Iterator[str]:
        """Yield the names of the attributes that are set under a name that is written out."""
        yield from (name for name in self._bound if "." not in name)
        yield from self._set_by_call

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


def _set_by_call(call: ast.Call, receiver: str) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Yield the name and the module in ``self.add_module(name, module)`` or ``setattr(self, name, module)``."""
    match call:
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id=owner), attr="add_module" | "register_module"), args=[name, value]
        ) if owner == receiver:
            yield name, value
        case ast.Call(
            func=ast.Name(id="setattr") | ast.Attribute(attr="__setattr__"), args=[ast.Name(id=owner), name, value]
        ) if owner == receiver:
            yield name, value
