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

# The name, followed by what makes it a callee or an argument: a parenthesis, a comma, or a comment before one.
_USED_NAME = re.compile(r"forward(?=[\s\\]*[(),#])")

# A definition or an assignment, which may be one of several targets; the attribute `x.__call__` is neither.
# The characters before it are checked last, because a pattern that starts with plain letters is much faster.
_SET_CALL = re.compile(r"__call__(?<![.\w]__call__)[\s\\]*[(=:\[]")

# What can be the module inside a wrapper: an attribute, its name as a string, or what a function returns. Patterns that
# start with plain letters are much faster, and those with alternatives are not. So the most frequent name has its own,
# and what may be before it, a quote or a dot with spaces, is looked at last.
_MODULE = re.compile(r"module\b(?<=[.\s\\\"']module)")
_MODULE_IN_BYTES = re.compile(_MODULE.pattern.encode())
_OTHERS_INSIDE = (b"_fsdp_wrapped_module", b"unwrap_model", b"extract_model_from_parallel")
_OTHER_INSIDE = re.compile(
    r"(?:\.[\s\\]*|[\"'])_fsdp_wrapped_module\b|\b(?:unwrap_model|extract_model_from_parallel)\b"
)

# A receiver that is never reported. The character before it rules out `my_super()`.
_SUPER = re.compile(r"(?:^|[^\w.])super\(\)$")

# The names of documents: Markdown, reStructuredText, and text with examples after prompts.
DOCUMENTS = (".md", ".markdown", ".rst", ".txt")

_LINE_END = re.compile(rb"\r\n?|\n")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")


