"""Whether the code chooses between calling a module and calling its ``forward`` with the same arguments."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from flake8_forward_call.inference.syntax.references import last_name
from flake8_forward_call.inference.syntax.scopes import Scope
from flake8_forward_call.sources.trees import signature

# Functions that test the kind of an object.
_ASKING = frozenset({"isinstance", "issubclass", "hasattr", "callable", "type"})

_EXITS = (ast.Return, ast.Raise, ast.Continue, ast.Break)

# `except*` exists since Python 3.11.
_TRIES: tuple[type[ast.Try], ...] = (ast.Try, getattr(ast, "TryStar", ast.Try))


# The callee and the arguments of a call as text. Twins have the same key.
_Key: TypeAlias = tuple[str, tuple[str, ...], tuple[str, ...]]

# The kind of the callee, its last name and the number of arguments, which are cheaper to compare.
_Rough: TypeAlias = tuple[type[ast.expr], str | None, int]


def is_one_of_two(call: ast.Call, receiver: ast.expr, scope: Scope) -> bool:
    """Whether a call of ``forward`` has a twin: the call of the module itself, in another branch of the same choice."""
    home = next((one for one in scope.outward() if one.parent is None or one.parent.parent is None), scope)
    return choices_in(home if home.is_function else scope).has_twin(call, receiver)


@dataclass(slots=True)
class _Marks:
    """The locations of the twins of some calls.

    ``nodes`` are the ids of the twins and of all nodes above them. By the id of a block, ``blocks`` has the index of
    its last statement with a twin, and ``endings`` that of its first statement with a twin in a branch that ends early.
    """

    nodes: set[int] = field(default_factory=set)
    blocks: dict[int, int] = field(default_factory=dict)
    endings: dict[int, int] = field(default_factory=dict)


class Choices:
    """The choices in a scope and its nested scopes. Answers that many calls need are computed once."""

    def __init__(self, scope: Scope) -> None:
        self._top = scope.node
        self._calls: dict[_Rough, list[ast.Call]] = {}
        for part in scope.inward():
            for call in part.calls:
                self._calls.setdefault(_rough(call.func, call), []).append(call)
        self._keys: dict[int, _Key] = {}
        self._marks: dict[_Key, _Marks] = {}
        self._above: dict[int, ast.AST] = {}
        self._places: dict[int, tuple[list[ast.stmt], int]] = {}  # The block of a statement, and its index there.
        self._asking: dict[str, set[int]] = {}  # By expression: the branches that separate the kinds of its values.

    def has_twin(self, call: ast.Call, receiver: ast.expr) -> bool:
        """Whether the receiver itself is called with the same arguments, as an alternative to a call."""
        rivals = self._calls.get(_rough(receiver, call))
        if rivals is None:
            return False
        key = _key(receiver, call)
        if key not in self._marks:
            self._marks[key] = self._marked([one for one in rivals if self._key_of(one) == key], key[0])
        marks = self._marks[key]
        return bool(marks.nodes) and self._is_on_another_way(call, marks, self._asking.get(key[0], set()))

    def _key_of(self, call: ast.Call) -> _Key:
        if id(call) not in self._keys:
            self._keys[id(call)] = _key(call.func, call)
        return self._keys[id(call)]

    def _marked(self, twins: list[ast.Call], receiver: str) -> _Marks:
        marks = _Marks()
        if twins and not self._above:
            self._learn()
        passed_over = self._asking.get(receiver, set())
        statements: list[ast.AST] = []
        for twin in twins:
            node: ast.AST | None = twin
            while node is not None and id(node) not in marks.nodes:
                marks.nodes.add(id(node))
                if id(node) in self._places:
                    block, at = self._places[id(node)]
                    marks.blocks[id(block)] = max(at, marks.blocks.get(id(block), -1))
                    statements.append(node)
                node = self._above.get(id(node))
        for one in statements:
            if id(one) not in passed_over and any(
                _ends(branch) and id(branch) in marks.blocks for branch in _branches(one)
            ):
                block, at = self._places[id(one)]
                marks.endings[id(block)] = min(at, marks.endings.get(id(block), at))
        return marks

    def _learn(self) -> None:
        """Record the parent of each node, and which branches test the kind of a value."""
        todo: list[ast.AST] = [self._top]
        while todo:
            node = todo.pop()
            for block in _blocks(node):
                self._places.update((id(one), (block, index)) for index, one in enumerate(block))
            for asked in _asked_for_its_kind(node):
                self._asking.setdefault(signature(asked), set()).add(id(node))
            for child in ast.iter_child_nodes(node):
                self._above[id(child)] = node
                todo.append(child)

    def _is_on_another_way(self, call: ast.Call, marks: _Marks, passed_over: set[int]) -> bool:
        """Whether one of the marked nodes runs instead of the call: in another branch, or after an early end.

        The branches of nodes whose ids are in ``passed_over`` do not count.
        """
        below: ast.AST | None = None
        child: ast.AST = call
        while (node := self._above.get(id(child))) is not None:
            if id(node) not in passed_over and self._is_beside(node, child, marks):
                return True
            if id(child) in self._places:
                block, at = self._places[id(child)]
                # A branch that ends skips the rest of the block, so the rest only runs if it was not taken.
                if marks.endings.get(id(block), at) < at:
                    return True
                branches = [] if id(child) in passed_over else _branches(child)
                if marks.blocks.get(id(block), -1) > at and any(
                    _ends(one) and self._leads_into(one, below) for one in branches
                ):
                    return True
            below, child = child, node
        return False

    def _is_beside(self, node: ast.AST, child: ast.AST, marks: _Marks) -> bool:
        """Whether a marked branch of a node is taken instead of the branch with the child."""
        if isinstance(node, ast.IfExp):
            return child is not node.test and id(node.orelse if child is node.body else node.body) in marks.nodes
        block = self._places.get(id(child), (None, 0))[0]
        if isinstance(node, _TRIES) and (block is node.body or block is node.orelse):
            return any(id(one) in marks.nodes for one in node.handlers)
        branches = _branches(node)
        return any(self._leads_into(one, child) for one in branches) and any(
            id(one) in marks.blocks for one in branches if not self._leads_into(one, child)
        )

    def _leads_into(self, branch: list[ast.stmt], child: ast.AST | None) -> bool:
        """Whether a node is in a branch, or is the handler or case whose body is the branch."""
        return self._places.get(id(child), (None, 0))[0] is branch or getattr(child, "body", None) is branch


def choices_in(scope: Scope) -> Choices:
    """The choices between calls in a scope and in its nested scopes."""
    found: Choices | None = scope.readings.get(Choices)
    if found is None:
        found = scope.readings[Choices] = Choices(scope)
    return found


def _rough(callee: ast.expr, call: ast.Call) -> _Rough:
    """The kind of a callee, its name if it has one, and the number of arguments of a call."""
    name = callee.attr if isinstance(callee, ast.Attribute) else getattr(callee, "id", None)
    return type(callee), name, len(call.args)


def _key(callee: ast.expr, call: ast.Call) -> _Key:
    """The callee and the arguments of a call, with keywords in any order."""
    return signature(callee), tuple(map(signature, call.args)), tuple(sorted(map(signature, call.keywords)))


def _asked_for_its_kind(node: ast.AST) -> Iterator[ast.expr]:
    """Yield the values whose kind separates a node's branches, so that each branch calls another kind."""
    match node:
        case ast.If(test=test) | ast.IfExp(test=test):
            for one in ast.walk(test):
                if isinstance(one, ast.Call) and one.args and last_name(one.func) in _ASKING:
                    yield one.args[0]
        case ast.Match(subject=subject):
            yield subject


def _branches(node: ast.AST) -> list[list[ast.stmt]]:
    """The alternative blocks of a statement. The body of a `try` is one of them."""
    match node:
        case ast.If(body=body, orelse=orelse):
            return [body, orelse]
        case ast.Match(cases=cases):
            return [one.body for one in cases]
        case ast.Try(body=body, handlers=handlers):
            return [body, *(one.body for one in handlers)]
        case _:
            return []


def _ends(branch: Sequence[ast.AST]) -> bool:
    return bool(branch) and isinstance(branch[-1], _EXITS)


def _blocks(node: ast.AST) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        block = getattr(node, name, None)
        if isinstance(block, list):
            yield block
