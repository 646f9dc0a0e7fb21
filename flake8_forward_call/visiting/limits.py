"""Limits on what libcst parses, because its parser cannot be stopped and does not notice a full stack."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from flake8_forward_call.sources.source import Source
from flake8_forward_call.sources.trees import children
from flake8_forward_call.stack import LEVELS, has_room

# With a stack of 1 MB, the parser overflows at an attribute chain of 500 levels, which ends the process. So without a
# large stack it never gets more levels than this.
_DEEPEST = 400

# The time for a chain of calls, subscripts or sums grows with the third power of its length: three seconds for a chain
# of this length, more than a minute for one of 3,000. This is also the limit for a whole file.
_LONGEST = 1_000
_MOST = _LONGEST**3

# Chains up to this length take no time.
_SHORT = 100

# libcst's tree takes three to five thousand bytes for each node of Python's tree, so more than a gigabyte for this
# number: 40,000 calls in one function, or a list of 400,000 numbers.
_MOST_NODES = 400_000

# The nodes of strings with braces in Python's tree. Older Pythons have no template strings.
_STRINGS = frozenset({"JoinedStr", "TemplateStr"})


class Limits:
    """How much of one file libcst may still parse."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._deepest = LEVELS if has_room() else _DEEPEST
        self._spent = 0

    def allow(self, statements: Sequence[ast.stmt]) -> bool:
        """Whether libcst may parse these statements. If so, their estimated time is deducted from the file's budget."""
        effort = sum(map(_effort, statements))
        if self._spent + effort > _MOST or any(map(self._is_too_much, statements)):
            return False
        self._spent += effort
        return True

    def _is_too_much(self, statement: ast.stmt) -> bool:
        nodes = 0
        stack: list[tuple[ast.AST, int, bool]] = [(statement, 1, False)]
        while stack:
            node, depth, in_string = stack.pop()
            nodes += 1
            is_string = type(node).__name__ in _STRINGS
            if not in_string and (
                is_string or (isinstance(node, ast.Constant) and isinstance(node.value, str | bytes))
            ):
                depth += self._pieces(node)
            depth += _nested_by_libcst(node)
            if depth > self._deepest or nodes > _MOST_NODES:
                return True
            stack.extend((child, depth + 1, in_string or is_string) for child in ast.iter_child_nodes(node))
        return False

    def _pieces(self, node: ast.AST) -> int:
        """The most parts of a concatenated string: one node in Python's tree, nested nodes in libcst's."""
        source = self._source
        start = source.place_of_node(node.lineno, node.col_offset)  # type: ignore[attr-defined]
        end = source.place_of_node(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]
        between = source.offset(start), source.offset(end)
        return (source.text.count('"', *between) + source.text.count("'", *between)) // 2


def _nested_by_libcst(node: ast.AST) -> int:
    """How many more levels a node has in libcst's tree, which nests what Python's tree keeps in one list."""
    match node:
        case ast.BoolOp(values=values):
            return len(values)
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
            return len(node.generators)
        case ast.alias(name=name):
            return name.count(".")
        case ast.ImportFrom(module=name):
            return (name or "").count(".")
        case _:
            return 0


def _effort(statement: ast.stmt) -> int:
    """The sum of the third powers of the lengths of all long chains in a statement."""
    effort = 0
    waiting: list[ast.AST] = [statement]
    while waiting:
        node, length = waiting.pop(), 0
        while (first := _first(node)) is not None:
            waiting += [one for one in children(node) if one is not first]
            node, length = first, length + 1
        waiting += children(node)
        if length > _SHORT:
            effort += length**3
    return effort


def _first(node: ast.AST) -> ast.expr | None:
    """The part of a chain before its last link; None for a node that is not a link."""
    match node:
        case ast.Attribute(value=first) | ast.Subscript(value=first) | ast.Call(func=first) | ast.BinOp(left=first):
            return first
        case _:
            return None
