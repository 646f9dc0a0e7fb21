"""Does an override of ``__call__`` come to ``super().__call__`` with the same arguments, on every path?"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from flake8_forward_call.inference.bindings import Assigned, Parameter
from flake8_forward_call.inference.states import untested
from flake8_forward_call.inference.verdict import Sameness, worst

if TYPE_CHECKING:
    from flake8_forward_call.inference.scopes import Scope


def delegation(
    node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope, is_base: Callable[[ast.expr], bool]
) -> Sameness:
    """SAME if every path returns what ``super().__call__`` gives for the same arguments, PERHAPS if some do.

    PERHAPS too if all that is not handed on is ``*args`` or ``**kwargs``, which a call may not have. ``is_base`` says
    whether an expression is a base class, as in ``Base.__call__(self, x)``.
    """
    if isinstance(node, ast.AsyncFunctionDef) or scope.flow.yielded:
        return Sameness.DIFFERENT
    values = [leaf for one in scope.flow.returned.values() for leaf in _leaves(one.value)]
    outcomes = {_delegates(value, node, scope, is_base) for value in values}
    if scope.flow.falls_through:
        outcomes.add(Sameness.DIFFERENT)
    if not outcomes or outcomes == {Sameness.DIFFERENT}:
        return Sameness.DIFFERENT
    return Sameness.SAME if outcomes == {Sameness.SAME} else Sameness.PERHAPS


def _leaves(value: ast.expr | None) -> Iterator[ast.expr | None]:
    """Yield what the expression can come to: both branches of a conditional one."""
    if isinstance(value, ast.IfExp):
        yield from _leaves(value.body)
        yield from _leaves(value.orelse)
    else:
        yield value


def _delegates(
    value: ast.expr | None, node: ast.FunctionDef, scope: Scope, is_base: Callable[[ast.expr], bool]
) -> Sameness:
    """Whether the returned expression is the parent's call itself, directly or by a name that holds its result."""
    if isinstance(value, ast.Name):
        reached = list(untested(scope.flow.uses.get(id(value), ())))
        if not reached or not all(isinstance(one, Assigned) and not one.path for one in reached):
            return Sameness.DIFFERENT
        return worst(*(_delegates(one.value, node, scope, is_base) for one in reached if isinstance(one, Assigned)))
    if isinstance(value, ast.Call) and _is_parents_call(value, node, is_base):
        return _same_arguments(value, node, scope)
    return Sameness.DIFFERENT


def _is_parents_call(call: ast.Call, node: ast.FunctionDef, is_base: Callable[[ast.expr], bool]) -> bool:
    match call.func:
        case ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr="__call__"):
            return True
        case ast.Attribute(value=ast.Name() | ast.Attribute() as base, attr="__call__"):
            # `Base.__call__(self, ...)`, as one writes who does not trust `super()`.
            own = node.args.posonlyargs + node.args.args
            first = call.args[0] if call.args else None
            return bool(own) and isinstance(first, ast.Name) and first.id == own[0].arg and is_base(base)
        case _:
            return False


def _same_arguments(call: ast.Call, node: ast.FunctionDef, scope: Scope) -> Sameness:
    """Whether the call hands on each parameter, unchanged and in its place."""
    arguments = node.args
    own = [*arguments.posonlyargs, *arguments.args][1:]
    given = list(call.args)
    if not isinstance(call.func, ast.Attribute) or not isinstance(call.func.value, ast.Call):
        given = given[1:]
    expected = [one.arg for one in own] + ([f"*{arguments.vararg.arg}"] if arguments.vararg else [])
    positional = list(_names(given, scope))
    if positional != expected[: len(positional)]:
        return Sameness.DIFFERENT
    rest = {*expected[len(positional) :], *(one.arg for one in arguments.kwonlyargs)}
    if arguments.kwarg:
        rest.add(f"**{arguments.kwarg.arg}")
    named = set()
    for keyword in call.keywords:
        name = next(_names([keyword.value], scope))
        if name is None or (keyword.arg is not None and keyword.arg != name):
            return Sameness.DIFFERENT
        named.add(name if keyword.arg is not None else f"**{name}")
    if named == rest:
        return Sameness.SAME
    lost = rest - named
    return Sameness.PERHAPS if named < rest and all(name.startswith("*") for name in lost) else Sameness.DIFFERENT


def _names(nodes: list[ast.expr], scope: Scope) -> Iterator[str | None]:
    """Yield each argument as the parameter that it hands on unchanged, else None."""
    for node in nodes:
        stars, inner = ("*", node.value) if isinstance(node, ast.Starred) else ("", node)
        reached = list(untested(scope.flow.uses.get(id(inner), ())))
        unchanged = bool(reached) and all(isinstance(one, Parameter) for one in reached)
        yield f"{stars}{inner.id}" if isinstance(inner, ast.Name) and unchanged else None
