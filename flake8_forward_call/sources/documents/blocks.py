"""Rows of a document, and the blocks of code in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_PROMPT = re.compile(r"(?P<indent>[ \t]*)>>>(?: (?P<code>.*))?")
_CONTINUED = re.compile(r"(?P<indent>[ \t]*)\.\.\.(?: (?P<code>.*))?")
_LEADING = re.compile(r"[ \t]*")


@dataclass(frozen=True, slots=True)
class Row:
    """The end of a row of a document: the number of the row, the number of characters before it, and its text.

    The text has no line end.
    """

    number: int
    column: int
    text: str

    def after(self, count: int) -> Row:
        """The row without the first characters of its text."""
        return Row(self.number, self.column + count, self.text[count:])

    @property
    def is_blank(self) -> bool:
        """Whether nothing but whitespace is left."""
        return not self.text.strip()


@dataclass(frozen=True, slots=True)
class Block:
    """Rows that a document shows as one piece of code.

    If it ``is_python``, the document says so. If not, it does not name a language, and only the examples after the
    prompts in it are Python.
    """

    rows: tuple[Row, ...]
    is_python: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows of a block without what is before the code on them: the same number of characters on each."""

    rows: tuple[Row, ...]

    @property
    def column(self) -> int:
        """The number of characters before the code on each row."""
        return next(row.column for row in self.rows if not row.is_blank)

    @property
    def text(self) -> str:
        """The code; blank rows are empty."""
        return "\n".join("" if row.is_blank else row.text for row in self.rows)


def piece_of(rows: Sequence[Row]) -> Piece | None:
    """The rows without their common indent; None if there is no code, or it starts in different columns."""
    code = [row for row in rows if not row.is_blank]
    indent = _common([_leading(row.text) for row in code])
    if not code or any(row.column != code[0].column for row in code):
        return None
    last = max(index for index, row in enumerate(rows) if not row.is_blank)
    return Piece(tuple(row if row.is_blank else row.after(indent) for row in rows[: last + 1]))


def sessions_in(rows: Sequence[Row]) -> Iterator[list[list[Row]]]:
    """Yield the examples that directly follow one another: the rows of each, without the prompts.

    An example is what doctest takes for one: https://docs.python.org/3/library/doctest.html.
    """
    session: list[list[Row]] = []
    for example in _examples_in(rows):
        if session and session[-1][-1].number + 1 != example[0].number:
            yield session
            session = []
        session.append(example)
    if session:
        yield session


def _examples_in(rows: Sequence[Row]) -> Iterator[list[Row]]:
    at = 0
    while at < len(rows):
        first = _PROMPT.fullmatch(rows[at].text)
        at += 1
        if first is None:
            continue
        found = [_without_prompt(rows[at - 1], first)]
        while at < len(rows) and (more := _CONTINUED.fullmatch(rows[at].text)) is not None:
            if more["indent"] != first["indent"]:
                break
            found.append(_without_prompt(rows[at], more))
            at += 1
        yield found


def count_of_options(rows: Sequence[Row], option: re.Pattern[str]) -> int:
    """How many rows at the start of a directive's content are options: those that match, with what continues them."""
    at = 0
    while at < len(rows) and option.match(rows[at].text):
        indent, at = indent_of(rows[at].text), at + 1
        while at < len(rows) and not rows[at].is_blank and indent_of(rows[at].text) > indent:
            at += 1
    return at


def has_prompt(row: Row) -> bool:
    """Whether an example starts on the row."""
    return _PROMPT.fullmatch(row.text) is not None


def indent_of(text: str) -> int:
    """The width of the whitespace at the start of a text, with the tab stops of docutils."""
    return len(_leading(text).expandtabs(8))


def _leading(text: str) -> str:
    found = _LEADING.match(text)
    assert found is not None, "no whitespace at all is a match"
    return found[0]


def _common(texts: Sequence[str]) -> int:
    """How many characters all texts start with."""
    first, last = min(texts, default=""), max(texts, default="")
    return next((at for at, one in enumerate(first) if last[at : at + 1] != one), len(first))


def _without_prompt(row: Row, found: re.Match[str]) -> Row:
    return row.after(len(row.text) if found["code"] is None else found.start("code"))
