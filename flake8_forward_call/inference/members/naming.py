"""Names that are given as strings: which ones ``getattr(x, key)`` and ``setattr(x, key, value)`` may mean."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from flake8_forward_call.inference.syntax.bindings import Assigned, Iterated, Parameter, Step
from flake8_forward_call.inference.syntax.states import untested

if TYPE_CHECKING:
    from flake8_forward_call.inference.evaluating.evaluate import Evaluator
    from flake8_forward_call.inference.syntax.scopes import Scope

# How many times a name is followed from a function to its callers.
_MAX_DEPTH = 3


def may_be(ev: Evaluator, key: ast.expr, scope: Scope, name: str) -> bool:
    """Whether the value of an expression can be the name, as far as the source shows."""
    texts = _texts(ev, key, scope, 0)
    if texts is not None:
        return name in texts
    return may_end_up_as(key, scope, name)


def texts_of(ev: Evaluator, key: ast.expr, scope: Scope) -> set[str] | None:
    """All strings that an expression can evaluate to; None if they are not known."""
    return _texts(ev, key, scope, 0)


def may_end_up_as(key: ast.expr, scope: Scope, name: str) -> bool:
    """The same, as far as the scope alone shows."""
    first, last = _ends_of(key, scope)
    return name.startswith(first) and name.endswith(last)


def may_mean_the_same(key: ast.expr, scope: Scope, other: ast.expr, other_scope: Scope) -> bool:
    """Whether two expressions can have the same string as their value, as far as their scopes show."""
    first, last = _ends_of(key, scope)
    other_first, other_last = _ends_of(other, other_scope)
    return (first.startswith(other_first) or other_first.startswith(first)) and (
        last.endswith(other_last) or other_last.endswith(last)
    )


def _ends_of(key: ast.expr, scope: Scope) -> tuple[str, str]:
    for one in untested(scope.flow.uses.get(id(key), ())):
        if isinstance(one, Assigned) and not one.path:
            key = one.value
    return _ends(key)


def _ends(key: ast.expr) -> tuple[str, str]:
    """The known beginning and end of a string that an expression puts together."""
    match key:
        case ast.Constant(value=str(text)):
            return text, text
        case ast.JoinedStr(values=[*parts]) if parts:
            return _ends(parts[0])[0], _ends(parts[-1])[1]
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _ends(left)[0], _ends(right)[1]
        case ast.BinOp(left=ast.Constant(value=str(text)), op=ast.Mod()):
            return text.partition("%")[0], ""
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(text)), attr="format")):
            return text.partition("{")[0], text.rpartition("}")[2]
        case _:
            return "", ""


def _texts(ev: Evaluator, key: ast.expr, scope: Scope, depth: int) -> set[str] | None:
    """All strings that an expression can evaluate to; None if they are not known."""
    match key:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.Name(id=name):
            bindings = list(untested(scope.flow.uses.get(id(key), ())))
            if not bindings:  # A constant of the module.
                bindings = list(untested(tuple(scope.file.root.flow.bound.get(name, ()))))
            found: set[str] = set()
            for one in bindings:
                texts = _bound_to(ev, one, name, depth)
                if texts is None:
                    return None
                found |= texts
            return found if bindings else None
        case _:
            return None


def _bound_to(ev: Evaluator, binding: object, name: str, depth: int) -> set[str] | None:
    match binding:
        case Assigned(value=value, path=(), scope=scope):
            return _texts(ev, value, scope, depth)
        case Iterated(iterable=ast.List(elts=elements) | ast.Tuple(elts=elements), path=path):
            firsts = [_item(one, path) for one in elements]
            texts = {one.value for one in firsts if isinstance(one, ast.Constant) and isinstance(one.value, str)}
            return texts if len(path) < 2 and all(isinstance(one, ast.Constant) for one in firsts) else None
        case Parameter(kind="plain", function=ast.FunctionDef() as function, scope=scope) if depth < _MAX_DEPTH:
            return _passed(ev, function, scope, name, depth)
        case _:
            return None


def _item(node: ast.expr, path: tuple[Step, ...]) -> ast.expr:
    """The part of a literal element that a target of a loop gets."""
    return node.elts[path[0].index] if path and isinstance(node, ast.Tuple) and path[0].index < len(node.elts) else node


def _passed(ev: Evaluator, function: ast.FunctionDef, scope: Scope, name: str, depth: int) -> set[str] | None:
    """The strings that callers pass for a parameter; None if one may pass something else."""
    from flake8_forward_call.inference.usage.search import Search

    names = [one.arg for one in (*function.args.posonlyargs, *function.args.args)]
    search = Search(ev, function, scope)
    found: set[str] = set()
    for one in search.calls():
        call = one.called.call
        index = names.index(name) - one.is_bound if name in names else -1
        if call is None or any(isinstance(each, ast.Starred) for each in call.args):
            return None
        given = [each.value for each in call.keywords if each.arg == name]
        given += call.args[index : index + 1] if index >= 0 else []
        texts = _texts(ev, given[0], one.called.scope, depth + 1) if given else None
        if texts is None:
            return None
        found |= texts
    return None if search.is_handed_on or not found else found
