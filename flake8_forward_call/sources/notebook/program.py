"""The code cells of a notebook as one program, cell after cell, and the cells for the rows of that program.

Above each cell is a row that is in no cell. So subtracting a number gives the location in the cell, and a comment at
the end of one cell is not taken for one above the first line of the next.
"""

from __future__ import annotations

import bisect
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from flake8_forward_call.findings.finding import Cell, Edit, Place
from flake8_forward_call.sources.notebook.document import Change, CodeCell, Document
from flake8_forward_call.sources.notebook.magics import parses, python_of
from flake8_forward_call.sources.source import Source, SourceError

_NO_CELL = "\n"
_INDENTED = "if True:\n"  # IPython accepts a cell that is indented as a whole.


@dataclass(frozen=True, eq=False, kw_only=True)
class NotebookSource(Source):
    """A notebook as Python; ``starts`` are the rows above each cell, ``broken`` are the errors of cells left out."""

    document: Document
    starts: tuple[int, ...]
    broken: tuple[SourceError, ...]

    def to_bytes(self) -> bytes:
        """The whole file."""
        return self.document.text.encode(self.document.encoding)

    def faults(self) -> Sequence[SourceError]:
        """The errors of the cells that do not parse and are left out."""
        return self.broken

    def cells(self) -> Sequence[Cell]:
        """The code cells, in order."""
        return self._cells

    @cached_property
    def _cells(self) -> tuple[Cell, ...]:
        return tuple(Cell(cell.number, start) for cell, start in zip(self.document.cells, self.starts, strict=True))

    def cell_at(self, row: int) -> Cell | None:
        """The cell that contains a row; None for the row above the first cell."""
        index = bisect.bisect_left(self.starts, row) - 1
        return self._cells[index] if index >= 0 else None

    def cell_in(self, path: str, row: int) -> Cell | None:
        """The same for a row of the file with this real path; None if that is another file."""
        return self.cell_at(row) if path == os.path.realpath(self.path) else None

    def cell_source(self, cell: Cell) -> Source:
        """The text of a cell as it is in the notebook."""
        known = self._cell_sources.get(cell.number)
        if known is None:
            known = self._cell_sources[cell.number] = Source(self.path, self.document.cell(cell.number).source)
        return known

    @cached_property
    def _cell_sources(self) -> dict[int, Source]:
        return {}

    @cached_property
    def file(self) -> Source:
        """The JSON text."""
        return Source(self.path, self.document.text, self.document.encoding)

    def in_file(self, place: Place) -> Place:
        """The location in the JSON text of a location in the program; its start for the row above the first cell."""
        cell = self.cell_at(place.row)
        if cell is None:
            return Place(1, 1)
        source, own = self.cell_source(cell), cell.own(place)
        # The program may have longer rows than the cell, or more rows.
        row = min(own.row, len(source.lines))
        at = min(own.column - 1, len(source.lines[row - 1].rstrip("\r\n"))) if row else 0
        return self.file.place(self.document.index(cell.number, at + (source.offset(Place(row, 1)) if row else 0)))

    def edits_in_file(self, edits: Sequence[Edit]) -> Sequence[Edit]:
        """The edits of the JSON text that ``rewritten`` makes. Raises SourceError if it cannot make them."""
        replacements = [self.document.replacement(change) for edit in edits for change in self._changes(edit)]
        return [Edit(self.file.place(start), self.file.place(end), content) for start, end, content in replacements]

    def rewritten(self, text: str, edits: Sequence[Edit]) -> Source:
        """The notebook after edits whose resulting program is ``text``. Raises SourceError if it is not."""
        new = _program(self.path, self.document.changed(change for edit in edits for change in self._changes(edit)))
        if new.text != text or len(new.broken) != len(self.broken):
            raise SourceError("the rewritten cells differ from the rewritten program")
        return new

    def _changes(self, edit: Edit) -> list[Change]:
        cell = self.cell_at(edit.start.row)
        if cell is None or self.cell_at(edit.end.row) != cell:
            raise SourceError(f"the edit at {edit.start} is in no cell")
        source = self.cell_source(cell)
        start, end = source.offset(cell.own(edit.start)), source.offset(cell.own(edit.end))
        gone = source.text[start:end]
        if gone != self.text[self.offset(edit.start) : self.offset(edit.end)]:
            raise SourceError(f"the edit at {edit.start} is not one of the cell's own text")
        kept = gone.find(edit.content)
        if kept < 0:
            return [Change(cell.number, start, end, edit.content)]
        # Text that is kept does not change in the JSON.
        middle = start + kept
        changes = [Change(cell.number, start, middle), Change(cell.number, middle + len(edit.content), end)]
        return [change for change in changes if change.start < change.end]


def read(path: str, data: bytes) -> NotebookSource | None:
    """The program in a notebook's bytes; None if its language is not Python. Raises SourceError."""
    document = Document.from_bytes(data)
    return _program(path, document) if document.is_python else None


def _program(path: str, document: Document) -> NotebookSource:
    pieces: list[str] = []
    rows: list[int] = []
    broken: list[SourceError] = []
    for cell in document.cells:
        try:
            piece = _piece(cell)
        except SourceError as error:
            lines = Source("", cell.source).lines
            reason, what = f"{error.reason} (the other cells were analysed)", f"cell {cell.number}"
            place = Place(sum(rows) + 1 + min(error.place.row, len(lines)), error.place.column)
            broken.append(SourceError(reason, place, attempt=error.attempt, what=what))
            piece = _NO_CELL + _silenced(cell.source)
        piece += "" if piece.endswith("\n") else "\n"
        pieces.append(piece)
        rows.append(len(Source("", piece).lines))
    starts = tuple(above + 1 for above in accumulate(rows[:-1], initial=0)) if rows else ()
    return NotebookSource(path, "".join(pieces), document=document, starts=starts, broken=tuple(broken))


def _piece(cell: CodeCell) -> str:
    """A cell as Python, with the row above it. Raises SourceError if it does not parse."""
    if parses(cell.source):
        return _NO_CELL + cell.source
    python = python_of(cell.source)
    if python is None:
        return _NO_CELL + _silenced(cell.source)
    try:
        Source("", python).tree  # noqa: B018 (Parsed for its error.)
    except SourceError:
        if _is_indented(python):
            return _INDENTED + python
        raise
    return _NO_CELL + python


def _is_indented(python: str) -> bool:
    """Whether the text would be valid Python if it were dedented as a whole."""
    try:
        return len(Source("", _INDENTED + python).tree.body) == 1
    except SourceError:
        return False


def _silenced(text: str) -> str:
    """The text with each row turned into a comment, so that comments for linters in it still count."""
    return "".join(map(_comment, Source("", text).lines))


def _comment(line: str) -> str:
    body = line.rstrip("\r\n")
    shown = "".join(one if one.isprintable() or one == "\t" else " " for one in body)
    if shown.lstrip()[:1] not in ("#", ""):
        # It replaces the first characters, so that the rest keeps its columns. `a noqa` does not become a noqa.
        shown = "#_"[: len(shown)] + shown[2:]
    return shown + line[len(body) :]
