"""Which function or class contains each row of a file, computed once for all rows."""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections.abc import Iterator

_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)

# The fields for blocks, handlers and cases.
_BLOCKS = ("body", "handlers", "orelse", "finalbody", "cases")


class Outline:
    """The functions and classes of a tree, by their rows. No two of them start on the same row."""

    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree
        self._rows: list[int] = []  # Rows at which the innermost function or class changes.
        self._names: list[str] = []
        # A node to enter, or, if it is None, the end of a definition. Programs can be too deep for recursion.
        waiting: list[tuple[ast.AST | None, str, int]] = [(tree, "", 0)]
        while waiting:
            node, name, row = waiting.pop()
            if node is None:
                self._note(row, name)
                continue
            if isinstance(node, _NAMED):
                waiting.append((None, name, (node.end_lineno or node.lineno) + 1))
                name = f"{name}.{node.name}" if name else node.name
                self._note(node.lineno, name)
            waiting += [(one, name, 0) for block in reversed(_blocks(node)) for one in reversed(block)]

    def _note(self, row: int, name: str) -> None:
        self._rows.append(row)
        self._names.append(name)

    def scope_at(self, row: int) -> str:
        """The dotted name of the innermost function or class that covers a row; empty at the top level of the file."""
        index = bisect_right(self._rows, row) - 1
        return self._names[index] if index >= 0 else ""

    @property
    def dotted_names(self) -> frozenset[str]:
        """The dotted names of all functions and classes."""
        return frozenset(filter(None, self._names))

    def statements_at(self, row: int) -> Iterator[ast.stmt]:
        """Yield the statements that cover a row, the outer ones first."""
        waiting: list[ast.AST] = [self._tree]
        while waiting:
            node = waiting.pop()
            if isinstance(node, ast.stmt):
                yield node
            for block in _blocks(node):
                waiting += block if isinstance(node, ast.Match) else _covering(block, row)


def _blocks(node: ast.AST) -> list[list[ast.AST]]:
    found = [getattr(node, name, None) for name in _BLOCKS]
    return [one for one in found if isinstance(one, list)]


def _covering(block: list[ast.AST], row: int) -> list[ast.AST]:
    """The nodes of a block that cover a row. They are adjacent, because a block is in the order of its rows."""
    end = bisect_right(block, row, key=_first_row)
    start = end
    while start and (getattr(block[start - 1], "end_lineno", None) or 0) >= row:
        start -= 1
    return block[start:end]


def _first_row(node: ast.AST) -> int:
    return getattr(node, "lineno", 0)
