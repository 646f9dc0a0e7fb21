"""Locations in the protocol's form: zero-based lines and characters, in units on which client and server agree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flake8_forward_call.findings.finding import Place
from flake8_forward_call.sources.source import Source


@dataclass(frozen=True, slots=True)
class Positions:
    """Converts locations to positions and back. ``units`` returns the length of a text in the client's units.

    For a cell of a notebook, ``source`` is the cell's text, and ``rows_above`` the number of rows of the program above
    it: locations are those of the program, positions those of the cell.
    """

    source: Source
    units: Callable[[str], int]
    rows_above: int = 0

    def position(self, place: Place) -> tuple[int, int]:
        """The position of a location. A location after the end of the text, as parsers report it, gives the end."""
        lines = self.source.lines
        place = Place(max(place.row - self.rows_above, 1), place.column)
        if place.row > len(lines):
            last = lines[-1] if lines else ""
            ends = last.endswith(("\n", "\r"))
            return (len(lines), 0) if ends or not lines else self._in(len(lines), last, len(last))
        line = lines[place.row - 1].rstrip("\r\n")
        return self._in(place.row, line, place.column - 1)

    def place(self, line: int, character: int) -> Place:
        """The location of a position. A position after the end of a line or of the text gives that end.

        A position before the text, which a correct client does not send, gives its start.
        """
        lines = self.source.lines
        if line < 0:
            return Place(self.rows_above + 1, 1)
        if line >= len(lines):
            return Place(self.rows_above + len(lines) + 1, 1)
        text, column = lines[line].rstrip("\r\n"), 0
        while column < len(text) and self.units(text[: column + 1]) <= character:
            column += 1
        return Place(self.rows_above + line + 1, column + 1)

    def _in(self, row: int, line: str, column: int) -> tuple[int, int]:
        return row - 1, self.units(line[:column])


def utf16_units(text: str) -> int:
    """The length of a text in UTF-16 code units, the default of the protocol."""
    return len(text) + sum(character > "\uffff" for character in text)
