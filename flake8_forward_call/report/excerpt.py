"""The rows of a program around a finding, with a mark under the location, as in compiler output."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from click import style

from flake8_forward_call.findings.finding import Finding, Place
from flake8_forward_call.sources.source import Source, SourceError
from flake8_forward_call.terminal.printing import one_line
from flake8_forward_call.visiting.placed import uses_in

# The number of rows above and below the marked one.
_AROUND = 2
_TAB = 4
# Of a longer row, only the part around the mark is shown.
_LONGEST = 160
_CUT = "..."


@dataclass(frozen=True, slots=True)
class _Mark:
    """The marked part of a row: from the first column up to, but not including, the last."""

    row: int
    first: int
    last: int


def render(finding: Finding, source: Source, gutter: int) -> Iterator[str]:
    """Yield the rows around a finding, with 1-based numbers in a gutter of the given width.

    There are no rows if the finding is about the file as a whole.
    """
    # FWD900 without a location in the file looks like this.
    if finding.context is None and finding.start == finding.end == Place(1, 1):
        return
    mark = _mark(finding, source)
    lines = source.file.lines if finding.cell is None else source.cell_source(finding.cell).lines
    row = finding.shown(Place(mark.row, 1)).row
    if not 1 <= row <= len(lines):
        return
    for number in range(max(1, row - _AROUND), min(len(lines), row + _AROUND) + 1):
        line = lines[number - 1].rstrip("\r\n")
        yield _numbered(str(number), gutter, _cut(line, mark)[0])
        if number == row:
            line, first, last = _cut(line, mark)
            blank = " " * _width(_visible(line[:first]))
            sign = "^" * max(1, _width(_visible(line[:last])) - len(blank))
            yield _numbered("", gutter, blank + style(sign, fg="red", bold=True), is_visible=True)


def gutter(finding: Finding) -> int:
    """The width of the largest row number around a finding."""
    return len(str(finding.shown(finding.start).row + _AROUND))


def edge(sign: str, gutter: int) -> str:
    """The left edge of a row without a number."""
    return f"{' ' * gutter} {style(sign, fg='blue', bold=True)}"


def _numbered(number: str, gutter: int, text: str, *, is_visible: bool = False) -> str:
    left = f"{style(number.rjust(gutter), fg='blue', bold=True)} {style('|', fg='blue', bold=True)}"
    text = text if is_visible else _visible(text).rstrip()
    return f"{left} {text}" if text else left


def _mark(finding: Finding, source: Source) -> _Mark:
    """The call around the name of a finding, as far as it is in the same row; else the name itself."""
    source = source.program_at(finding.start)
    row, name = finding.start.row, _Mark(finding.start.row, finding.start.column, finding.end.column)
    if finding.context is None or finding.end.row != row:
        return name
    text = source.lines[row - 1]
    try:
        found = uses_in(source, source.tree).ending_at(finding.end)
    except (SourceError, RecursionError):
        return name
    if found is None:
        return name
    node = found.attribute if found.is_handed else found.call
    start, end = Place(row, len(text) - len(text.lstrip()) + 1), Place(row, len(text.rstrip()) + 1)
    if node.lineno == row:
        start = source.place_of_node(row, node.col_offset)
    if node.end_lineno == row:
        end = source.place_of_node(row, node.end_col_offset)
    return _Mark(row, start.column, end.column)


def _cut(line: str, mark: _Mark) -> tuple[str, int, int]:
    """The visible part of a row, and the indices in it at which the mark begins and ends."""
    first, last = min(mark.first - 1, len(line)), min(mark.last - 1, len(line))
    if len(line) <= _LONGEST:
        return line, first, last
    start = max(0, min(first - _LONGEST // 4, len(line) - _LONGEST))
    end = start + _LONGEST
    before, after = _CUT if start else "", _CUT if end < len(line) else ""
    shift = len(before) - start
    return before + line[start:end] + after, first + shift, min(last, end) + shift


def _visible(text: str) -> str:
    """The text with tabs expanded to spaces, and control characters escaped."""
    pieces: list[str] = []
    at = 0
    for index, piece in enumerate(text.split("\t")):
        if index:
            pieces.append(" " * (_TAB - at % _TAB))
            at += len(pieces[-1])
        pieces.append(one_line(piece))
        at += _width(pieces[-1])
    return "".join(pieces)


def _width(text: str) -> int:
    """The width of a text in terminal columns."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)
