"""What a call passes under a star: ``f(*args, **options)``, where these are written out or are the caller's own."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import islice

from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.bindings import Parameter
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.scopes import Scope, names_of, plain_parameters
from flake8_forward_call.inference.types import UNKNOWN, Type

# At most so many calls of a function are looked at that passes on what it gets under a star.
MAX_CALLS = 60


def starred(asked: Questions, call: ast.Call, scope: Scope, index: int | None, name: str) -> Iterator[Type]:
    """Yield what a call may pass under a star for a parameter: UNKNOWN for what is not read.

    ``index`` is the position of the parameter; None if it can only be passed by name.
    """
    for at, node in enumerate(call.args):
        if isinstance(node, ast.Starred):
            if index is not None and index >= at:
                yield from _positional(asked, node.value, scope, index - at)
            break  # What comes after it may be in any position.
    for keyword in call.keywords:
        if keyword.arg is None:
            yield from _named(asked, keyword.value, scope, name)


def _positional(asked: Questions, node: ast.expr, scope: Scope, index: int) -> Iterator[Type]:
    """Yield the item at an index of what is passed as ``*node``."""
    binding = _starred_parameter(node, scope, "*")
    match node:
        case ast.Tuple(elts=items) | ast.List(elts=items):
            if any(isinstance(one, ast.Starred) for one in items[: index + 1]):
                yield UNKNOWN
            elif index < len(items):
                yield asked.expression(items[index], scope)
        case _ if binding is not None:
            yield from _from_callers(asked, binding, index + len(plain_parameters(binding.function)), "")
        case _:
            yield UNKNOWN


def _named(asked: Questions, node: ast.expr, scope: Scope, name: str) -> Iterator[Type]:
    """Yield the value under a name of what is passed as ``**node``."""
    binding = _starred_parameter(node, scope, "**")
    match node:
        case ast.Dict(keys=keys, values=values):
            for key, value in zip(keys, values, strict=True):
                match key:
                    case ast.Constant(value=text):
                        if text == name:
                            yield asked.expression(value, scope)
                    case _:
                        yield UNKNOWN
        case ast.Call(func=ast.Name(id="dict"), args=[], keywords=keywords):
            for one in keywords:
                if one.arg in (None, name):
                    yield UNKNOWN if one.arg is None else asked.expression(one.value, scope)
        case _ if binding is not None:
            yield from _from_callers(asked, binding, None, name)
        case _:
            yield UNKNOWN


def _starred_parameter(node: ast.expr, scope: Scope, kind: str) -> Parameter | None:
    """The parameter ``*args`` or ``**options`` that a name still stands for; None for anything else."""
    reached = flow_of(scope).uses.get(id(node), ())
    match reached:
        case (Parameter() as only,) if only.kind == kind and not isinstance(only.function, ast.Lambda):
            return only
        case _:
            return None


def _from_callers(asked: Questions, binding: Parameter, index: int | None, name: str) -> Iterator[Type]:
    """Yield what the callers of a function pass at an index or under a name, beyond its own parameters."""
    node = binding.function
    if isinstance(node, ast.Lambda) or asked.project.is_open(binding.scope.file):
        yield UNKNOWN
        return
    if name in (one.arg for one in names_of(node)):
        return
    search = asked.calls_of(node, binding.scope)
    for found in islice(search.calls(), MAX_CALLS):
        call, scope = found.called.call, found.called.scope
        if call is None or not found.is_certain:
            yield UNKNOWN
            continue
        at = len(call.args) if index is None else index - found.is_bound
        if at < len(call.args) and not any(isinstance(one, ast.Starred) for one in call.args[: at + 1]):
            yield asked.resolved(asked.expression(call.args[at], scope))
        yield from (asked.resolved(asked.expression(one.value, scope)) for one in call.keywords if one.arg == name)
        if any(isinstance(one, ast.Starred) for one in call.args) or any(one.arg is None for one in call.keywords):
            yield UNKNOWN
    if search.is_handed_on:
        yield UNKNOWN
