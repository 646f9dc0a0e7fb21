"""The JSON text of a notebook, and where in it the sources of its code cells are.

So a piece of a cell can be replaced in the text itself, and the rest of the file remains unchanged.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flake8_forward_call.findings.finding import Place
from flake8_forward_call.sources.source import SourceError

_BLANKS = re.compile(r"[ \t\r\n]*")
# One character of a string, as JSON writes it: a character beyond 16 bits may be two escapes.
_CHARACTER = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|[^\\]", re.DOTALL
)
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class CodeCell:
    """A code cell: its number among all cells, from 1, its source, and the start and end of the source's strings.

    The quotes are not included. A source can be one string, or a list of strings, usually one for each line.
    """

    number: int
    source: str
    strings: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A piece of a cell's source, from ``start`` to just before ``end``, and its new content."""

    cell: int
    start: int
    end: int
    content: str = ""


@dataclass(frozen=True)
class Document:
    """A notebook: its JSON text, its encoding, the decoded JSON, and its code cells, in the order of the file."""

    text: str
    encoding: str
    content: dict[str, Any]
    cells: tuple[CodeCell, ...]

    @classmethod
    def from_bytes(cls, data: bytes) -> Document:
        """Read a notebook. Raises SourceError if the data is not JSON, or the JSON is not a notebook."""
        encoding = "utf-8-sig" if data.startswith(codecs.BOM_UTF8) else "utf-8"
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as error:
            row = data.count(b"\n", 0, error.start) + 1
            raise SourceError(f"not valid UTF-8: {error.reason}", Place(row, 1), attempt="decode") from None
        return cls.from_text(text, encoding)

    @classmethod
    def from_text(cls, text: str, encoding: str) -> Document:
        """The same for a decoded text."""
        try:
            content = json.loads(text)
        except json.JSONDecodeError as error:
            place = Place(error.lineno, error.colno)
            raise _unreadable(f"not valid JSON: {error.msg}", place) from None
        except RecursionError:
            raise _unreadable("its JSON is nested too deeply") from None
        except ValueError as error:  # A number with more digits than Python accepts.
            raise _unreadable(str(error)) from None
        if not isinstance(content, dict) or not isinstance(content.get("cells"), list):
            raise _unreadable(_no_notebook(content))
        return cls(text, encoding, content, tuple(_code_cells(text, content["cells"])))

    @property
    def is_python(self) -> bool:
        """Whether the language of the notebook is Python, or not given."""
        metadata = self.content.get("metadata")
        for section, key in (("language_info", "name"), ("kernelspec", "language")):
            info = metadata.get(section) if isinstance(metadata, dict) else None
            language = info.get(key) if isinstance(info, dict) else None
            if isinstance(language, str):
                return language.lower() in ("python", "ipython")
        return True

    def changed(self, changes: Iterable[Change]) -> Document:
        """The notebook with the changes applied. Raises SourceError if that would change anything else."""
        pieces, done = [], 0
        # The text at each index of a source, and after its end.
        expected = {cell.number: [*cell.source, ""] for cell in self.cells}
        for change in sorted(changes, key=lambda change: (change.cell, change.start)):
            told = expected[change.cell]
            told[change.start : change.end] = [""] * (change.end - change.start)
            told[change.start] = change.content + told[change.start]
            start, end, content = self.replacement(change)
            pieces += [self.text[done:start], content]
            done = end
        new = Document.from_text("".join([*pieces, self.text[done:]]), self.encoding)
        if new._told() != self._told({number: "".join(source) for number, source in expected.items()}):
            raise SourceError("the rewrite would change more of the notebook than the sources of cells")
        return new

    def replacement(self, change: Change) -> tuple[int, int, str]:
        """The same change in the JSON text: two indices in it, and the new text between them.

        If it spans two strings of a list, it also removes the end of one and the start of the other. Raises SourceError
        if the strings of the cell cannot be told apart.
        """
        places = self._places(self.cell(change.cell))
        return places[change.start], places[change.end], json.dumps(change.content)[1:-1]

    def index(self, number: int, at: int) -> int:
        """The index in the JSON text of an index in a cell's source; if that is unclear, of the source's start."""
        cell = self.cell(number)
        try:
            return self._places(cell)[at]
        except SourceError:
            return cell.strings[0][0]

    def cell(self, number: int) -> CodeCell:
        """The code cell of a number. Raises KeyError where there is none."""
        return self._by_number[number]

    @cached_property
    def _by_number(self) -> dict[int, CodeCell]:
        return {cell.number: cell for cell in self.cells}

    @cached_property
    def _known_places(self) -> dict[int, list[int]]:
        return {}

    def _places(self, cell: CodeCell) -> list[int]:
        """The index in the JSON of each character of the cell's source, and of the end of the last one."""
        known = self._known_places.get(cell.number)
        if known is not None:
            return known
        places = [found.start() for start, end in cell.strings for found in _CHARACTER.finditer(self.text, start, end)]
        if len(places) != len(cell.source):
            raise SourceError(f"the strings of cell {cell.number} cannot be told apart")
        places.append(cell.strings[-1][1] if cell.strings else 0)
        self._known_places[cell.number] = places
        return places

    def _told(self, sources: dict[int, str] | None = None) -> dict[str, Any]:
        """The decoded JSON with each code cell's source as one string, from ``sources`` if given."""
        sources = {cell.number: cell.source for cell in self.cells} if sources is None else sources
        cells = [
            {**cell, "source": sources[number]} if number in sources else cell
            for number, cell in enumerate(self.content["cells"], 1)
        ]
        return {**self.content, "cells": cells}


