"""Are two expressions the same module? By the bindings of their names, the attribute that holds it, or its class."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeAlias

from flake8_forward_call.inference.definitions import SourceClass, is_foreign
from flake8_forward_call.inference.engine import Answers, unjoined
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.statements.aliases import ITSELF, MAX_DEPTH, running_over
from flake8_forward_call.inference.syntax.bindings import Assigned, Binding, Iterated
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.scopes import Scope
from flake8_forward_call.inference.syntax.states import untested
from flake8_forward_call.inference.types import ClassObject, Instance, Type, alternatives, classes_of_instances

# What identifies a module: a binding, an attribute of a class, an element of what another key identifies.
_Key: TypeAlias = "tuple[object, ...]"

_KEYS: Answers[frozenset[_Key]] = unjoined(frozenset())
_ABOVE: Answers[tuple[Holding, ...]] = unjoined(())
_IS_MADE: Answers[bool] = unjoined(False)


class Holding:
    """An expression that holds a module, and its scope. Its properties raise OutOfBudget.

    They are answers of the engine, so that they count for each receiver that is compared with it.
    """

    def __init__(self, asked: Questions, node: ast.expr, scope: Scope) -> None:
        self._asked = asked
        self.node = node
        self.scope = scope

    @property
    def kind(self) -> Type:
        """The type of the expression."""
        return self._asked.once(
            ("kind of holding", self), lambda: self._asked.resolved(self._asked.expression(self.node, self.scope))
        )

    @property
    def keys(self) -> frozenset[_Key]:
        """What identifies the module."""
        return self._asked.engine.once(
            ("keys of holding", self), lambda: frozenset(_keys(self._asked, self.node, self.scope, 0)), _KEYS
        )

    @property
    def wider(self) -> frozenset[_Key]:
        """The same, with what identifies the elements of the containers that it is an item of."""
        return self.keys | {("element", key[1]) for key in self.keys if key[0] == "item"}

    @property
    def own(self) -> tuple[SourceClass, ...]:
        """The classes of the project that it can be an instance of."""
        return tuple(cls for cls in classes_of_instances(self.kind) if not is_foreign(cls))

    @property
    def above(self) -> tuple[Holding, ...]:
        """What it is an attribute or an element of, directly or indirectly."""

        def find() -> tuple[Holding, ...]:
            return tuple(Holding(self._asked, *one) for one in _above(self._asked, self.node, self.scope, 0))

        return self._asked.engine.once(("above", self), find, _ABOVE)

    @property
    def _is_made_here(self) -> bool:
        """Whether it is created where its name is bound, so that it is not the module of another name by chance."""

        def find() -> bool:
            made = list(self._asked.origins(self.node, self.scope))
            return bool(made) and all(self._makes(node, scope) for node, scope in made)

        return self._asked.engine.once(("is made here", self), find, _IS_MADE)

    def _makes(self, node: ast.expr, scope: Scope) -> bool:
        if not isinstance(node, ast.Call):
            return False
        return any(isinstance(one, ClassObject) for one in alternatives(self._asked.expression(node.func, scope)))

    @property
    def _is_slot(self) -> bool:
        return any(key[0] == "slot" for key in self.keys)

    @property
    def _class_of_self(self) -> SourceClass | None:
        """The class if the expression is the ``self`` of one of its methods, else None."""
        if isinstance(self.node, ast.Name):
            for scope in self.scope.outward():
                if scope.enclosing_class is not None and scope.positional[:1] == [self.node.id]:
                    return self._asked.source_class(scope.enclosing_class)
        return None

    def may_be(self, other: Holding) -> bool:
        """Whether it can be the module that hooks are attached to under the other expression."""
        if not self.wider.isdisjoint(other.keys):
            return self.fits(other)
        cls = other._class_of_self
        if cls is not None:
            return any(self._asked.hierarchy.derives(own, cls) for own in self.own)
        if not any(self._asked.hierarchy.derives(a, b) for a in self.own for b in other.own):
            return False
        if self.scope is other.scope and isinstance(self.node, ast.Name) and isinstance(other.node, ast.Name):
            return False  # Two names in the same scope.
        return not (self._is_slot and other._is_slot) and not (self._is_made_here and other._is_made_here)

    def fits(self, other: Holding) -> bool:
        """Whether it has the other's type, because a loop over modules may test which of them it uses."""
        theirs = [one.cls for one in alternatives(other.kind) if isinstance(one, Instance)]
        mine = [one.cls for one in alternatives(self.kind) if isinstance(one, Instance)]
        return not theirs or any(self._asked.hierarchy.derives(a, b) for a in mine for b in theirs)


def _keys(asked: Questions, node: ast.expr, scope: Scope, depth: int) -> Iterator[_Key]:
    if depth > MAX_DEPTH:
        return
    match node:
        case ast.Call(func=ast.Attribute(value=inner, attr=name)) if name in ITSELF:
            yield from _keys(asked, inner, scope, depth + 1)
        case ast.Name():
            for binding in asked.bound(node, scope):
                yield ("binding", binding)
                yield from _through(asked, binding, depth + 1)
        case ast.Attribute(value=owner, attr=name):
            for binding in untested(flow_of(scope).uses.get(id(node), ())):
                yield from _through(asked, binding, depth + 1)
            for cls in classes_of_instances(asked.resolved(asked.expression(owner, scope))):
                yield ("slot", asked.holder(cls, name) or cls, name)
            for key in _keys(asked, owner, scope, depth + 1):
                yield ("attribute", key, name)
        case ast.Subscript(value=value, slice=index):
            for key in _keys(asked, value, scope, depth + 1):
                yield ("item", key, repr(index.value)) if isinstance(index, ast.Constant) else ("element", key)


def _through(asked: Questions, binding: Binding, depth: int) -> Iterator[_Key]:
    """Yield the keys of the value that a binding is an alias of."""
    match binding:
        case Assigned(value=ast.Name() | ast.Attribute() | ast.Subscript() | ast.Call() as value, path=()):
            yield from _keys(asked, value, binding.scope, depth)
        case Iterated(iterable=iterable):
            for key in _keys(asked, running_over(iterable), binding.scope, depth):
                yield ("element", key)


def _above(asked: Questions, node: ast.expr, scope: Scope, depth: int) -> Iterator[tuple[ast.expr, Scope]]:
    if depth > MAX_DEPTH:
        return
    match node:
        case ast.Attribute(value=owner) | ast.Subscript(value=owner):
            yield owner, scope
            yield from _above(asked, owner, scope, depth + 1)
        case ast.Name():
            for binding in asked.bound(node, scope):
                match binding:
                    case Assigned(value=value, path=()):
                        yield from _above(asked, value, binding.scope, depth + 1)
                    case Iterated(iterable=iterable):
                        inner = running_over(iterable)
                        yield inner, binding.scope
                        yield from _above(asked, inner, binding.scope, depth + 1)
