"""What ``# noqa`` silences: flake8's own code decides, so that all doors agree."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import NamedTuple

from flake8_forward_call.findings.finding import Finding, Place
from flake8_forward_call.rules import fwd900

# The options that flake8's FileProcessor reads. Only `disable_noqa` affects comments.
_OPTIONS = SimpleNamespace(
    disable_noqa=False, hang_closing=False, indent_size=4, max_line_length=79, max_doc_length=None, verbose=0
)

_CODE = re.compile(r"[^,\s]+")

# Since Python 3.12 the parts of an f-string are tokens, since 3.14 those of a template string too.
_OPENING, _CLOSING = (
    frozenset(getattr(tokenize, f"{kind}STRING_{end}", None) for kind in "FT") - {None} for end in ("START", "END")
)
_LINE_ENDS = frozenset((tokenize.NL, tokenize.NEWLINE))
_NOT_OF_A_LINE = frozenset((tokenize.DEDENT, tokenize.ENDMARKER))


def unsuppressed(path: str, text: str, findings: Sequence[Finding]) -> list[Finding]:
    """The findings in this text that no ``# noqa`` comment silences."""
    if not findings or not _may_silence(text, findings):
        return list(findings)
    suppression = Suppression(path, text)
    return [finding for finding in findings if not suppression.silences(finding)]


# Quotes that may begin or end a string of several lines, and those of strings that may have code in the middle.
_LONG_QUOTES = ('"""', "'''")
_LONG_STRING_WITH_CODE = re.compile(r"""[ft]r?(?:\"{3}|'{3})""", re.IGNORECASE)


def _may_silence(text: str, findings: Sequence[Finding]) -> bool:
    """Whether a comment in the text may silence one of the findings. Asked before flake8 is imported.

    It may if it is on the finding's row, or if flake8 may search that row together with others: because of a string of
    several lines or a backslash. A row with a finding has code, so it is not in the middle of a plain string.
    """
    lower = text.lower()
    if "noqa" not in lower:
        return False
    if "flake8" in lower or _LONG_STRING_WITH_CODE.search(text) is not None:
        return True
    lines = _lines_of(lower)

    def is_alone(row: int) -> bool:
        if not 0 < row <= len(lines):
            return False
        line, before = lines[row - 1], lines[row - 2] if row > 1 else ""
        is_joined = line.endswith("\\\n") or before.endswith("\\\n") or any(one in line for one in _LONG_QUOTES)
        return not is_joined and "noqa" not in line

    return not all(
        one.code != fwd900.RULE.code and one.noqa_row == one.start.row and is_alone(one.noqa_row) for one in findings
    )


def _lines_of(text: str) -> list[str]:
    """The lines of a text as flake8 sees them: every line end is a line feed."""
    return io.StringIO(text, newline=None).readlines()


def ignores_file(path: str, text: str) -> bool:
    """Whether a comment silences everything in this text."""
    return "flake8" in text.lower() and Suppression(path, text).ignores_file


class Stretch(NamedTuple):
    """The rows that flake8 searches together for a ``# noqa``: one, or several joined by a string or a backslash.

    ``comment`` is the start of the comment at the end of the last row, if there is one. ``in_string``: the last row
    ends within the braces of an f-string.
    """

    first: int
    last: int
    comment: Place | None
    in_string: bool


class NamedCode(NamedTuple):
    """A code in a ``# noqa: CODE``, with the location of its first character."""

    code: str
    place: Place


class Directive(NamedTuple):
    """One ``# noqa`` in a stretch, with its codes.

    ``in_comment``: it is in the comment of the stretch, and not in a string. ``counts``: it is the first in its
    stretch, the only one that flake8 reads.
    """

    codes: tuple[NamedCode, ...]
    in_comment: bool
    counts: bool


class Suppression:
    """flake8's view of the comments in one text."""

    def __init__(self, path: str, text: str) -> None:
        # Late, because most runs find nothing and need no flake8.
        from flake8.processor import FileProcessor  # type: ignore[import-untyped, unused-ignore]

        self._path = path
        self._lines = _lines_of(text)
        self._processor = FileProcessor(path, _OPTIONS, self._lines)
        self.ignores_file: bool = self._processor.should_ignore_file()

    def silences(self, finding: Finding) -> bool:
        """Whether a comment silences the finding."""
        # If the text cannot be tokenized, flake8 uses the bare line.
        row = finding.noqa_row
        return self.ignores_file or self._is_ignored(finding, self._noqa_line(row) or self._line(row))

    def honours(self, code: str, finding: Finding) -> bool:
        """Whether a comment with this code at the finding would silence it."""
        return self._is_ignored(finding, f"# noqa: {code}")

    @property
    def stretches(self) -> list[Stretch]:
        """The stretches of the text, in order; empty if the text cannot be tokenized."""
        try:
            return list(self._stretches())
        except (tokenize.TokenError, SyntaxError, SystemError):
            return []

    def directives(self, stretch: Stretch) -> Iterator[Directive]:
        """Yield the directives in a stretch, in order."""
        from flake8.violation import _find_noqa  # type: ignore[import-untyped, unused-ignore]

        text = "".join(self._lines[stretch.first - 1 : stretch.last])
        last_row = len(text) - len(self._lines[stretch.last - 1])
        comment = len(text) if stretch.comment is None else last_row + stretch.comment.column - 1
        done = 0
        while (match := _find_noqa(text[done:])) is not None:
            in_comment = done + match.start() >= comment
            codes: tuple[NamedCode, ...] = ()
            if in_comment and match["codes"]:
                start = done + match.start("codes") - last_row + 1
                found = _CODE.finditer(match["codes"])
                codes = tuple(NamedCode(one[0], Place(stretch.last, start + one.start())) for one in found)
            yield Directive(codes, in_comment, counts=not done)
            done += match.end()

    def _stretches(self) -> Iterator[Stretch]:
        """Yield the stretches as flake8 splits them: at the ends of lines, but not in strings or after backslashes."""
        first, comment, depth = None, None, 0
        for token in self._processor.file_tokens:
            if token.type in _NOT_OF_A_LINE:
                continue
            first = first or token.start[0]
            depth += (token.type in _OPENING) - (token.type in _CLOSING)
            if token.type == tokenize.COMMENT:
                comment = Place(token.start[0], token.start[1] + 1)
            elif token.type in _LINE_ENDS:
                yield Stretch(first, token.start[0], comment, depth > 0)
                first, comment = None, None

    def _is_ignored(self, finding: Finding, line: str) -> bool:
        from flake8.violation import Violation

        violation = Violation(finding.code, self._path, finding.noqa_row, finding.start.column, finding.message, line)
        return bool(violation.is_inline_ignored(disable_noqa=False))

    def _noqa_line(self, row: int) -> str | None:
        try:
            line: str | None = self._processor.noqa_line_for(row)
        except SystemError:  # CPython 3.12's tokenizer raises it for some f-strings.
            return None
        return line

    def _line(self, row: int) -> str:
        return self._lines[row - 1] if 0 < row <= len(self._lines) else ""
