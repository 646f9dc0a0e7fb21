"""What code puts into containers, in any way: each target, and a function for the types of what is put into it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeAlias

from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.statements.fillings import FILLERS, fillings
from flake8_forward_call.inference.swapping import steps
from flake8_forward_call.inference.syntax.bindings import Assigned
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.scopes import Scope
from flake8_forward_call.inference.syntax.states import key_of
from flake8_forward_call.inference.types import UNKNOWN, Type

_Put: TypeAlias = "tuple[ast.expr, Callable[[], Iterator[Type]]]"

_CONTAINERS = frozenset({"list", "dict", "set", "deque", "OrderedDict"})

# Functions of `heapq`, `bisect` and `operator` that put their second argument, or what it contains, into the first.
_INSERTING = frozenset(
    {"heappush", "heappushpop", "heapreplace", "insort", "insort_left", "insort_right", "iadd", "iconcat", "ior"}
)


def all_in(asked: Questions, scope: Scope) -> Iterator[_Put]:
    """Yield the containers that the scope's own code fills."""
    for target, code in fillings(scope):
        yield target, partial(asked.put_in, code, scope)
    for call in scope.calls:
        yield from _by_other_calls(asked, call, scope)
        for one in (*call.args, *(keyword.value for keyword in call.keywords)):
            yield from _handed(one)
    for bindings in flow_of(scope).bound.values():
        for binding in bindings:
            if isinstance(binding, Assigned) and binding.scope is scope:
                yield from _handed(binding.value)


def _by_other_calls(asked: Questions, call: ast.Call, scope: Scope) -> Iterator[_Put]:
    """Yield the ``xs`` of ``list.append(xs, x)``, ``mock.patch.dict(xs, ...)``, ``heapq.heappush(xs, x)``."""
    match call:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method), args=[target, *_, value]) if (
            name in _CONTAINERS and method in FILLERS
        ):
            yield target, partial(_leaves, asked, [value], scope)
        case ast.Call(func=ast.Attribute(attr="setitem") | ast.Name(id="setitem"), args=[target, _, value]):
            yield target, partial(_leaves, asked, [value], scope)
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name), args=[target, value, *_]) if (
            name in _INSERTING
        ):
            yield target, partial(_leaves, asked, [value], scope)
        case ast.Call(func=ast.Attribute(attr="dict") as func, args=[target, *given]):
            if (key_of(func) or "").endswith("patch.dict"):
                values = [*given[:1], *(one.value for one in call.keywords if one.arg != "clear")]
                yield target, partial(_leaves, asked, values, scope)


def _leaves(asked: Questions, values: list[ast.expr], scope: Scope) -> Iterator[Type]:
    for one in values:
        yield steps.leaves(asked, asked.expression(one, scope))


def _handed(node: ast.expr) -> Iterator[_Put]:
    """Yield the container of a bound method such as ``xs.append`` that is passed on, so its calls are not followed."""
    if isinstance(node, ast.Attribute) and node.attr in FILLERS:
        yield node.value, lambda: iter((UNKNOWN,))
