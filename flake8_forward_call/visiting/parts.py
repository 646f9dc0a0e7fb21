"""The parts of a file that libcst has to read: for each use of ``forward``, the innermost statement that holds it.

libcst takes ten times as long as Python's own parser and visits every node from Python, so it must not get a whole
class because of one call in it.
"""

from __future__ import annotations

import ast
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from flake8_forward_call.sources.source import Source
from flake8_forward_call.visiting.candidates import Candidate, candidates

# The fields of a statement, a handler or a case that hold statements.
_BLOCKS = ("body", "handlers", "orelse", "finalbody", "cases")


@dataclass(frozen=True, slots=True)
class Part:
    """Whole lines of a file with whole statements of one block, and the candidates in them, in text order.

    ``indented``: the lines are in a block of another statement.
    """

    first_row: int
    last_row: int
    candidates: list[Candidate]
    statements: list[ast.stmt]
    indented: bool = False

    def excerpt(self, source: Source) -> tuple[Source, int]:
        """The lines as a program of their own, and how many rows less it has above them than the file.

        Indented lines get a statement above that opens a block. So they stay as they are, also inside strings.
        """
        lines = source.lines[self.first_row - 1 : self.last_row]
        if not self.indented:
            return Source(source.path, "".join(lines)), self.first_row - 1
        end = lines[0][len(lines[0].rstrip("\r\n")) :] or "\n"
        return Source(source.path, "".join((f"if 1:{end}", *lines))), self.first_row - 2


def parts_of(source: Source) -> Iterator[Part]:
    """Yield the parts of a file that contain a candidate, in text order. Raises SourceError."""
    for rough in _grouped(source.tree.body, rows_between=True):
        found = [one for statement in rough.statements for one in candidates(statement, source.forward_rows)]
        if found:
            yield from _narrowed(source, Part(rough.first_row, rough.last_row, found, rough.statements))


def _narrowed(source: Source, part: Part) -> list[Part]:
    """The smallest parts that together have the candidates of a part; itself if a candidate is outside its blocks."""
    rows = [_row(one) for one in part.candidates]
    narrowed: list[Part] = []
    for block in _blocks(source, part.statements):
        for rough in _grouped(block):
            first, end = bisect_left(rows, rough.first_row), bisect_right(rows, rough.last_row)
            if first == end:
                continue
            if not _starts_line(source, rough):
                return [part]
            mine = part.candidates[first:end]
            narrowed.append(Part(rough.first_row, rough.last_row, mine, rough.statements, indented=True))
    if sum(len(one.candidates) for one in narrowed) != len(part.candidates):
        return [part]
    return [smaller for one in narrowed for smaller in _narrowed(source, one)]


def _grouped(block: list[ast.stmt], *, rows_between: bool = False) -> list[Part]:
    """The statements of a block, those that share a row together, without candidates.

    ``rows_between``: the rows above a statement, up to the one before it, belong to it.
    """
    groups: list[Part] = []
    for statement in block:
        first, last = _first_row(statement), statement.end_lineno or statement.lineno
        above = groups[-1].last_row if groups else 0
        if groups and first <= above:  # After a semicolon.
            before = groups.pop()
            groups.append(Part(before.first_row, last, [], [*before.statements, statement]))
        else:
            groups.append(Part(above + 1 if rows_between else first, last, [], [statement]))
    return groups


def _row(candidate: Candidate) -> int:
    """A row of the statement that contains a candidate. In f-strings, only the row of the string itself is right."""
    return candidate.order[0]


def _first_row(statement: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(one.lineno for one in decorators)])


def _blocks(source: Source, statements: list[ast.stmt]) -> Iterator[list[ast.stmt]]:
    """Yield the blocks directly below statements, in text order. An ``elif`` is a part of its ``if``."""
    waiting: list[ast.stmt] = [*reversed(statements)]
    while waiting:
        node = waiting.pop()
        for name in _BLOCKS:
            block = getattr(node, name, [])
            if name in ("handlers", "cases"):
                yield from (inner.body for inner in block)
            elif name == "orelse" and _is_elif(source, block):
                waiting += block  # Nothing of the same `if` comes after it.
            elif block:
                yield block


def _is_elif(source: Source, block: list[ast.stmt]) -> bool:
    if len(block) != 1 or not isinstance(block[0], ast.If):
        return False
    start = source.offset(source.place_of_node(block[0].lineno, block[0].col_offset))
    return source.text.startswith("elif", start)


def _starts_line(source: Source, part: Part) -> bool:
    """Whether there is only an indent before the first statement, or before the ``@`` of its first decorator."""
    statement = part.statements[0]
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    first = decorators[0] if decorators else statement
    before = source.lines[first.lineno - 1].encode()[: first.col_offset].decode()
    return first.lineno == part.first_row and not before.strip(" \t@" if decorators else " \t") and before[:1] in " \t"