class SourceError(Exception):
    """What could not be done, why, and at which location if it is known.

    ``attempt`` is a verb and ``what`` is its object: "parse" and "file".
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
    """A text that Python rejects. Whether a newer Python accepts it is only checked when the reason is needed."""

    def __init__(self, message: str, place: Place | None, text: str) -> None:
        super().__init__(message, place, attempt="parse")
        self._text = text

    @property
    def reason(self) -> str:
        """What is wrong: with the text, or with the Python that parses it."""
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
    """Whether `.forward` or `__call__` can be in these bytes. Asked before decoding, because most files end here.

    Python reads no source in an encoding in which ASCII letters are other bytes (UTF-16, EBCDIC): the cookie and the
    first statement would be nonsense. Nobody writes programs in UTF-7 or unicode_escape, which have a second spelling
    of a letter, nor the name with letters that Python's NFKC normalisation makes equal.
    """
    return b"forward" in data or b"__call__" in data


def may_call_inside(data: bytes) -> bool:
    """Whether a method may be called on the module inside a wrapper in these bytes, which only one rule is about."""
    return _may_call_other_inside(data) or _MODULE_IN_BYTES.search(data) is not None


def _may_call_other_inside(data: bytes) -> bool:
    return any(name in data for name in _OTHERS_INSIDE)


def is_notebook(path: str) -> bool:
    """Whether the file is a Jupyter notebook, by its name."""
    return path.endswith(".ipynb")


def is_document(path: str) -> bool:
    """Whether the file is a document that may contain Python code, by its name."""
    return path.lower().endswith(DOCUMENTS)


def is_stub(path: str) -> bool:
    """Whether the file is a stub, by its name. It only contains declarations, and none of its calls run."""
    return path.endswith(".pyi")


@dataclass(frozen=True)
class Source:
    """The text of a file. ``text`` has the line ends of the file and no byte-order mark."""

    path: str
    text: str
    encoding: str = "utf-8"

    @classmethod
    def from_bytes(cls, path: str, data: bytes) -> Source:
        """Decode as Python does: byte-order mark, then the coding cookie, then UTF-8.

        Raises SourceError if the bytes are not valid in the encoding, or there is no such encoding.
        """
        try:
            encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        except (SyntaxError, UnicodeError) as error:
            if "invalid or missing encoding declaration" not in str(error):
                raise SourceError(_one_line(error), attempt="decode") from None
            encoding = "utf-8"  # The first lines are not valid; decoding below reports where.
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
        """The file after edits whose result is ``text``. Raises SourceError if it is not."""
        return replace(self, text=text)

    def faults(self) -> Sequence[SourceError]:
        """The errors in parts of the file that were left out of its text."""
        return ()

    def cells(self) -> Sequence[Cell]:
        """The cells of a notebook; empty for other files."""
        return ()

    def cell_at(self, row: int) -> Cell | None:
        """The cell of a notebook that contains a row of the text; None in other files."""
        return None

    def cell_in(self, path: str, row: int) -> Cell | None:
        """The cell that contains a row of the file with this real path; None if that is not this notebook."""
        return None

    def cell_source(self, cell: Cell) -> Source:
        """The text of a cell."""
        raise NotImplementedError

    @property
    def examples(self) -> Source | None:
        """The examples in the docstrings as another program; None if there are none, or they are not to be checked."""
        return None

    def program_at(self, place: Place) -> Source:
        """The program that contains the code at a location: this one, or the examples."""
        return self

    @property
    def is_beside(self) -> bool:
        """Whether this is a second program of a file, which uses the names of the first."""
        return False

    @property
    def file(self) -> Source:
        """The text as it is in the file; for a notebook, that is JSON."""
        return self

    def in_file(self, place: Place) -> Place:
        """The location in ``file`` of a location in the text."""
        return place

    def edits_in_file(self, edits: Sequence[Edit]) -> Sequence[Edit]:
        """The edits of ``file`` that have the effect of these on the text. Raises SourceError if there are none."""
        return edits

    def where(self, place: Place) -> str:
        """A location in the text as it is shown to users."""
        cell = self.cell_at(place.row)
        return str(place) if cell is None else cell.where(place)

    @property
    def mentions_forward(self) -> bool:
        """Whether `.forward(`, other than `super().forward(`, can be in the text. If not, no use of it is reported.

        There may be spaces, joined lines and comments between the dot and the name. This steps back from each name,
        because a pattern that starts at each dot would take quadratic time.
        """
        return any(self._follows_dot(match.start()) for match in _USED_NAME.finditer(self.text))

    @property
    def sets_call(self) -> bool:
        """Whether a class can get its own `__call__` in the text: by a definition, or by an assignment."""
        return "__call__" in self.text and _SET_CALL.search(self.text) is not None

    @property
    def calls_inside(self) -> bool:
        """Whether a method may be called on the module inside a wrapper in the text."""
        data = self.text.encode(errors="replace")
        if not may_call_inside(data):
            return False
        if any(self._follows_quote_or_dot(match.start()) for match in _MODULE.finditer(self.text)):
            return True
        return _may_call_other_inside(data) and _OTHER_INSIDE.search(self.text) is not None

    @cached_property
    def forward_rows(self) -> list[int]:
        """The rows with a name `forward` that may be used, including names that Python normalises to it."""
        rows = {self.place(match.start()).row for match in _USED_NAME.finditer(self.text)}
        if not self.text.isascii():
            rows |= {row for row, line in enumerate(self.lines, 1) if "forward" in unicodedata.normalize("NFKC", line)}
        return sorted(rows)

    @cached_property
    def lines(self) -> list[str]:
        """The lines with their ends, split as by Python's tokenizer (str.splitlines also splits at form feeds)."""
        return [line for line in _LINE.findall(self.text) if line]

    @cached_property
    def tree(self) -> ast.Module:
        """Python's own tree, including type comments if they parse. Raises SourceError."""
        try:
            try:
                return self._parsed()
            except RecursionError:  # How early it occurs depends on the caller; with a large stack it does not.
                from flake8_forward_call.stack import with_room

                return with_room(self._parsed)()
        except SyntaxError as error:
            place = Place(error.lineno, max(error.offset or 1, 1)) if error.lineno else self._place_of_null
            raise ParseError(_one_line(error.msg), place, self.text) from None
        except ValueError as error:  # Null bytes, up to Python 3.11.
            raise SourceError(_one_line(error), self._place_of_null, attempt="parse") from None
        except (RecursionError, MemoryError):
            raise SourceError("it is nested too deeply", attempt="parse") from None

    def _parsed(self) -> ast.Module:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Other linters report invalid escapes and the like.
            if "# type:" in self.text:
                try:
                    return ast.parse(self.text, type_comments=True)
                except SyntaxError:
                    pass  # A malformed type comment is an ordinary comment.
            return ast.parse(self.text)

    @cached_property
    def outline(self) -> Outline:
        """The functions and classes of the text by their rows. Raises SourceError if it does not parse."""
        from flake8_forward_call.sources.outline import Outline

        return Outline(self.tree)

    def _before_blanks(self, offset: int) -> int:
        """The index after the last character before an index that is neither a space nor a backslash."""
        while offset and (self.text[offset - 1].isspace() or self.text[offset - 1] == "\\"):
            offset -= 1
        return offset

    def _follows_quote_or_dot(self, offset: int) -> bool:
        return self.text[offset - 1] in "\"'" or self.text.endswith(".", 0, self._before_blanks(offset))

    def _follows_dot(self, offset: int) -> bool:
        offset = self._before_blanks(offset)
        if offset and self.text[offset - 1] == ".":
            return _SUPER.search(self.text, max(0, offset - 9), offset - 1) is None
        # There may be a dot before a comment; the parser will find out.
        if self.text[offset : offset + 1] not in ("\n", "\r"):
            return False
        start = self.text.rfind("\n", 0, offset) + 1
        start = max(start, self.text.rfind("\r", start, offset) + 1)
        return self.text.find("#", start, offset) >= 0

    def offset(self, place: Place) -> int:
        """The index in ``text`` of a location."""
        return self._starts[place.row - 1] + place.column - 1

    def place_of_node(self, row: int | None, column: int | None) -> Place:
        """The location for a position in Python's tree, which counts columns from 0, in UTF-8 bytes."""
        row, column = row or 0, column or 0
        line = self.lines[row - 1]
        return Place(row, (column if line.isascii() else len(line.encode()[:column].decode())) + 1)

    def place(self, offset: int) -> Place:
        """The location of an index in ``text``."""
        row = bisect.bisect_right(self._starts, offset)
        return Place(row, offset - self._starts[row - 1] + 1)

    @property
    def _place_of_null(self) -> Place | None:
        """The location of the first null byte, which Python does not report."""
        return self.place(self.text.index("\0")) if "\0" in self.text else None

    @cached_property
    def _starts(self) -> list[int]:
        starts = [0]
        for line in self.lines:
            starts.append(starts[-1] + len(line))
        return starts


def _one_line(error: object) -> str:
    return " ".join(str(error).split())
