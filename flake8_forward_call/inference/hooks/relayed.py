"""Registrations of hooks through helpers, as the callers of the helper make them: ``attach(net, hook)``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import islice

from flake8_forward_call.inference.answers import Found
from flake8_forward_call.inference.hooks.registrations import Definition, Registration, is_of_others
from flake8_forward_call.inference.hooks.spots import MAKERS
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.bindings import Parameter
from flake8_forward_call.inference.syntax.scopes import Scope, names_of
from flake8_forward_call.inference.types import Slot

# How many times a helper is followed to the one that calls it, and how many calls of one helper are considered.
MAX_HELPERS, MAX_CALLS = 3, 60

# If it is not certain that a helper registers, and its name occurs in more files, it is not treated as one for hooks.
MAX_FILES = 12


def with_hooks(asked: Questions, one: Registration, depth: int = 0) -> Iterator[Registration]:
    """Yield the registration or, if its hook is a parameter, those that the function's known callers make.

    Nothing, if the function may register hooks by a computed name, and its own name says that these are others.
    Raises OutOfBudget.
    """
    parameter = _parameter(asked, one.hook, one.scope)
    if parameter is not None and not one.is_certain and is_of_others(getattr(parameter.function, "name", "")):
        return
    if parameter is None or depth >= MAX_HELPERS or not _is_helper(asked, one, parameter):
        yield one
        return
    found = [again for each in _for_each_call(asked, one, parameter) for again in with_hooks(asked, each, depth + 1)]
    yield from found or [one]


def with_modules(asked: Questions, one: Registration) -> Iterator[Registration]:
    """Yield the registration as each caller makes it, if its module is a parameter. Raises OutOfBudget."""
    parameter = None if one.target is None else _parameter(asked, *one.target)
    return iter(()) if parameter is None else _for_each_call(asked, one, parameter)


def _is_helper(asked: Questions, one: Registration, parameter: Parameter) -> bool:
    """Whether to search for the callers of the function.

    Calls by a name that registers are already known as registrations. A function that may store anything, such as
    ``__setattr__`` or ``load_state_dict``, is called everywhere.
    """
    name = getattr(parameter.function, "name", "")
    if name in MAKERS:
        return False
    if one.is_certain or name == "__init__":
        return True
    return not name.startswith("__") and asked.project.mentioning(name, "", MAX_FILES) is not None


def _parameter(asked: Questions, node: ast.expr | Definition, scope: Scope) -> Parameter | None:
    """The parameter that a name is; None for ``self``, for parameters of lambdas and for anything else."""
    if not isinstance(node, ast.Name):
        return None
    for one in asked.bound(node, scope):
        if isinstance(one, Parameter) and one.kind == "plain" and not isinstance(one.function, ast.Lambda):
            return None if _is_self(asked, one) else one
    return None


def _is_self(asked: Questions, one: Parameter) -> bool:
    kind = asked.binding(one)
    return isinstance(kind, Slot) and kind.owner == "Self"


def _for_each_call(asked: Questions, one: Registration, parameter: Parameter) -> Iterator[Registration]:
    """Yield the registration as each call of the parameter's function makes it."""
    node = parameter.function
    assert not isinstance(node, ast.Lambda)
    for found in islice(asked.calls_of(node, parameter.scope).calls(), MAX_CALLS):
        hook = _passed(asked, parameter.scope, found, one.hook, one.scope)
        target = None if one.target is None else _passed(asked, parameter.scope, found, *one.target)
        if hook is not None:
            is_certain = one.is_certain and found.is_certain
            placed = None if target is None or isinstance(target[0], Definition) else (target[0], target[1])
            again = Registration(hook[0], hook[1], placed, one.sort, is_certain)
            if target != one.target or hook[0] is not one.hook:
                yield again


def _passed(
    asked: Questions, function: Scope, found: Found, node: ast.expr | Definition, scope: Scope
) -> tuple[ast.expr | Definition, Scope] | None:
    """What a call passes for a name that is a parameter of the function; any other expression unchanged."""
    mine = [
        one for one in (asked.bound(node, scope) if isinstance(node, ast.Name) else ()) if isinstance(one, Parameter)
    ]
    if not mine or mine[0].scope is not function:
        return node, scope
    called, name = found.called, mine[0].argument.arg
    names = [one.arg for one in names_of(mine[0].function)]
    if found.is_bound and names[:1] == [name]:
        callee = called.callee
        return (callee.value, called.scope) if isinstance(callee, ast.Attribute) else None
    names = names[found.is_bound :]
    if called.call is None:
        known = isinstance(called.definition, Definition) and names[:1] == [name]
        return (called.definition, called.scope) if known else None  # type: ignore[return-value]
    for keyword in called.call.keywords:
        if keyword.arg == name:
            return keyword.value, called.scope
    index = names.index(name) if name in names else len(called.call.args)
    given = called.call.args[: index + 1]
    if index < len(called.call.args) and not any(isinstance(one, ast.Starred) for one in given):
        return called.call.args[index], called.scope
    return None if mine[0].default is None or function.parent is None else (mine[0].default, function.parent)
