"""Names that are given as strings: which ones ``getattr(x, key)`` and ``setattr(x, key, value)`` may mean."""

from __future__ import annotations

import ast

from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.statements.strings import ends_of, may_end_up_as
from flake8_forward_call.inference.syntax.bindings import Assigned, Iterated, Parameter, Step
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.scopes import Scope, root_of
from flake8_forward_call.inference.syntax.states import untested

# How many times a name is followed from a function to its callers.
_MAX_DEPTH = 3


def may_be(asked: Questions, key: ast.expr, scope: Scope, name: str) -> bool:
    """Whether the value of an expression can be the name, as far as the source shows."""
    texts = _texts(asked, key, scope, 0)
    if texts is not None:
        return name in texts
    return may_end_up_as(key, scope, name)


def texts_of(asked: Questions, key: ast.expr, scope: Scope) -> set[str] | None:
    """All strings that an expression can evaluate to; None if they are not known."""
    return _texts(asked, key, scope, 0)


def may_mean_the_same(key: ast.expr, scope: Scope, other: ast.expr, other_scope: Scope) -> bool:
    """Whether two expressions can have the same string as their value, as far as their scopes show."""
    first, last = ends_of(key, scope)
    other_first, other_last = ends_of(other, other_scope)
    return (first.startswith(other_first) or other_first.startswith(first)) and (
        last.endswith(other_last) or other_last.endswith(last)
    )


def _texts(asked: Questions, key: ast.expr, scope: Scope, depth: int) -> set[str] | None:
    """All strings that an expression can evaluate to; None if they are not known."""
    match key:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.Name(id=name):
            bindings = list(untested(flow_of(scope).uses.get(id(key), ())))
            if not bindings:  # A constant of the module.
                bindings = list(untested(tuple(flow_of(root_of(scope.file)).bound.get(name, ()))))
            found: set[str] = set()
            for one in bindings:
                texts = _bound_to(asked, one, name, depth)
                if texts is None:
                    return None
                found |= texts
            return found if bindings else None
        case _:
            return None


def _bound_to(asked: Questions, binding: object, name: str, depth: int) -> set[str] | None:
    match binding:
        case Assigned(value=value, path=(), scope=scope):
            return _texts(asked, value, scope, depth)
        case Iterated(iterable=ast.List(elts=elements) | ast.Tuple(elts=elements), path=path):
            firsts = [_item(one, path) for one in elements]
            texts = {one.value for one in firsts if isinstance(one, ast.Constant) and isinstance(one.value, str)}
            return texts if len(path) < 2 and all(isinstance(one, ast.Constant) for one in firsts) else None
        case Parameter(kind="plain", function=ast.FunctionDef() as function, scope=scope) if depth < _MAX_DEPTH:
            return _passed(asked, function, scope, name, depth)
        case _:
            return None


def _item(node: ast.expr, path: tuple[Step, ...]) -> ast.expr:
    """The part of a literal element that a target of a loop gets."""
    return node.elts[path[0].index] if path and isinstance(node, ast.Tuple) and path[0].index < len(node.elts) else node


def _passed(asked: Questions, function: ast.FunctionDef, scope: Scope, name: str, depth: int) -> set[str] | None:
    """The strings that callers pass for a parameter; None if one may pass something else."""
    names = [one.arg for one in (*function.args.posonlyargs, *function.args.args)]
    search = asked.calls_of(function, scope)
    found: set[str] = set()
    for one in search.calls():
        call = one.called.call
        index = names.index(name) - one.is_bound if name in names else -1
        if call is None or any(isinstance(each, ast.Starred) for each in call.args):
            return None
        given = [each.value for each in call.keywords if each.arg == name]
        given += call.args[index : index + 1] if index >= 0 else []
        texts = _texts(asked, given[0], one.called.scope, depth + 1) if given else None
        if texts is None:
            return None
        found |= texts
    return None if search.is_handed_on or not found else found
