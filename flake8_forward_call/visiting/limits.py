"""What libcst is given to read: its parser can neither be stopped, nor does it notice that the stack is full."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from flake8_forward_call.sources.source import Source
from flake8_forward_call.sources.trees import children
from flake8_forward_call.stack import LEVELS, has_room

# It overflows the stack of the machine, which ends the process, at 500 levels of an attribute chain with a stack of
# 1 MB. So without a large stack it never sees more than this.
_DEEPEST = 400

# The time that it takes for a chain of calls, subscripts or sums grows with the third power of the length: three
# seconds for this one, more than a minute for one of 3,000. No more is spent for a whole file.
_LONGEST = 1_000
_MOST = _LONGEST**3

# Chains that are no longer take no time.
_SHORT = 100

# libcst's tree takes three to five thousand bytes for each node of Python's, which makes it more than a gigabyte here:
# 40,000 calls in one function, or a list of 400,000 numbers.
_MOST_NODES = 400_000

# What Python's tree calls strings with braces; older Pythons have no templates.
_STRINGS = frozenset({"JoinedStr", "TemplateStr"})


class Limits:
    """What may still be read of one file."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._deepest = LEVELS if has_room() else _DEEPEST
        self._spent = 0

    def allow(self, statements: Sequence[ast.stmt]) -> bool:
        """Whether libcst may read some statements; the time that it takes counts for those to come."""
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
        """Of how many strings, one after another, one is made at most: one in Python's tree, nested in libcst's."""
        source = self._source
        start = source.place_of_node(node.lineno, node.col_offset)  # type: ignore[attr-defined]
        end = source.place_of_node(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]
        between = source.offset(start), source.offset(end)
        return (source.text.count('"', *between) + source.text.count("'", *between)) // 2


def _nested_by_libcst(node: ast.AST) -> int:
    """How many levels more a node of Python's tree takes up in libcst's, which nests what is one list here."""
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
    """The third powers of the lengths of all chains in a statement that are not short."""
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
    """What a link of a chain follows; None for what is none."""
    match node:
        case ast.Attribute(value=first) | ast.Subscript(value=first) | ast.Call(func=first) | ast.BinOp(left=first):
            return first
        case _:
            return None
