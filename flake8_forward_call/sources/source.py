"""From bytes to text and back: encoding, byte-order mark, line ends."""

from __future__ import annotations

import ast
import bisect
import io
import re
import sys
import tokenize
import unicodedata
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from flake8_forward_call.findings.finding import Cell, Edit, Place
from flake8_forward_call.rules import fwd900

if TYPE_CHECKING:
    from flake8_forward_call.sources.outline import Outline

# The name, and what makes it a callee or an argument: what opens, closes or parts, perhaps behind a comment.
_USED_NAME = re.compile(r"forward(?=[\s\\]*[(),#])")

# A definition or an assignment, which may be one of several targets; the attribute `x.__call__` is neither.
_SET_CALL = re.compile(r"(?<![.\w])__call__[\s\\]*[(=:\[]")

# What may stand before the dot without being of any interest. The one character more tells `my_super()` apart.
_SUPER = re.compile(r"(?:^|[^\w.])super\(\)$")

_LINE_END = re.compile(rb"\r\n?|\n")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")


class SourceError(Exception):
    """What could not be done, why, and at which place if there is one.

    ``attempt`` is a verb and ``what`` its object: "parse" and "file".
    """

    def __init__(
        self, reason: str, place: Place | None = None, *, attempt: str = "analyse", what: str = "file"
    ) -> None:
        super().__init__(reason)
        self._reason = reason
        self.attempt, self.what = attempt, what
        self.place = place or Place(1, 1)

    def __str__(self) -> str:
        return fwd900.RULE.message.format(attempt=self.attempt, what=self.what, reason=self.reason)

    @property
    def reason(self) -> str:
        """What is wrong, in a few words."""
        return self._reason


class ParseError(SourceError):
    """A text that Python rejects. Whether a newer Python accepts it is looked into when somebody asks."""

    def __init__(self, message: str, place: Place | None, text: str) -> None:
        super().__init__(message, place, attempt="parse")
        self._text = text

    @property
    def reason(self) -> str:
        """What is wrong: with the text, or with the Python that reads it."""
        from flake8_forward_call.sources.newer_syntax import newer_form

        lines, running = _LINE.findall(self._text), sys.version_info[:2]
        form = newer_form(self._text, "".join(lines[self.place.row - 1 : self.place.row]), running)
        if form is None:
            return super().reason
        needed, own = (".".join(map(str, version)) for version in (form.since, running))
        return (
            f"this {form.name} needs Python {needed} or newer, but flake8-forward-call runs on Python {own}; "
            "run it with a newer Python"
        )


def may_matter(data: bytes) -> bool:
    """Whether `.forward` or `__call__` can stand in these bytes, asked before they are decoded: most files end here.

    Python reads no source in an encoding whose ASCII letters are other bytes (UTF-16, EBCDIC): the cookie and the
    first statement would be nonsense. UTF-7 and unicode_escape, which can spell a letter in a second way, nobody
    writes programs in. Nor does anybody write the name with the letters that Python's NFKC makes equal.
    """
    return b"forward" in data or b"__call__" in data


def read(path: str, data: bytes) -> Source | None:
    """The source in a file's bytes; None for a notebook that is not of Python. Raises SourceError."""
    if not is_notebook(path):
        return Source.from_bytes(path, data)
    from flake8_forward_call.sources.notebook import program

    return program.read(path, data)


def is_notebook(path: str) -> bool:
    """Whether the file is a Jupyter notebook, by its name."""
    return path.endswith(".ipynb")


def is_stub(path: str) -> bool:
    """Whether the file has declarations only, so that nothing in it is a call that runs."""
    return path.endswith(".pyi")


