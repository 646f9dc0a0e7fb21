"""Code that puts something into a container."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeAlias

from flake8_forward_call.inference.syntax.bindings import Assigned, Binding, Entered, Iterated, Step
from flake8_forward_call.inference.syntax.scopes import Scope, Storing, targets_of

# Code that puts something into a container. A binding gives an item its value: its node is the subscript.
Filling: TypeAlias = ast.Call | ast.AugAssign | Binding


# Methods that put something in: the index of the argument, and whether it is a collection of elements.
FILLERS = {
    "append": (0, False),
    "appendleft": (0, False),
    "add": (0, False),
    "insert": (1, False),
    "extend": (0, True),
    "extendleft": (0, True),
    "__iadd__": (0, True),
    "__ior__": (0, True),
    "update": (0, True),
    "setdefault": (1, False),
    "__setitem__": (1, False),
    "add_module": (1, False),
    "register_module": (1, False),
}


def fillings(scope: Scope) -> Iterator[tuple[ast.expr, Filling]]:
    """Yield the expressions that the scope's own code puts something into, each with the code that does so."""
    for call in scope.calls:
        yield from fillings_by(call)
    for store in scope.item_stores:
        if isinstance(store, ast.AugAssign) and not isinstance(store.op, ast.Mult):
            yield store.target, store
    yield from _items(scope)


def fillings_by(call: ast.Call) -> Iterator[tuple[ast.expr, Filling]]:
    """Yield the container in a call such as ``xs.append(x)``, with the call."""
    if isinstance(call.func, ast.Attribute) and call.func.attr in FILLERS:
        yield call.func.value, call


def _items(scope: Scope) -> list[tuple[ast.expr, Binding]]:
    """The containers in whose items a scope stores something, by whatever statement, with what each item gets."""
    found: list[tuple[ast.expr, Binding]] | None = scope.readings.get(_items)
    if found is None:
        stores = [one for one in scope.item_stores if isinstance(one, ast.Assign)]
        found = scope.readings[_items] = [
            (item.value, _stored(node, item, path, scope))
            for node in dict.fromkeys((*stores, *scope.item_targets))
            for target in targets_of(node)
            for item, path in _subscripts(target, ())
        ]
    return found


def _subscripts(target: ast.expr, path: tuple[Step, ...]) -> Iterator[tuple[ast.Subscript, tuple[Step, ...]]]:
    """Yield the items in a target, each with the steps to it."""
    match target:
        case ast.Subscript():
            yield target, path
        case ast.Starred(value=value):
            yield from _subscripts(value, path)
        case ast.Tuple(elts=targets) | ast.List(elts=targets):
            starred = next((at for at, one in enumerate(targets) if isinstance(one, ast.Starred)), None)
            for at, one in enumerate(targets):
                yield from _subscripts(one, (*path, Step(at, len(targets), starred)))


def _stored(node: Storing, item: ast.Subscript, path: tuple[Step, ...], scope: Scope) -> Binding:
    """What an item gets."""
    match node:
        case ast.withitem(context_expr=context):
            return Entered(item, scope, False, context, path)
        case ast.Assign(value=value) | ast.AnnAssign(value=value):
            assert value is not None  # An annotation alone stores nothing.
            return Assigned(item, scope, False, value, path)
        case _:
            return Iterated(item, scope, False, node.iter, path)
