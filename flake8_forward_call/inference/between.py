"""Which call between a proof and the use of what was proven may run code that undoes it."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from flake8_forward_call.inference import attributes
from flake8_forward_call.inference.bindings import AnyBinding, Assigned, Narrowed
from flake8_forward_call.inference.hierarchy import SourceClass
from flake8_forward_call.inference.holders import Holder, classes_of
from flake8_forward_call.inference.references import last_name
from flake8_forward_call.inference.types import ClassObject, Function, Instance, Slot, Unknown, alternatives

if TYPE_CHECKING:
    from flake8_forward_call.inference.evaluate import Evaluator
    from flake8_forward_call.inference.scopes import Scope

# From a call to what it calls: code that undoes what was just set does it in a helper or two.
MAX_DEPTH = 4

# More functions than this are not looked through.
MAX_FUNCTIONS = 100

# What runs when a class is called or its instance entered by `with`, and when an instance is called.
_MAKING = ("__init__", "__new__", "__post_init__", "__enter__", "__aenter__")
_CALLING = ("__call__", "forward")


def leading_to(ev: Evaluator, held: Holder, swaps: Collection[Scope]) -> ast.Call | None:
    """The first call between the proof of a holder and its use that may run one of some scopes; None if none does."""
    if not swaps:
        return None
    search = _Search(ev, swaps)
    return next((call for call in _calls_between(held) if search.leads_there(call, held.scope, 0)), None)


def _calls_between(held: Holder) -> Iterator[ast.Call]:
    start = min(map(_end_of, held.proof))
    use = _start(held.node)
    spans = [(start, use)]
    for node in ast.walk(held.scope.node):
        if isinstance(node, (ast.For, ast.AsyncFor, ast.While)) and _start(node) <= use <= _end(node):
            body = (_start(node.test) if isinstance(node, ast.While) else _end(node.iter), _end(node))
            if start < body[0]:  # What comes after the use in a loop comes before it in the next round.
                spans.append(body)
    for call in held.scope.calls[::-1]:
        if any(first < _end(call) and _start(call) >= first and _end(call) <= last for first, last in spans):
            yield call


def _end_of(proof: AnyBinding) -> tuple[int, int]:
    """Where the proof is complete: behind the value that is assigned, or the test."""
    if isinstance(proof, Narrowed):
        return _end(proof.test.node)
    return _end(proof.value if isinstance(proof, Assigned) else proof.node)


def _start(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)


def _end(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "end_lineno", 0), getattr(node, "end_col_offset", 0)


class _Search:
    def __init__(self, ev: Evaluator, swaps: Collection[Scope]) -> None:
        self._ev = ev
        self._swaps = {id(outer) for one in swaps for outer in one.outward() if outer.is_function}
        self._names = {getattr(one.node, "name", "") for one in swaps}
        self._seen: set[int] = set()

    def leads_there(self, call: ast.Call, scope: Scope, depth: int) -> bool:
        """Whether a call may run one of the scopes, itself or by what it is handed."""
        kinds = alternatives(self._ev.expression(call.func, scope))
        if any(isinstance(one, (Unknown, Slot)) for one in kinds) and last_name(call.func) in self._names:
            return True
        handed = [one for one in call.args if isinstance(one, (ast.Name, ast.Attribute, ast.Lambda))]
        for one in handed:
            kinds += tuple(each for each in alternatives(self._ev.expression(one, scope)) if isinstance(each, Function))
        return any(self._runs_there(inner, depth + 1) for kind in kinds for inner in self._run_by(kind))

    def _run_by(self, kind: object) -> Iterator[Scope]:
        match kind:
            case Function(scope=inner):
                yield inner
            case ClassObject() | Instance() | Slot():
                names = _MAKING if isinstance(kind, ClassObject) else _CALLING
                for cls, _ in classes_of(kind):
                    for one in self._ev.hierarchy.order(cls):
                        for name in names if isinstance(one, SourceClass) else ():
                            method = attributes.first_method(one, name)  # type: ignore[arg-type]
                            if method is not None:
                                yield method

    def _runs_there(self, scope: Scope, depth: int) -> bool:
        if id(scope) in self._swaps:
            return True
        if depth > MAX_DEPTH or id(scope) in self._seen or len(self._seen) > MAX_FUNCTIONS:
            return False
        self._seen.add(id(scope))
        self._ev.refill()
        return any(self.leads_there(call, inner, depth) for inner in scope.inward() for call in inner.calls)
