"""The few lines that a fix changes, as a diff for people."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from flake8_forward_call.findings.finding import Edit, Finding, Place
from flake8_forward_call.sources.source import Source

_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_ROWS = re.compile(r"(?<=[-+])\d+")


def hunk(source: Source, finding: Finding, made: Sequence[Finding] = (), *, around: int = 3) -> list[str]:
    """The change by the finding's fix after the fixes of ``made``: the lines of a diff without its header.

    ``around`` is the number of unchanged lines around the change. For a notebook, this shows the cell as it is in the
    file. Raises RewriteError if two edits overlap.
    """
    shown = text_around(source, finding)
    earlier = _edits([one for one in made if one.cell == finding.cell])
    wanted = _edits([finding])
    if not wanted:
        return []
    first, last = _window(wanted, earlier, around, len(shown.lines))
    above = [edit for edit in earlier if edit.end.row < first]
    within = [edit for edit in earlier if first <= edit.start.row <= last]
    before, after = (_lines(shown, edits, first, last) for edits in (within, [*within, *wanted]))
    # Count the rows above as they are after the earlier edits, which may have joined some.
    joined = sum(_breaks(shown.text[shown.offset(edit.start) : shown.offset(edit.end)]) for edit in above)
    joined -= sum(_breaks(edit.content) for edit in above)
    lines = list(difflib.unified_diff(before, after, lineterm="", n=around))[2:]
    return [_below(line, first - 1 - joined) if line.startswith("@@") else line for line in lines]


def text_around(source: Source, finding: Finding) -> Source:
    """The text to which a finding's location refers: in a notebook its cell, else its file."""
    return source.file if finding.cell is None else source.cell_source(finding.cell)


def _window(wanted: Sequence[Edit], earlier: Sequence[Edit], around: int, rows: int) -> tuple[int, int]:
    """The first and the last row for the diff, so that a large file is not compared as a whole for each fix."""
    # An earlier edit may have joined rows, which moves other rows closer.
    spare = around + sum(edit.end.row - edit.start.row for edit in earlier)
    first = max(1, min(edit.start.row for edit in wanted) - spare)
    last = min(rows, max(edit.end.row for edit in wanted) + spare)
    # Do not split an edit.
    for edit in sorted(earlier, key=lambda edit: edit.start, reverse=True):
        if edit.start.row < first <= edit.end.row:
            first = edit.start.row
    for edit in sorted(earlier, key=lambda edit: edit.start):
        if edit.start.row <= last < edit.end.row:
            last = edit.end.row
    return first, last


def _lines(shown: Source, edits: Sequence[Edit], first: int, last: int) -> list[str]:
    """The rows of a text from the first to the last, with the edits applied. Raises RewriteError if two overlap."""
    from flake8_forward_call.fixing.rewriter import edited

    rows = first - 1
    raised = [Edit(_above(edit.start, rows), _above(edit.end, rows), edit.content) for edit in edits]
    part = Source(shown.path, "".join(shown.lines[first - 1 : last]))
    return [line.rstrip("\r\n") for line in Source(shown.path, edited(part, raised)).lines]


def _edits(findings: Sequence[Finding]) -> list[Edit]:
    """The edits of findings. For a finding in a cell, locations are in the cell."""
    return [
        Edit(finding.shown(edit.start), finding.shown(edit.end), edit.content)
        for finding in findings
        if finding.fix is not None
        for edit in finding.fix.edits
    ]


def _above(place: Place, rows: int) -> Place:
    return Place(place.row - rows, place.column)


def _breaks(text: str) -> int:
    return len(_LINE_BREAK.findall(text))


def _below(head: str, rows: int) -> str:
    """The header of a hunk with its rows counted in the whole text."""
    return _ROWS.sub(lambda match: str(int(match[0]) + rows), head)
