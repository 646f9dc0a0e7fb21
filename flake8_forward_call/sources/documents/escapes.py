"""Escape sequences in docstrings: the code as Python passes it to doctest, with each character in its column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

# A backslash that joins two rows, quotes with the prefix of a string, or another escape sequence.
_TOKEN = re.compile(
    r"""(?P<joins>\\\\)$|(?P<prefix>\b[rbufRBUF]{1,2})?(?P<quotes>(?:\\?")+|(?:\\?')+)|\\.""",
)
_MANY = 3  # How many quotes begin a string that may have several rows. Two are a whole string, which is empty.


def without_escapes(rows: Iterable[str]) -> Iterator[str]:
    r"""Yield the rows of a docstring that is not raw with what ``\\`` at their end and escaped quotes stand for.

    Each row keeps its length: there are spaces before a backslash and around a string. If it has three quotes, they are
    inside, because the string may be the first thing on an indented row. Other escape sequences stay: in a string that
    is part of the code, they do no harm.
    """
    is_open = ""  # The quotes of the string that the text is in.
    for row in rows:
        parts, done = list[str](), 0
        for found in _TOKEN.finditer(row):
            new, is_open = _without(found, is_open)
            parts += [row[done : found.start()], new]
            done = found.end()
        yield "".join([*parts, row[done:]])
        is_open = is_open if len(is_open) == _MANY else ""  # Only these strings go on in the next row.


def _without(found: re.Match[str], is_open: str) -> tuple[str, str]:
    """What a token stands for, and the quotes of the string after it."""
    if found["joins"]:
        return " \\", is_open
    if not found["quotes"]:
        return found[0], is_open
    quotes = found["quotes"].replace("\\", "")
    text, space = (found["prefix"] or "") + quotes, " " * found["quotes"].count("\\")
    if is_open and quotes != is_open:
        return found[0], is_open
    is_before = bool(is_open) is (len(quotes) == _MANY)
    begins = not is_open and len(quotes) in (1, _MANY)
    return f"{space}{text}" if is_before else f"{text}{space}", quotes if begins else ""
