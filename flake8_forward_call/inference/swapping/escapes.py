"""Where a container leaves the function that made it: as a result, or to code that only callers know."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.bindings import Assigned, Binding
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.scopes import Scope
from flake8_forward_call.inference.types import UNKNOWN, alternatives, is_left_open

# At most so many calls of a function that returns a container are looked at.
MAX_CALLS = 60

# Methods that only read what they are passed, whatever object they belong to.
_READING = frozenset(
    {"append", "critical", "debug", "error", "exception", "extend", "format", "index", "info", "join", "log", "print",
     "warning", "write"}
)  # fmt: skip


def is_open(asked: Questions, node: ast.expr, scope: Scope) -> bool:
    """Whether a value, or the object that it is taken from, is a parameter and nothing shows what callers pass."""
    while True:
        for kind in alternatives(asked.expression(node, scope)):
            if is_left_open(kind) and UNKNOWN in alternatives(asked.resolved(kind)):
                return True
        match node:
            case ast.Attribute(value=inner) | ast.Subscript(value=inner) | ast.Call(func=inner):
                node = inner
            case _:
                return False


def may_fill(asked: Questions, call: ast.Call, scope: Scope) -> bool:
    """Whether a call passes its arguments to code that only callers know, so that it may change a container."""
    if isinstance(call.func, ast.Attribute) and call.func.attr in _READING:
        return False
    return is_open(asked, call.func, scope)


@dataclass(frozen=True, slots=True)
class Returned:
    """A value that a function returns. ``is_part``: in a list, tuple or dict; ``at``: its index in a tuple."""

    value: ast.expr
    is_part: bool = False
    at: int | None = None


def returned(scope: Scope) -> Iterator[Returned]:
    """Yield the values that a function returns, each by itself or as a part of a list, tuple or dict."""
    for given in flow_of(scope).returned.values() if scope.is_function else ():
        match given.value:
            case ast.Tuple(elts=parts):
                yield from (Returned(one, True, at) for at, one in enumerate(parts))
            case ast.List(elts=parts) | ast.Dict(values=parts):
                yield from (Returned(one, True) for one in parts)
            case ast.expr() as value:
                yield Returned(value)


def names_of(asked: Questions, function: Scope, what: Returned) -> Iterator[tuple[str, Binding, bool]]:
    """Yield the names that callers give to a returned value, each with whether the value is a part of what it names."""
    node = function.node
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return
    for found in islice(asked.calls_of(node, function).calls(), MAX_CALLS):
        for name, bindings in flow_of(found.called.scope).bound.items():
            for one in bindings:
                if not isinstance(one, Assigned) or _result_in(one.value) is not found.called.call:
                    continue
                if not one.path or not what.is_part:
                    yield name, one, what.is_part
                elif what.at in (None, one.path[0].index):
                    yield name, one, False


def _result_in(node: ast.expr) -> ast.expr:
    return node.value if isinstance(node, ast.Await) else node
