"""What the tool found, in one form for every door: flake8, the reports, the rewriter, an editor."""

from __future__ import annotations

import enum
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A point in a text: line and column, both 1-based, the column counted in characters."""

    row: int
    column: int

    def __str__(self) -> str:
        return f"{self.row}:{self.column}"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a notebook: its number among all cells, from 1, and how many rows of the program stand above it."""

    number: int
    rows_above: int

    def own(self, place: Place) -> Place:
        """The place in the cell that is this one in the program."""
        return Place(place.row - self.rows_above, place.column)

    def where(self, place: Place) -> str:
        """The same as users read it: the cell, then row and column in it."""
        return f"cell {self.number}:{self.own(place)}"


class Applicability(enum.Enum):
    """May an edit be made without a person looking at it? The words are ruff's."""

    SAFE = "safe"
    UNSAFE = "unsafe"


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the text from ``start`` up to, not including, ``end`` with ``content``."""

    start: Place
    end: Place
    content: str


@dataclass(frozen=True, slots=True)
class Fix:
    """The remedy of one finding.

    ``before`` and ``after`` show the call in short, for a person: ``self.net.forward(...)`` and ``self.net(...)``.
    ``reason`` says why a fix is not safe; it is empty for one that is.
    """

    applicability: Applicability
    message: str
    edits: tuple[Edit, ...]
    before: str
    after: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """What a finding is about, apart from the lines that it happens to stand on: by this it is known again.

    ``subject`` is what stands there on one line, ``self.net.forward(...)`` or ``__call__``; ``scope`` is the dotted
    name of the function or class around it, empty at the top of a file; the rows are the first and the last of the
    call, or of the statement that overrides ``__call__``. ``attached`` is what hangs on the hooks that the call skips:
    the path and row of each, and the words for it.
    """

    subject: str
    scope: str
    first_row: int
    last_row: int
    attached: tuple[tuple[str, int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding of one rule.

    ``start`` and ``end`` enclose the name that the finding stands at; ``noqa_row`` is the line on which a
    ``# noqa`` comment counts; ``path`` is the file as the user named it; ``message`` comes without the code. Texts that
    quote the program are printable already, unlike ``path``: see ``printing``.
    ``hanging`` are clauses that say what the project builds on the hooks that the call skips, and where;
    ``context`` is None where the finding is about the file as a whole. Places are in the file's text; that of a
    notebook is its cells as one program, and ``cell`` is the one that it stands in.
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

    @property
    def where(self) -> str:
        """The place as users read it: row and column, in a notebook behind the cell that they are counted in."""
        return str(self.start) if self.cell is None else self.cell.where(self.start)

    def shown(self, place: Place) -> Place:
        """A place of the finding as it is told: counted in its cell, where it has one."""
        return place if self.cell is None else self.cell.own(place)

    @property
    def sort_key(self) -> tuple[str, int, int, str]:
        """By path, row and column, as every report lists findings."""
        return (self.path, self.start.row, self.start.column, self.code)
