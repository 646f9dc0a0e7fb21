"""Which call between a proof and the use of the proven value may run code that invalidates the proof."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from typing import TypeAlias

from flake8_forward_call.inference.classes import bodies
from flake8_forward_call.inference.definitions import SourceClass
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.swapping.holders import Holder, classes_of
from flake8_forward_call.inference.syntax.bindings import AnyBinding, Assigned, Narrowed
from flake8_forward_call.inference.syntax.references import last_name
from flake8_forward_call.inference.syntax.scopes import Scope
from flake8_forward_call.inference.types import ClassObject, Function, Instance, Slot, Unknown, alternatives

# From a call to what it calls: real code that replaces a value just set does so in one or two helpers.
MAX_DEPTH = 4

# The search stops when it has visited more functions than this.
MAX_FUNCTIONS = 100

_Position: TypeAlias = tuple[int, int]

# The methods that run when a class is called or its instance entered by `with`, and when an instance is called.
_MAKING = ("__init__", "__new__", "__post_init__", "__enter__", "__aenter__")
_CALLING = ("__call__", "forward")


def leading_to(asked: Questions, held: Holder, swaps: Collection[Scope]) -> ast.expr | None:
    """The first call or property between a holder's proof and its use that may run one of ``swaps``, or None."""
    if not swaps:
        return None
    search = _Search(asked, swaps)
    spans = _spans(held)
    for node in ast.walk(held.scope.node):
        if isinstance(node, ast.expr) and any(first <= _start(node) and _end(node) <= last for first, last in spans):
            if isinstance(node, ast.Call) and search.leads_there(node, held.scope, 0):
                return node
            if isinstance(node, ast.Attribute) and node.attr in search.properties:
                return node
    return None


def is_between(held: Holder, node: ast.AST) -> bool:
    """Whether a node of the scope runs between the proof of a holder and its use."""
    return any(first <= _start(node) and _end(node) <= last for first, last in _spans(held))


def _spans(held: Holder) -> list[tuple[_Position, _Position]]:
    """The ranges of code that run between the proof of a holder and its use."""
    start = min(map(_end_of, held.proof))
    use = _start(held.node)
    spans = [(start, use)]
    for node in ast.walk(held.scope.node):
        if isinstance(node, (ast.For, ast.AsyncFor, ast.While)) and _start(node) <= use <= _end(node):
            body = (_start(node.test) if isinstance(node, ast.While) else _end(node.iter), _end(node))
            if start < body[0]:  # In a loop, code after the use runs before the use of the next iteration.
                spans.append(body)
    return spans


def _end_of(proof: AnyBinding) -> _Position:
    """Where the proof is complete: after the assigned value, or after the test."""
    if isinstance(proof, Narrowed):
        return _end(proof.test.node)
    return _end(proof.value if isinstance(proof, Assigned) else proof.node)


def _start(node: ast.AST) -> _Position:
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)


def _end(node: ast.AST) -> _Position:
    return getattr(node, "end_lineno", 0), getattr(node, "end_col_offset", 0)


def _is_property(asked: Questions, scope: Scope) -> bool:
    marks = [asked.dotted(one, scope.parent) for one in getattr(scope.node, "decorator_list", ())]
    return any(mark is not None and mark.endswith("property") for mark in marks)


class _Search:
    def __init__(self, asked: Questions, swaps: Collection[Scope]) -> None:
        self._asked = asked
        self._swaps = {id(outer) for one in swaps for outer in one.outward() if outer.is_function}
        self._names = {getattr(one.node, "name", "") for one in swaps}
        self._seen: set[int] = set()
        self.properties = {getattr(one.node, "name", "") for one in swaps if _is_property(asked, one)}

    def leads_there(self, call: ast.Call, scope: Scope, depth: int) -> bool:
        """Whether a call may run one of the scopes, directly or through a function that it is passed."""
        kinds = alternatives(self._asked.resolved(self._asked.expression(call.func, scope)))
        if any(isinstance(one, (Unknown, Slot)) for one in kinds) and last_name(call.func) in self._names:
            return True
        given = (*call.args, *(one.value for one in call.keywords))
        handed = [one for one in given if isinstance(one, (ast.Name, ast.Attribute, ast.Lambda))]
        for one in handed:
            kinds += tuple(
                each for each in alternatives(self._asked.expression(one, scope)) if isinstance(each, Function)
            )
        return any(self._runs_there(inner, depth + 1) for kind in kinds for inner in self._run_by(kind))

    def _run_by(self, kind: object) -> Iterator[Scope]:
        match kind:
            case Function(scope=inner):
                yield inner
            case ClassObject() | Instance() | Slot():
                names = _MAKING if isinstance(kind, ClassObject) else _CALLING
                for cls, _ in classes_of(kind):
                    for one in self._asked.hierarchy.order(cls):
                        for name in names if isinstance(one, SourceClass) else ():
                            method = bodies.first_method(one, name)  # type: ignore[arg-type]
                            if method is not None:
                                yield method

    def _runs_there(self, scope: Scope, depth: int) -> bool:
        if id(scope) in self._swaps:
            return True
        if depth > MAX_DEPTH or id(scope) in self._seen or len(self._seen) > MAX_FUNCTIONS:
            return False
        self._seen.add(id(scope))
        return any(self.leads_there(call, inner, depth) for inner in scope.inward() for call in inner.calls)
