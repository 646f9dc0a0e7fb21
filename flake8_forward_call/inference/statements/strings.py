"""Names that are given as strings, as far as their own scope shows them."""

from __future__ import annotations

import ast

from flake8_forward_call.inference.syntax.bindings import Assigned
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.scopes import Scope
from flake8_forward_call.inference.syntax.states import untested


def may_end_up_as(key: ast.expr, scope: Scope, name: str) -> bool:
    """The same, as far as the scope alone shows."""
    first, last = ends_of(key, scope)
    return name.startswith(first) and name.endswith(last)


def ends_of(key: ast.expr, scope: Scope) -> tuple[str, str]:
    """The known beginning and end of a string that an expression puts together, as far as its scope shows."""
    for one in untested(flow_of(scope).uses.get(id(key), ())):
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
