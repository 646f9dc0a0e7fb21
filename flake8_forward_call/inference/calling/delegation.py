"""Does an override of ``__call__`` reach ``super().__call__`` with the same arguments on every path?"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from flake8_forward_call.inference.syntax.bindings import Assigned, Parameter
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.scopes import FunctionNode, Scope
from flake8_forward_call.inference.syntax.states import untested
from flake8_forward_call.inference.verdicts.verdict import Sameness, worst
from flake8_forward_call.sources.trees import children


@dataclass(frozen=True, slots=True)
class Onward:
    """A call of the overridden or wrapped function, and its positional arguments without the instance."""

    call: ast.Call
    given: tuple[ast.expr, ...]


# Recognises a call of the function that another one overrides or wraps.
Recognise: TypeAlias = Callable[[ast.Call], "Onward | None"]


def delegation(node: FunctionNode, scope: Scope, onward: Recognise, *, bound: bool = True) -> Sameness:
    """SAME if every path returns the overridden function's result for the same arguments, PERHAPS if some do.

    PERHAPS also if it may raise an error instead, or if only ``*args`` or ``**kwargs`` are not passed on, because a
    call may have none. ``onward`` recognises a call of the overridden function; ``bound`` says whether the first
    parameter is the instance.
    """
    if isinstance(node, ast.AsyncFunctionDef) or flow_of(scope).yielded:
        return Sameness.DIFFERENT
    outcomes = {
        worst(*(_same_arguments(one, node, scope, bound=bound) for one in _onwards(value, scope, onward)))
        for value in _returned(node, scope)
    }
    if not isinstance(node, ast.Lambda) and flow_of(scope).falls_through:
        outcomes.add(Sameness.DIFFERENT)
    if not outcomes or outcomes == {Sameness.DIFFERENT}:
        return Sameness.DIFFERENT
    if _refuses(node):
        return Sameness.PERHAPS
    return Sameness.SAME if outcomes == {Sameness.SAME} else Sameness.PERHAPS


def calls_onward(node: FunctionNode, scope: Scope, onward: Recognise) -> list[Onward]:
    """The calls of the overridden function whose result the function returns."""
    found = [one for value in _returned(node, scope) for one in _onwards(value, scope, onward)]
    return [one for one in found if one is not None]


def of_parent(node: FunctionNode, is_base: Callable[[ast.expr], bool], name: str = "__call__") -> Recognise:
    """Recognise ``super().name(...)`` and ``Base.name(self, ...)`` in a method; ``is_base`` recognises a base."""

    def onward(call: ast.Call) -> Onward | None:
        match call.func:
            case ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr=attr) if attr == name:
                return Onward(call, tuple(call.args))
            case ast.Attribute(value=ast.Name() | ast.Attribute() as base, attr=attr) if attr == name:
                # `Base.__call__(self, ...)`, written instead of `super()`.
                own = node.args.posonlyargs + node.args.args
                first = call.args[0] if call.args else None
                if own and isinstance(first, ast.Name) and first.id == own[0].arg and is_base(base):
                    return Onward(call, tuple(call.args[1:]))
        return None

    return onward


def of_wrapped(name: str, *, bound: bool) -> Recognise:
    """Recognise ``name(self, ...)`` in a wrapper, where ``name`` is the decorated function."""

    def onward(call: ast.Call) -> Onward | None:
        if not isinstance(call.func, ast.Name) or call.func.id != name:
            return None
        return Onward(call, tuple(call.args[1:] if bound else call.args))

    return onward


def _refuses(node: FunctionNode) -> bool:
    """Whether the function may raise an error of its own instead of returning, in an ``assert`` or a ``raise``.

    What a handler raises does not count, because something has failed before.
    """
    todo: list[ast.AST] = list(node.body) if not isinstance(node, ast.Lambda) else []
    while todo:
        one = todo.pop()
        if isinstance(one, (ast.Raise, ast.Assert)):
            return True
        if not isinstance(one, (ast.expr, ast.ExceptHandler, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            todo += children(one)
    return False


def _returned(node: FunctionNode, scope: Scope) -> Iterator[ast.expr | None]:
    values = [node.body] if isinstance(node, ast.Lambda) else [one.value for one in flow_of(scope).returned.values()]
    for value in values:
        yield from _leaves(value)


def _leaves(value: ast.expr | None) -> Iterator[ast.expr | None]:
    """Yield the expressions that can give the value: both branches of a conditional expression."""
    if isinstance(value, ast.IfExp):
        yield from _leaves(value.body)
        yield from _leaves(value.orelse)
    else:
        yield value


def _onwards(value: ast.expr | None, scope: Scope, onward: Recognise) -> Iterator[Onward | None]:
    """Yield the onward call that a returned value comes from, directly or through a name; None for other values."""
    if isinstance(value, ast.Name):
        reached = list(untested(flow_of(scope).uses.get(id(value), ())))
        if not reached:
            yield None
        for one in reached:
            if isinstance(one, Assigned) and not one.path:
                yield from _onwards(one.value, scope, onward)
            else:
                yield None
    else:
        yield onward(value) if isinstance(value, ast.Call) else None


def _same_arguments(onward: Onward | None, node: FunctionNode, scope: Scope, *, bound: bool) -> Sameness:
    """Whether the call passes on each parameter, unchanged and in its place."""
    if onward is None:
        return Sameness.DIFFERENT
    arguments = node.args
    own = [*arguments.posonlyargs, *arguments.args][1 if bound else 0 :]
    expected = [one.arg for one in own] + ([f"*{arguments.vararg.arg}"] if arguments.vararg else [])
    positional = list(_names(onward.given, scope))
    if positional != expected[: len(positional)]:
        return Sameness.DIFFERENT
    rest = {*expected[len(positional) :], *(one.arg for one in arguments.kwonlyargs)}
    if arguments.kwarg:
        rest.add(f"**{arguments.kwarg.arg}")
    named = set()
    for keyword in onward.call.keywords:
        name = next(_names([keyword.value], scope))
        if name is None or (keyword.arg is not None and keyword.arg != name):
            return Sameness.DIFFERENT
        named.add(name if keyword.arg is not None else f"**{name}")
    if named == rest:
        return Sameness.SAME
    lost = rest - named
    return Sameness.PERHAPS if named < rest and all(name.startswith("*") for name in lost) else Sameness.DIFFERENT


def _names(nodes: tuple[ast.expr, ...] | list[ast.expr], scope: Scope) -> Iterator[str | None]:
    """Yield for each argument the parameter that it passes on unchanged, else None."""
    for node in nodes:
        stars, inner = ("*", node.value) if isinstance(node, ast.Starred) else ("", node)
        reached = list(untested(flow_of(scope).uses.get(id(inner), ())))
        unchanged = bool(reached) and all(isinstance(one, Parameter) for one in reached)
        yield f"{stars}{inner.id}" if isinstance(inner, ast.Name) and unchanged else None
