"""Places in a text as the protocol counts them: lines and characters from zero, in units that are agreed on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flake8_forward_call.findings.finding import Place
from flake8_forward_call.sources.source import Source


@dataclass(frozen=True, slots=True)
class Positions:
    """Turns places in a text into positions, and back. ``units`` tells the length of a text in the client's units."""

    source: Source
    units: Callable[[str], int]

    def position(self, place: Place) -> tuple[int, int]:
        """The position of a place; of one behind the text's end, as parsers name it, that of the end."""
        lines = self.source.lines
        if place.row > len(lines):
            last = lines[-1] if lines else ""
            ends = last.endswith(("\n", "\r"))
            return (len(lines), 0) if ends or not lines else self._in(len(lines), last, len(last))
        line = lines[place.row - 1].rstrip("\r\n")
        return self._in(place.row, line, place.column - 1)

    def place(self, line: int, character: int) -> Place:
        """The place of a position; one behind the end of a line, or of the text, is that end.

        One before the text, which only an odd client asks for, is its beginning.
        """
        lines = self.source.lines
        if line < 0:
            return Place(1, 1)
        if line >= len(lines):
            return Place(len(lines) + 1, 1)
        text, column = lines[line].rstrip("\r\n"), 0
        while column < len(text) and self.units(text[: column + 1]) <= character:
            column += 1
        return Place(line + 1, column + 1)

    def _in(self, row: int, line: str, column: int) -> tuple[int, int]:
        return row - 1, self.units(line[:column])


def utf16_units(text: str) -> int:
    """The length of a text where nothing else is agreed on."""
    return len(text) + sum(character > "\uffff" for character in text)
