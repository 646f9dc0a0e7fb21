"""Code that puts something into a container."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeAlias

from flake8_forward_call.inference.syntax.scopes import Scope

# Code that puts something into a container.
Filling: TypeAlias = ast.Call | ast.Assign | ast.AugAssign


# Methods that put something in: the index of the argument, and whether it is a collection of elements.
FILLERS = {
    "append": (0, False),
    "appendleft": (0, False),
    "add": (0, False),
    "insert": (1, False),
    "extend": (0, True),
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
        if isinstance(store, ast.AugAssign):
            if not isinstance(store.op, ast.Mult):
                yield store.target, store
            continue
        for target in store.targets:
            if isinstance(target, ast.Subscript):
                yield target.value, store


def fillings_by(call: ast.Call) -> Iterator[tuple[ast.expr, Filling]]:
    """Yield the container in a call such as ``xs.append(x)``, with the call."""
    if isinstance(call.func, ast.Attribute) and call.func.attr in FILLERS:
        yield call.func.value, call
