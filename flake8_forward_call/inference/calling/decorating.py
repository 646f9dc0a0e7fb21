"""The effect of a decorator on a call: whether the decorator's result reaches the decorated function."""

from __future__ import annotations

import ast

from flake8_forward_call.inference.calling.delegation import delegation, of_wrapped
from flake8_forward_call.inference.calling.disturbing import changes_arguments, is_switch
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.bindings import Parameter
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.scopes import Scope, scopes_of
from flake8_forward_call.inference.syntax.states import untested
from flake8_forward_call.inference.types import Function, alternatives
from flake8_forward_call.inference.verdicts.verdict import Sameness, worst

# Packages whose decorators only mark a function, and the decorators of `functools` and `torch` that do only that.
_MARKING = frozenset({"abc", "typing", "typing_extensions", "warnings", "beartype", "jaxtyping"})
_MARKS = frozenset(
    {
        "functools.wraps",
        "functools.update_wrapper",
        "torch.jit.export",
        "torch.jit.ignore",
        "torch.jit.unused",
    }
)


def effect(asked: Questions, decorator: ast.expr, scope: Scope) -> Sameness:
    """SAME if the decorator's result calls the function with the same arguments; PERHAPS if that is not known."""
    name = asked.dotted(decorator, scope)
    if name is not None and (name.partition(".")[0] in _MARKING or name in _MARKS):
        return Sameness.SAME
    made_by_call = isinstance(decorator, ast.Call)
    callee = decorator.func if isinstance(decorator, ast.Call) else decorator
    found = [
        _of_maker(asked, kind.scope) if made_by_call else _of_function(asked, kind.scope)
        for kind in alternatives(asked.expression(callee, scope))
        if isinstance(kind, Function)
    ]
    return worst(*found) if found else Sameness.PERHAPS


def _of_maker(asked: Questions, maker: Scope) -> Sameness:
    """The effect of the decorator that a function creates and returns."""
    made = [_returned_function(one.value, maker) for one in flow_of(maker).returned.values()]
    if not made or None in made:
        return Sameness.PERHAPS
    return worst(*(_of_function(asked, one) for one in made if one is not None))


def _of_function(asked: Questions, decorator: Scope) -> Sameness:
    """The effect of a decorator that is a function: it returns its argument or a wrapper of it."""
    own = decorator.positional[:1]
    returned = [one.value for one in flow_of(decorator).returned.values()]
    if not own or not returned or getattr(flow_of(decorator), "falls_through", True):
        return Sameness.PERHAPS
    return worst(*(_of_result(asked, one, own[0], decorator) for one in returned))


def _of_result(asked: Questions, value: ast.expr | None, wrapped: str, decorator: Scope) -> Sameness:
    if isinstance(value, ast.Name) and value.id == wrapped:
        reached = list(untested(flow_of(decorator).uses.get(id(value), ())))
        return Sameness.SAME if all(isinstance(one, Parameter) for one in reached) else Sameness.PERHAPS
    wrapper = _returned_function(value, decorator)
    if wrapper is None:
        return Sameness.PERHAPS
    if wrapped not in wrapper.names_read:
        return Sameness.DIFFERENT
    if any(isinstance(one, (ast.Name, ast.Attribute)) and is_switch(one) for one in ast.walk(wrapper.node)):
        return Sameness.PERHAPS
    bound = bool(wrapper.positional)
    given = delegation(wrapper.node, wrapper, of_wrapped(wrapped, bound=bound), bound=bound)  # type: ignore[arg-type]
    return Sameness.SAME if given is Sameness.SAME and not changes_arguments(asked, wrapper) else Sameness.PERHAPS


def _returned_function(value: ast.expr | None, scope: Scope) -> Scope | None:
    """The returned function if it is a lambda or a name that is defined in the returning scope, else None."""
    opened = scopes_of(scope.file).opened
    if isinstance(value, ast.Lambda):
        return opened[id(value)]
    if isinstance(value, ast.Name):
        found = [one for one in scope.children if getattr(one.node, "name", None) == value.id and one.is_function]
        return found[0] if len(found) == 1 else None
    return None