def _unreadable(reason: str, place: Place | None = None) -> SourceError:
    return SourceError(reason, place, attempt="parse", what="notebook")


def _no_notebook(content: object) -> str:
    if isinstance(content, dict) and isinstance(content.get("worksheets"), list):
        remedy = "'jupyter nbconvert --to notebook' converts it"
        return f"its format is older than 4, which is not supported; {remedy}"
    return "its JSON has no list of cells"


def _code_cells(text: str, cells: list[Any]) -> Iterator[CodeCell]:
    places = dict(_members(text, _skipped(text, 0)))
    for number, (cell, (_, start)) in enumerate(zip(cells, _members(text, places["cells"]), strict=True), 1):
        if not isinstance(cell, dict):
            raise _unreadable(f"cell {number} is not an object", _place(text, start))
        if cell.get("cell_type") != "code" or not _is_of_python(cell):
            continue
        source = cell.get("source")
        at = dict(_members(text, start)).get("source", start)
        if isinstance(source, str):
            strings = [at]
        elif isinstance(source, list) and all(isinstance(one, str) for one in source):
            strings = [place for _, place in _members(text, at)]
        else:
            raise _unreadable(f"cell {number} has no source", _place(text, at))
        ends = [_DECODER.raw_decode(text, one)[1] - 1 for one in strings]
        yield CodeCell(number, "".join(source), tuple(zip([one + 1 for one in strings], ends, strict=True)))


def _is_of_python(cell: dict[str, Any]) -> bool:
    """Whether a cell is in Python. Some editors allow a language for each cell, and store it in the metadata."""
    metadata = cell.get("metadata")
    editor = metadata.get("vscode") if isinstance(metadata, dict) else None
    language = editor.get("languageId") if isinstance(editor, dict) else None
    return not isinstance(language, str) or language == "python"


def _members(text: str, at: int) -> Iterator[tuple[str, int]]:
    """Yield the members of the object or array that starts at an index: the name, empty in an array, and the index.

    The text must be valid JSON.
    """
    is_object = text[at] == "{"
    at = _skipped(text, at + 1)
    while text[at] not in "]}":
        name = ""
        if is_object:
            name, at = _DECODER.raw_decode(text, at)
            at = _skipped(text, _skipped(text, at) + 1)  # The colon.
        yield name, at
        _, at = _DECODER.raw_decode(text, at)
        at = _skipped(text, at)
        if text[at] == ",":
            at = _skipped(text, at + 1)


def _skipped(text: str, at: int) -> int:
    """The index of the first character from ``at`` on that is not whitespace."""
    found = _BLANKS.match(text, at)
    assert found is not None, "no blanks at all are a match"
    return found.end()


def _place(text: str, at: int) -> Place:
    return Place(text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))
