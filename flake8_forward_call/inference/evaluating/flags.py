"""What a call returns if its constant arguments decide which ``return`` is reached."""

from __future__ import annotations

import ast

from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.statements import branches
from flake8_forward_call.inference.syntax.bindings import Parameter
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.scopes import Scope, names_of
from flake8_forward_call.inference.types import (
    NONE,
    UNKNOWN,
    ClassObject,
    Function,
    Instance,
    Many,
    Mapping,
    Slot,
    Tuple,
    Type,
    alternatives,
    union,
)

# How many functions deep a flag is followed that one passes on to the next.
MAX_PASSED_ON = 4


def returned(asked: Questions, function: Function, call: ast.Call, scope: Scope) -> Type | None:
    """What the function returns to a call; None if the arguments do not narrow it down."""
    return _returned(asked, function, _known(asked, function, call, scope, {}), 0)


def _returned(asked: Questions, function: Function, known: branches.Known, depth: int) -> Type | None:
    inner = function.scope
    node = inner.node
    if not known or depth > MAX_PASSED_ON or not isinstance(node, ast.FunctionDef) or flow_of(inner).yielded:
        return None
    ways = branches.ways(node, known)
    values = [one.value for one in ways.returns]
    passed_on = any(isinstance(one, (ast.Call, ast.IfExp)) for one in values)
    if (
        len(values) == len(flow_of(inner).returned)
        and ways.falls_through == flow_of(inner).falls_through
        and not passed_on
    ):
        return None
    key = ("returned to", inner, *((name, repr(value)) for name, value in known.items()))
    ended = [NONE] if ways.falls_through else []
    kinds = asked.once(key, lambda: union([*(_value(asked, one, function, known, depth) for one in values), *ended]))
    return None if UNKNOWN in alternatives(kinds) else kinds


def _value(asked: Questions, node: ast.expr | None, function: Function, known: branches.Known, depth: int) -> Type:
    """The type of what is returned; a flag that is passed on in a call decides there, too."""
    scope = function.scope
    if node is None:
        return NONE
    if isinstance(node, ast.IfExp):
        holds = branches.truth(node.test, known)
        ways = [node.body] if holds else [node.orelse] if holds is False else [node.body, node.orelse]
        return union(_value(asked, one, function, known, depth) for one in ways)
    if isinstance(node, ast.Call):
        callees = alternatives(asked.expression(node.func, scope))
        if len(callees) == 1 and isinstance(callees[0], Function):
            callee = callees[0]
            found = _returned(asked, callee, _known(asked, callee, node, scope, known), depth + 1)
            if found is not None:
                return asked.for_call(callee, found, node, scope)
    return asked.expression(node, scope)


def _known(
    asked: Questions, function: Function, call: ast.Call, scope: Scope, around: branches.Known
) -> dict[str, object]:
    """The parameters that decide what is returned and whose values in a call are known."""
    inner = function.scope
    node = inner.node
    names = inner.deciding
    if not names or not isinstance(node, ast.FunctionDef):
        return {}
    own = names_of(node)[1:] if function.owner is not None else names_of(node)
    positional = [one.arg for one in (*node.args.posonlyargs, *node.args.args)][function.owner is not None :]
    given: dict[str, ast.expr] = {}
    for name, argument in zip(positional, call.args, strict=False):
        if isinstance(argument, ast.Starred):
            return {}
        given[name] = argument
    if any(isinstance(one, ast.Starred) for one in call.args):
        return {}
    given.update((one.arg, one.value) for one in call.keywords if one.arg is not None)
    is_complete = all(one.arg is not None for one in call.keywords)
    known: dict[str, object] = {}
    set_inside = {name for one in inner.inward() for name in one.declared_outer}
    for name in names:
        bound = list(flow_of(inner).bound.get(name, ()))
        if name in set_inside:
            continue  # A nested function may set it.
        if len(bound) != 1 or not isinstance(bound[0], Parameter) or all(one.arg != name for one in own):
            continue  # The function sets it, so that its value at a test is another one.
        if name in given:
            found = branches.value(given[name], around)
            if not branches.is_known(found) and _is_something(asked, given[name], scope):
                kinds = alternatives(asked.expression(given[name], scope))
                is_module = all(map(asked.hierarchy.is_module, kinds))
                found = branches.Given.MODULE if is_module else branches.Given.NOT_NONE
        elif is_complete and bound[0].default is not None and asked.keeps_defaults(inner):
            found = branches.value(bound[0].default, {})
        else:
            continue
        if branches.is_known(found):
            known[name] = found
    return known


def _is_something(asked: Questions, node: ast.expr, scope: Scope) -> bool:
    """Whether the value of an expression is certainly not None."""
    kinds = alternatives(asked.expression(node, scope))
    return bool(kinds) and all(
        isinstance(one, (Instance, ClassObject, Function, Many, Mapping, Tuple))
        or (isinstance(one, Slot) and one.bound != UNKNOWN and isinstance(one.bound, (Instance, ClassObject)))
        for one in kinds
    )
