"""A function in which an expression is a known object, and what the function reads of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from flake8_forward_call.inference.syntax.bindings import AnyBinding, Assigned
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.scopes import Scope
from flake8_forward_call.inference.syntax.states import key_of

# Builtins that get an object and run none of its methods.
_ONLOOKERS = frozenset({"super", "isinstance", "hasattr", "getattr", "setattr", "delattr", "type", "id", "vars"})


@dataclass(frozen=True, slots=True)
class Holding:
    """A function, and the text of the object in it: a method's ``self``, a parameter, or ``self.net``."""

    scope: Scope
    key: str

    @staticmethod
    def of(method: Scope) -> Holding:
        """The function as a method, whose first parameter is the object."""
        return Holding(method, next(iter(method.positional), ""))

    def is_read(self, node: ast.AST) -> bool:
        """Whether an expression is the object."""
        return key_of(node) == self.key

    @property
    def is_operand(self) -> bool:
        """Whether the function reads the object otherwise than for an attribute: ``self[0]``, ``len(self)``."""
        return any(
            any(map(self.is_read, ast.iter_child_nodes(node)))
            for node in ast.walk(self.scope.node)
            if not isinstance(node, ast.Attribute) and not is_onlooker(node)
        )

    def used(self) -> Iterator[tuple[str, bool]]:
        """Yield each attribute of the object that the function reads, and whether through ``super()``."""
        bound = flow_of(self.scope).bound
        aliases = [name for name, several in bound.items() if any(map(self._is_alias, several))]
        for node in ast.walk(self.scope.node):
            match node:
                case ast.Attribute(value=owner, attr=attr) if self.is_read(owner) or key_of(owner) in aliases:
                    yield attr, False
                case ast.Attribute(value=owner, attr=attr) if is_super(owner):
                    yield attr, True
                case ast.Call(func=ast.Attribute(attr=attr), args=[first, *_]) if self.is_read(first):
                    if attr != "forward":
                        yield attr, False  # `Net.step(self, x)`

    def _is_alias(self, binding: AnyBinding) -> bool:
        return isinstance(binding, Assigned) and self.is_read(binding.value) and binding.value is not binding.node

    def kept_in(self) -> Iterator[str]:
        """Yield the names of the attributes of its own ``self`` in which a method stores the object."""
        own = next(iter(self.scope.positional), "")
        for key, bindings in flow_of(self.scope).bound.items():
            owner, _, name = key.rpartition(".")
            if owner == own and any(map(self._is_alias, bindings)):
                yield name


def is_onlooker(node: ast.AST) -> bool:
    """Whether a node is a call of a builtin that runs no method of what it gets: ``super(Net, self)``."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _ONLOOKERS


def is_super(node: ast.AST) -> bool:
    """Whether an expression is ``super()``."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"
