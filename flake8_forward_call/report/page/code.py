"""Source on the page: the lines around a finding, and the diff of its fix."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree as ET

from flake8_forward_call.findings.finding import Finding, Place
from flake8_forward_call.report.hunk import hunk, text_around
from flake8_forward_call.report.page.elements import code_line, element
from flake8_forward_call.sources.source import Source

# Rows shown before and after the call, and at most of the call.
_AROUND = 2
_TALLEST = 12
# Characters shown at most of a line, and before the mark in it.
_WIDEST = 300
_BEFORE = 100

_CUT = "…"


def excerpt(source: Source, finding: Finding) -> ET.Element | None:
    """The call with the lines around it: its rows are highlighted, and the name that the finding is at is marked.

    None if there is nothing to show: the finding is about a whole notebook, or its location is outside the text.
    """
    if finding.cell is None and source.cells():
        return None
    lines = text_around(source, finding).lines
    start, end = finding.shown(finding.start), finding.shown(finding.end)
    if not 1 <= start.row <= len(lines):
        return None
    first, last = _call(finding, start)
    top, bottom = max(1, first - _AROUND), min(len(lines), last + _AROUND)
    shown = [line.rstrip("\r\n") for line in lines[top - 1 : bottom]]
    indent = _common_indent(shown)
    width = len(str(bottom))
    rows = []
    for row, line in enumerate(shown, top):
        number = element("span", f"{row:>{width}}", class_="number")
        text = _marked(line, indent, start, end) if row == start.row else [_cut(line[indent:])]
        rows.append(code_line("span", number, *text, class_="row call" if first <= row <= last else "row"))
    return element("pre", *rows, class_="excerpt")


def diff(source: Source, finding: Finding) -> ET.Element | None:
    """The fix as a diff without its header; None if it cannot be shown."""
    from flake8_forward_call.fixing.rewriter import RewriteError

    try:
        lines = hunk(source, finding, around=1)
    except RewriteError:
        return None
    tags = {"-": "del", "+": "ins"}
    rows = [
        code_line(tags.get(line[0], "span"), _cut(line), class_="row head" if line[0] == "@" else "row")
        for line in lines
    ]
    return element("pre", *rows, class_="diff")


def _call(finding: Finding, start: Place) -> tuple[int, int]:
    """The first and last row to highlight: those of the call, or for a tall one those around the name."""
    if finding.context is None:
        return start.row, start.row
    first, last = (finding.shown(Place(row, 1)).row for row in (finding.context.first_row, finding.context.last_row))
    first = max(first, start.row - _TALLEST // 2)
    return first, min(last, first + _TALLEST - 1)


def _common_indent(lines: Iterable[str]) -> int:
    """How many blanks all non-blank lines start with: a narrow screen has no room for them."""
    return min((len(line) - len(line.lstrip(" \t")) for line in lines if line.strip()), default=0)


def _marked(line: str, indent: int, start: Place, end: Place) -> list[ET.Element | str]:
    """The pieces of a line after its indent, with the name marked."""
    begin = min(start.column - 1, len(line))
    stop = min(end.column - 1, len(line)) if end.row == start.row else len(line)
    left = max(indent, begin - _BEFORE) if len(line) - indent > _WIDEST else indent
    before = (_CUT if left > indent else "") + line[left:begin]
    return [before, element("mark", line[begin:stop]), _cut(line[stop:])]


def _cut(line: str) -> str:
    return line if len(line) <= _WIDEST else line[:_WIDEST] + _CUT
