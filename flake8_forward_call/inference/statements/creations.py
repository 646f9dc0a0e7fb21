"""Calls that create a class: ``type(name, bases, body)``."""

from __future__ import annotations

import ast

from flake8_forward_call.inference.syntax.references import last_name

# Functions that create a class from a name and a tuple of bases, and the position of what its body would have. For
# `types.new_class`, that is a function that fills in the body.
_MAKERS = {"type": 2, "new_class": 3}

_BODIES = ("dict", "exec_body")


def creates_class(call: ast.Call) -> bool:
    """Whether a call creates a class, and does not only ask for the class of a value."""
    return last_name(call.func) in _MAKERS and len(call.args) > 1


def given(creation: ast.Call, name: str) -> ast.expr | None:
    """The expression that a created class certainly gets under a name; None if it gets none.

    If its body is not a display, so that it is unknown what the class gets, the expression of the body.
    """
    at = _MAKERS.get(last_name(creation.func) or "", 0)
    by_name = (one.value for one in creation.keywords if one.arg in _BODIES)
    body = creation.args[at] if len(creation.args) > at else next(by_name, None)
    match body:
        case None | ast.Call(func=ast.Name(id="dict"), args=[], keywords=[]):
            return None
        case ast.Call(func=ast.Name(id="dict"), args=[], keywords=named) if all(one.arg for one in named):
            return next((one.value for one in named if one.arg == name), None)
        case ast.Dict(keys=keys, values=values) if all(isinstance(one, ast.Constant) for one in keys):
            pairs = zip(keys, values, strict=True)
            return next((value for key, value in pairs if isinstance(key, ast.Constant) and key.value == name), None)
        case _:
            return body
