"""What behaves like a module, without a proof that it is one."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from flake8_forward_call.inference import attributes
from flake8_forward_call.inference.types import Instance, alternatives
from flake8_forward_call.inference.verdict import Standing

if TYPE_CHECKING:
    from flake8_forward_call.inference.evaluate import Evaluator
    from flake8_forward_call.inference.hierarchy import SourceClass


def behaves_like_module(ev: Evaluator, cls: SourceClass) -> bool:
    """Whether a class with an unread base has a ``forward``, calls its parent's constructor and keeps modules."""
    if "__call__" in cls.scope.flow.exit or attributes.first_method(cls, "forward") is None:
        return False
    constructor = attributes.first_method(cls, "__init__")
    if constructor is None or not any(_is_parents_constructor(call) for call in constructor.calls):
        return False
    own = attributes.own_name(constructor)
    stored = [key.partition(".")[2] for key in constructor.flow.bound if own and key.startswith(f"{own}.")]
    return any(
        isinstance(one, Instance) and ev.hierarchy.standing(one.cls) is Standing.MODULE
        for name in stored
        for one in alternatives(attributes.attribute(ev, attributes.of_self(cls), name))
    )


def _is_parents_constructor(call: ast.Call) -> bool:
    match call.func:
        case ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr="__init__"):
            return True
        case _:
            return False
