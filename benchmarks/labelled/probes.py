"""Questions to a type checker, written into a copy of the code: is this receiver a module?

A receiver ``r`` of a labelled call becomes ``(reveal_type(PROBE(r)), r)[1]``, which has the type of ``r``, so the types
of the following code stay the same. ``PROBE`` is overloaded: its result says whether its argument is an instance of
``torch.nn.Module``. For an argument of unknown type, the result is unknown in every checker that follows the typing
specification. So the checkers' notations for types do not matter, and all checkers get the same question.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

MODULE = "forward_call_probe"
STUB = """\
from typing import overload

import torch.nn

class IsModule: ...
class IsNone: ...
class IsOther: ...

@overload
def ask(value: torch.nn.Module, /) -> IsModule: ...
@overload
def ask(value: None, /) -> IsNone: ...
@overload
def ask(value: object, /) -> IsOther: ...
"""
_IMPORT = f"from typing import reveal_type; from {MODULE} import ask as _forward_call_ask\n"

# Row and column of a name ``forward``.
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Question:
    """Where a question is in the text with questions: the row, and the columns of its answer."""

    row: int
    first: int
    last: int


def ask(text: str, places: Iterable[Place]) -> tuple[str, Mapping[Place, Question]]:
    """The text with a question at each of the calls, and the locations of the questions. The text must be Python."""
    lines = text.splitlines(keepends=True)
    wanted = set(places)
    # What to insert, by row and column. Of two insertions at the same place, that for the longer receiver comes first.
    insertions: list[tuple[int, int, int, str, Place | None]] = []
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Attribute) or (place := place_of_name(node, lines)) not in wanted:
            continue
        receiver = node.value
        assert receiver.end_lineno is not None
        assert receiver.end_col_offset is not None
        size = len(ast.unparse(receiver))
        question = f"(reveal_type(_forward_call_ask({ast.unparse(receiver)})), "
        insertions.append(
            (receiver.lineno, _column(lines, receiver.lineno, receiver.col_offset), -size, question, place)
        )
        end = (receiver.end_lineno, _column(lines, receiver.end_lineno, receiver.end_col_offset))
        insertions.append((*end, 0, ")[1]", None))
    before = _import_row(ast.parse(text))
    questions = {}
    added: dict[int, int] = {}
    for row, column, _, insertion, asked in sorted(insertions, key=lambda one: one[:3]):
        start = column + added.get(row, 0)
        line = lines[row - 1]
        lines[row - 1] = line[:start] + insertion + line[start:]
        added[row] = added.get(row, 0) + len(insertion)
        if asked:
            questions[asked] = Question(row + (row >= before), start + 1, start + len(insertion))
    lines.insert(before - 1, _IMPORT)
    return "".join(lines), questions


def is_module(answer: str) -> bool:
    """Whether each alternative of a revealed type is a module, or None."""
    parts = {part.strip() for part in answer.split("|")}
    return "IsModule" in parts and parts <= {"IsModule", "IsNone"}


def place_of_name(node: ast.Attribute, lines: list[str]) -> Place:
    """The location of the name of an attribute."""
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    return node.end_lineno, _column(lines, node.end_lineno, node.end_col_offset) - len(node.attr) + 1


def _column(lines: list[str], row: int, offset: int) -> int:
    """The column in characters, as labels count it, for an offset in UTF-8 bytes, as ``ast`` counts it."""
    return len(lines[row - 1].encode()[:offset].decode())


def _import_row(tree: ast.Module) -> int:
    """The row of the first statement before which an import is allowed."""
    for index, node in enumerate(tree.body):
        is_docstring = index == 0 and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if not is_docstring and not (isinstance(node, ast.ImportFrom) and node.module == "__future__"):
            decorators: list[ast.expr] = getattr(node, "decorator_list", [])
            return min([node.lineno, *(decorator.lineno for decorator in decorators)])
    raise ValueError("a file without statements")
