"""The few lines that a fix changes, as a diff shows them to a person."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from flake8_forward_call.finding import Edit, Finding
from flake8_forward_call.source import Source


def hunk(source: Source, finding: Finding, made: Sequence[Finding] = (), *, around: int = 3) -> list[str]:
    """What would change if the finding's fix were made after those of ``made``: the lines of a diff without its head,
    with so many unchanged ones ``around``.

    Of a notebook the cell is shown, as it stands in the file. Raises RewriteError where two edits overlap.
    """
    from flake8_forward_call.rewriter import edited

    shown = text_around(source, finding)
    earlier = _edits([one for one in made if one.cell == finding.cell])
    before, after = (
        Source(source.path, edited(shown, edits)).lines for edits in (earlier, [*earlier, *_edits([finding])])
    )
    lines = difflib.unified_diff(
        [line.rstrip("\r\n") for line in before], [line.rstrip("\r\n") for line in after], lineterm="", n=around
    )
    return list(lines)[2:]


def text_around(source: Source, finding: Finding) -> Source:
    """The text that a finding's place is told in: that of its cell, in a notebook, or else of its file."""
    return source if finding.cell is None else source.cell_source(finding.cell)


def _edits(findings: Sequence[Finding]) -> list[Edit]:
    """The edits of findings, with places in their cell where they have one."""
    return [
        Edit(finding.shown(edit.start), finding.shown(edit.end), edit.content)
        for finding in findings
        if finding.fix is not None
        for edit in finding.fix.edits
    ]
