"""The examples in the docstrings of a Python file, as a second program of that file."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from flake8_forward_call.findings.finding import Edit, Place
from flake8_forward_call.sources.documents import restructured
from flake8_forward_call.sources.documents.blocks import Row
from flake8_forward_call.sources.documents.escapes import without_escapes
from flake8_forward_call.sources.documents.program import Program, assembled, in_document
from flake8_forward_call.sources.edits import edited
from flake8_forward_call.sources.source import Source, SourceError
from flake8_forward_call.sources.trees import same_tree

# A docstring. One with other quotes has no rows of its own, and several strings in a row are not one text.
_DOCSTRING = re.compile(
    r"""(?P<opening>[rRuU]?)(?P<quotes>\"{3}|'{3})(?:\\.|(?!(?P=quotes))[^\\])*(?P=quotes)""", re.DOTALL
)


@dataclass(frozen=True, eq=False, kw_only=True)
class Examples(Source):
    """The examples in the docstrings of a file, on the rows and columns of the file."""

    program: Program = field(repr=False)
    host: Source = field(repr=False)

    @property
    def is_beside(self) -> bool:
        """It is not what the file contains, but its names are those of the file."""
        return True

    @property
    def file(self) -> Source:
        """The text of the Python file."""
        return self.host


@dataclass(frozen=True, eq=False, kw_only=True)
class Documented(Source):
    """A Python file whose docstrings have examples."""

    program: Program = field(repr=False)

    @cached_property
    def examples(self) -> Source:
        """The program of the examples."""
        return Examples(self.path, self.program.text, self.encoding, program=self.program, host=self)

    def program_at(self, place: Place) -> Source:
        """The program that has the code at a location: the file, or its examples."""
        return self.examples if self.program.has(place) else self

    def rewritten(self, text: str, edits: Sequence[Edit]) -> Source:
        """The file with another text."""
        return with_examples(replace(self, text=text))


def with_examples(source: Source) -> Source:
    """The same source, with the examples in its docstrings if it has any. Does not raise if it cannot be parsed."""
    try:
        blocks = [block for rows in _docstrings(source) for block in restructured.blocks(rows, has_fences=True)]
    except Exception:  # It cannot be parsed, or there is a bug in this tool, which must not hide what is in the code.
        return source
    program = assembled(source.lines, blocks)
    if not program.code:
        return Source(source.path, source.text, source.encoding) if isinstance(source, Documented) else source
    return Documented(source.path, source.text, source.encoding, program=program)


def rewritten(source: Documented, code: str, examples: str, edits: Sequence[Edit]) -> Source:
    """The file after all edits.

    ``code`` is its text after those outside of docstrings, ``examples`` the program after those inside. Raises
    SourceError if the edits do anything else.
    """
    program = source.examples
    inside = [edit for edit in edits if source.program.has(edit.start)]
    outside = [edit for edit in edits if not source.program.has(edit.start)]
    new = with_examples(replace(source, text=edited(source, [*in_document(program, inside), *outside])))
    if not isinstance(new, Documented) or _rows(new.program.text) != _rows(examples):
        raise SourceError("the rewritten docstrings have other examples than the rewritten examples")
    if not same_tree(_without_docstrings(new.text), _without_docstrings(code)):
        raise SourceError("the rewritten docstrings change the code around them")
    return new


def _rows(program: str) -> list[str]:
    """The rows of a program with code. Edits above may have moved them."""
    return [line for line in program.splitlines() if line.strip()]


def _without_docstrings(text: str) -> ast.Module:
    tree = Source("", text).tree
    for constant in _strings(tree):
        constant.value = ""
    return tree


def _docstrings(source: Source) -> Iterator[list[Row]]:
    """Yield the rows of each string that is a statement: docstrings, also those of attributes. Raises SourceError."""
    strings = sorted(_strings(source.tree), key=lambda one: (one.lineno, one.col_offset))
    for constant in strings:
        start = source.place_of_node(constant.lineno, constant.col_offset)
        end = source.place_of_node(constant.end_lineno, constant.end_col_offset)
        found = _DOCSTRING.fullmatch(source.text, source.offset(start), source.offset(end))
        if found is None:
            continue
        lines = source.lines[start.row - 1 : end.row]
        lines[-1] = lines[-1][: end.column - 1 - len(found["quotes"])]
        texts = [line.rstrip("\r\n") for line in lines]
        opening = start.column - 1 + len(found["opening"] + found["quotes"])
        texts[0] = " " * opening + texts[0][opening:]
        if found["opening"] not in ("r", "R"):
            texts = list(without_escapes(texts))
        rows = [Row(start.row + index, 0, text) for index, text in enumerate(texts)]
        rows[0] = rows[0].after(opening)
        yield rows


def _strings(tree: ast.Module) -> list[ast.Constant]:
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    ]
