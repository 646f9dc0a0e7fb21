"""Findings, in one form for flake8, the reports, the rewriter and editors."""

from __future__ import annotations

import enum
from typing import NamedTuple


class Place(NamedTuple):
    """A location in a text: row and column, both 1-based, the column counted in characters."""

    row: int
    column: int

    def __str__(self) -> str:
        return f"{self.row}:{self.column}"


class Cell(NamedTuple):
    """A cell of a notebook: its number among all cells, from 1, and the number of rows of the program above it."""

    number: int
    rows_above: int

    def own(self, place: Place) -> Place:
        """The location in the cell for a location in the program."""
        return Place(place.row - self.rows_above, place.column)

    def where(self, place: Place) -> str:
        """The same as it is shown to users: the cell, then row and column in it."""
        return f"cell {self.number}:{self.own(place)}"


class Applicability(enum.Enum):
    """Whether an edit may be made without review. The words are those of ruff."""

    SAFE = "safe"
    UNSAFE = "unsafe"


class Edit(NamedTuple):
    """Replace the text from ``start`` to ``end`` (exclusive) with ``content``."""

    start: Place
    end: Place
    content: str


class Fix(NamedTuple):
    """The fix for one finding.

    ``before`` and ``after`` show the call in short form: ``self.net.forward(...)`` and ``self.net(...)``. ``reason``
    says why a fix is not safe; it is empty for a safe one.
    """

    applicability: Applicability
    message: str
    edits: tuple[Edit, ...]
    before: str
    after: str
    reason: str = ""


class Context(NamedTuple):
    """What a finding is about, regardless of its line numbers, so that it can be recognised later.

    ``subject`` is its code on one line, ``self.net.forward(...)`` or ``__call__``; ``scope`` is the dotted name of the
    enclosing function or class, empty at the top level of a file; the rows are the first and the last of the call, or
    of the statement that overrides ``__call__``. ``attached`` has the clues, if there is no proof, and
    what is attached to the hooks that the call skips: the path and row of each, and its description.
    """

    subject: str
    scope: str
    first_row: int
    last_row: int
    attached: tuple[tuple[str, int, str], ...] = ()


class Finding(NamedTuple):
    """One finding of one rule.

    ``start`` and ``end`` enclose the name that is reported; ``noqa_row`` is the row on which a ``# noqa`` comment
    counts; ``path`` is the file as the user named it; ``message`` does not include the code. Texts that quote the
    program are printable already, unlike ``path``: see ``printing``. ``hanging`` are clauses that say what the project
    attaches to the hooks that the call skips, and where; ``context`` is None if the finding is about the file as a
    whole. Locations are in the file's text. For a notebook that is the program of its cells, and ``cell`` contains the
    finding. ``has_skipped_hooks`` means that a run has shown that the call skipped hooks.
    """

    code: str
    path: str
    start: Place
    end: Place
    message: str
    noqa_row: int
    fix: Fix | None = None
    hanging: tuple[str, ...] = ()
    context: Context | None = None
    cell: Cell | None = None
    has_skipped_hooks: bool = False

    @property
    def where(self) -> str:
        """The location as it is shown to users: row and column, in a notebook after the cell that contains them."""
        return str(self.start) if self.cell is None else self.cell.where(self.start)

    def shown(self, place: Place) -> Place:
        """A location of the finding as it is shown: relative to its cell, if it has one."""
        return place if self.cell is None else self.cell.own(place)

    @property
    def sort_key(self) -> tuple[str, int, int, str]:
        """The key by which every report sorts findings: path, row, column, code."""
        return (self.path, self.start.row, self.start.column, self.code)
