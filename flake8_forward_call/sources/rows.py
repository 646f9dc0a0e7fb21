"""The rows of a text that mention a name."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property

_LINE_END = re.compile(r"\r\n?|\n")

# Functions that get a name as a string, which may be written in parts or with escapes.
_BY_TEXT = ("setattr", "getattr", "add_module", "register_module", "vars", "globals", "locals", "__dict__")


class Rows:
    """The rows of one text, split as by Python's tokenizer."""

    def __init__(self, text: str) -> None:
        self._text = text

    def mentioning(self, name: str) -> list[int] | None:
        """The rows that may contain a name, as an identifier or in a string, in ascending order.

        None if that cannot be told from the text, because Python has other spellings of identifiers that are not ASCII.
        """
        if not self._text.isascii() or not name:
            return None
        return sorted(self._of(name).union(self._by_text))

    def _of(self, word: str) -> set[int]:
        found, at = set[int](), self._text.find(word)
        while at >= 0:
            row = bisect_right(self._starts, at)
            found.add(row)
            end = self._starts[row] if row < len(self._starts) else len(self._text)
            at = self._text.find(word, end)
        return found

    @cached_property
    def _by_text(self) -> frozenset[int]:
        return frozenset().union(*map(self._of, _BY_TEXT))

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in _LINE_END.finditer(self._text))]
