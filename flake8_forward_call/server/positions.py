"""Places in a text as the protocol counts them: rows from zero, columns in units that client and server agree on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lsprotocol import types

from flake8_forward_call.finding import Place
from flake8_forward_call.source import Source


@dataclass(frozen=True, slots=True)
class Positions:
    """Turns places in a text into positions, and back. ``units`` tells the length of a text in the client's units."""

    source: Source
    units: Callable[[str], int]

    def position(self, place: Place) -> types.Position:
        """The position of a place; of one behind the text's end, as parsers name it, that of the end."""
        lines = self.source.lines
        if place.row > len(lines):
            last = lines[-1] if lines else ""
            ends = last.endswith(("\n", "\r"))
            return types.Position(len(lines), 0) if ends or not lines else self._in(len(lines), last, len(last))
        line = lines[place.row - 1].rstrip("\r\n")
        return self._in(place.row, line, place.column - 1)

    def range(self, start: Place, end: Place) -> types.Range:
        """The range between two places."""
        return types.Range(self.position(start), self.position(end))

    def place(self, position: types.Position) -> Place:
        """The place of a position; one behind the end of a line, or of the text, is that end."""
        lines = self.source.lines
        if position.line >= len(lines):
            return Place(len(lines) + 1, 1)
        line, column = lines[position.line].rstrip("\r\n"), 0
        while column < len(line) and self.units(line[: column + 1]) <= position.character:
            column += 1
        return Place(position.line + 1, column + 1)

    def _in(self, row: int, line: str, column: int) -> types.Position:
        return types.Position(row - 1, self.units(line[:column]))
