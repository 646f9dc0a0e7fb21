"""All clues about one receiver. What a docstring says goes before the others, whatever it says."""

from __future__ import annotations

import ast

from flake8_forward_call.inference.clues import frameworks, keywords, uses
from flake8_forward_call.inference.clues.believing import Believing
from flake8_forward_call.inference.clues.clue import Told
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.scopes import Scope
from flake8_forward_call.inference.types import Type

# What gives a proxy for an object in another process: docs.pytorch.org/docs/stable/rpc.html
_REMOTE = frozenset({"rpc_sync", "rpc_async", "remote"})


def weigh(asked: Questions, call: ast.Call, receiver: ast.expr, scope: Scope, kind: Type) -> Told | None:
    """What clues say about the receiver of a call, if nothing proves or refutes that it is a module.

    ``kind`` is its type before callers are asked. None if there are no clues. Raises OutOfBudget.
    """
    if _is_on_class(call, receiver, scope) or _is_remote(receiver):
        return None
    if not frameworks.is_for_torch(asked, scope.file):
        return None
    told = _by_docstrings(asked, receiver, scope)
    return told or uses.told(asked, receiver, scope, kind) or keywords.told(asked, call, scope)


def _by_docstrings(asked: Questions, receiver: ast.expr, scope: Scope) -> Told | None:

    return Believing(asked.project).told(receiver, scope)


def _is_on_class(call: ast.Call, receiver: ast.expr, scope: Scope) -> bool:
    """Whether the receiver is probably a class: the call passes the instance itself."""
    match receiver:
        case ast.Call(func=ast.Name(id="type" | "super")) | ast.Attribute(attr="__class__" | "__base__"):
            return True
    method = next((one for one in scope.outward() if one.enclosing_class is not None), None)
    own = None if method is None else next(iter(method.positional), None)
    match call.args[:1]:
        case [ast.Name(id=name)]:
            return name == own
        case _:
            return False


def _is_remote(receiver: ast.expr) -> bool:
    return any(isinstance(one, ast.Attribute) and one.attr in _REMOTE for one in ast.walk(receiver))
