"""Which files have a word, for a run that searches the text of a project for many."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_WORD = re.compile(rb"[A-Za-z_]\w*")


def words_in(text: bytes) -> dict[bytes, None]:
    """The words of a text, in the order in which they come."""
    return dict.fromkeys(_WORD.findall(text))


def is_word(word: bytes) -> bool:
    """Whether any text that has this as a whole word has it among its words."""
    return _WORD.fullmatch(word) is not None


class Words:
    """The words of some texts, and for each the numbers of the texts that have it.

    ``texts`` are looked at once, in their order, from number 0 on.
    """

    def __init__(self, texts: Iterable[bytes]) -> None:
        # Most words are in one text only, and a number takes less memory than a list.
        self._having: dict[bytes, int | list[int]] = {}
        for number, text in enumerate(texts):
            for word in words_in(text):
                having = self._having.get(word)
                if having is None:
                    self._having[word] = number
                elif isinstance(having, int):
                    self._having[word] = [having, number]
                else:
                    having.append(number)

    def having(self, word: bytes) -> Sequence[int] | None:
        """The numbers of all texts that may have the word as a whole, in ascending order; None for all texts."""
        if not is_word(word):
            return None  # Part of a word, or in letters of which bytes do not tell where they end.
        having = self._having.get(word, ())
        return (having,) if isinstance(having, int) else having