@dataclass(frozen=True)
class Source:
    """One file's text. ``text`` has the line ends of the file and no byte-order mark."""

    path: str
    text: str
    encoding: str = "utf-8"

    @classmethod
    def from_bytes(cls, path: str, data: bytes) -> Source:
        """Decode as Python does: byte-order mark, then the coding cookie, then UTF-8.

        Raises SourceError where the bytes are not of the encoding, or the encoding is none.
        """
        try:
            encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        except (SyntaxError, UnicodeError) as error:
            if "invalid or missing encoding declaration" not in str(error):
                raise SourceError(_one_line(error), attempt="decode") from None
            encoding = "utf-8"  # The first lines are not, without telling where: the next attempt does.
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as error:
            row = len(_LINE_END.findall(data, 0, error.start)) + 1
            why = f"not valid {encoding}: byte 0x{data[error.start]:02x}: {error.reason}"
            raise SourceError(why, Place(row, 1), attempt="decode") from None
        except (LookupError, UnicodeError) as error:
            raise SourceError(f"not valid {encoding}: {_one_line(error)}", attempt="decode") from None
        return cls(path, text, encoding)

    def encode(self, text: str) -> bytes:
        """The bytes of another text in this file's encoding, byte-order mark included."""
        return text.encode(self.encoding)

    def to_bytes(self) -> bytes:
        """The bytes of the file."""
        return self.encode(self.text)

    def rewritten(self, text: str, edits: Sequence[Edit]) -> Source:
        """The file with edits made, which give its text as the given one. Raises SourceError if they do not."""
        return replace(self, text=text)

    def faults(self) -> Sequence[SourceError]:
        """What is wrong with parts of the file that are left out of its text."""
        return ()

    def cells(self) -> Sequence[Cell]:
        """The cells of a notebook; none where there are no cells."""
        return ()

    def cell_at(self, row: int) -> Cell | None:
        """The cell of a notebook that a row of the text stands in; None where there are no cells."""
        return None

    def cell_in(self, path: str, row: int) -> Cell | None:
        """The cell that a row of some file stands in, given its real path: None if this is not the notebook."""
        return None

    def cell_source(self, cell: Cell) -> Source:
        """A cell's own text."""
        raise NotImplementedError

    @property
    def file(self) -> Source:
        """The text as it stands in the file; that of a notebook is JSON."""
        return self

    def in_file(self, place: Place) -> Place:
        """Where in ``file`` a place in the text is."""
        return place

    def edits_in_file(self, edits: Sequence[Edit]) -> Sequence[Edit]:
        """The edits of ``file`` that make these of the text. Raises SourceError where there are none."""
        return edits

    def where(self, place: Place) -> str:
        """A place in the text as users read it."""
        cell = self.cell_at(place.row)
        return str(place) if cell is None else cell.where(place)

    @property
    def mentions_forward(self) -> bool:
        """Whether `.forward(` can stand in the text, but for `super().forward(`: if not, no rule has work here.

        Between the dot and the name blanks, joined lines and comments may stand. One step back from each name, and
        not a pattern forward from each dot, which would take a time that grows with the square of the text.
        """
        return any(self._follows_dot(match.start()) for match in _USED_NAME.finditer(self.text))

    @property
    def sets_call(self) -> bool:
        """Whether a class can get a `__call__` of its own in the text: by a definition, or by an assignment."""
        return _SET_CALL.search(self.text) is not None

    @cached_property
    def forward_rows(self) -> list[int]:
        """The rows in which a name `forward` stands that may be used, in letters that Python reads so or in these."""
        rows = {self.place(match.start()).row for match in _USED_NAME.finditer(self.text)}
        if not self.text.isascii():
            rows |= {row for row, line in enumerate(self.lines, 1) if "forward" in unicodedata.normalize("NFKC", line)}
        return sorted(rows)

    @cached_property
    def lines(self) -> list[str]:
        """The lines with their ends, split where Python's tokenizer splits (not at form feeds, as str.splitlines)."""
        return [line for line in _LINE.findall(self.text) if line]

    @cached_property
    def tree(self) -> ast.Module:
        """Python's own tree, type comments included where they parse. Raises SourceError."""
        try:
            try:
                return self._parsed()
            except RecursionError:  # How soon it comes depends on the caller; with room it does not.
                from flake8_forward_call.stack import with_room

                return with_room(self._parsed)()
        except SyntaxError as error:
            place = Place(error.lineno, max(error.offset or 1, 1)) if error.lineno else self._place_of_null
            raise ParseError(_one_line(error.msg), place, self.text) from None
        except ValueError as error:  # Null bytes, on Python up to 3.11.
            raise SourceError(_one_line(error), self._place_of_null, attempt="parse") from None
        except (RecursionError, MemoryError):
            raise SourceError("it is nested too deeply", attempt="parse") from None

    def _parsed(self) -> ast.Module:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Invalid escapes and the like are another linter's business.
            if "# type:" in self.text:
                try:
                    return ast.parse(self.text, type_comments=True)
                except SyntaxError:
                    pass  # A malformed type comment is a comment like any other.
            return ast.parse(self.text)

    @cached_property
    def outline(self) -> Outline:
        """The functions and classes of the text by their rows. Raises SourceError where it does not parse."""
        from flake8_forward_call.sources.outline import Outline

        return Outline(self.tree)

    def _follows_dot(self, offset: int) -> bool:
        while offset and (self.text[offset - 1].isspace() or self.text[offset - 1] == "\\"):
            offset -= 1
        if offset and self.text[offset - 1] == ".":
            return _SUPER.search(self.text, max(0, offset - 9), offset - 1) is None
        # Behind a comment there may be a dot; whether one is, the parser will see.
        if self.text[offset : offset + 1] not in ("\n", "\r"):
            return False
        start = self.text.rfind("\n", 0, offset) + 1
        start = max(start, self.text.rfind("\r", start, offset) + 1)
        return self.text.find("#", start, offset) >= 0

    def offset(self, place: Place) -> int:
        """The index in ``text`` of a place in it."""
        return self._starts[place.row - 1] + place.column - 1

    def place_of_node(self, row: int | None, column: int | None) -> Place:
        """The place that is at this position in Python's tree, which counts columns from 0, in bytes of UTF-8."""
        row, column = row or 0, column or 0
        line = self.lines[row - 1]
        return Place(row, (column if line.isascii() else len(line.encode()[:column].decode())) + 1)

    def place(self, offset: int) -> Place:
        """The place of an index in ``text``."""
        row = bisect.bisect_right(self._starts, offset)
        return Place(row, offset - self._starts[row - 1] + 1)

    @property
    def _place_of_null(self) -> Place | None:
        """Where the first null byte is, which Python does not tell."""
        return self.place(self.text.index("\0")) if "\0" in self.text else None

    @cached_property
    def _starts(self) -> list[int]:
        starts = [0]
        for line in self.lines:
            starts.append(starts[-1] + len(line))
        return starts


def _one_line(error: object) -> str:
    return " ".join(str(error).split())
