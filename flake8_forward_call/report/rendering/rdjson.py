"""reviewdog's own format (https://github.com/reviewdog/reviewdog/tree/master/proto/rdf)."""

from __future__ import annotations

from typing import Any

from flake8_forward_call.findings.finding import Applicability, Finding, Place
from flake8_forward_call.report.paths import relative
from flake8_forward_call.report.record import Report, is_error, message
from flake8_forward_call.rules import BY_CODE
from flake8_forward_call.sources.source import Source
from flake8_forward_call.terminal.printing import as_json

_SOURCE = {"name": "forward-call", "url": "https://flake8-forward-call.readthedocs.io/"}


def render(report: Report) -> str:
    """One object with all findings. A safe fix becomes a suggestion that can be accepted with a click."""
    diagnostics = [_diagnostic(report, finding) for finding in report]
    return as_json({"source": _SOURCE, "diagnostics": diagnostics})


def _diagnostic(report: Report, finding: Finding) -> dict[str, Any]:
    source = report.sources.get(finding.path)
    start, end = (report.in_file(finding, place) for place in (finding.start, finding.end))
    diagnostic: dict[str, Any] = {
        "message": message(finding),
        "location": {"path": relative(finding.path), "range": _range(start, end, source)},
        "severity": "ERROR" if is_error(finding) else "WARNING",
        "code": {"value": finding.code, "url": BY_CODE[finding.code].url},
    }
    if finding.fix is not None and finding.fix.applicability is Applicability.SAFE and (edits := report.edits(finding)):
        diagnostic["suggestions"] = [
            {"range": _range(edit.start, edit.end, source), "text": edit.content} for edit in edits
        ]
    return diagnostic


def _range(start: Place, end: Place, source: Source | None) -> dict[str, dict[str, int]]:
    return {"start": _position(start, source), "end": _position(end, source)}


def _position(place: Place, source: Source | None) -> dict[str, int]:
    """The location as in the format: columns count UTF-8 bytes."""
    column = place.column
    lines = () if source is None else source.file.lines
    if place.row <= len(lines):
        line = lines[place.row - 1]
        column += len(line[: column - 1].encode(errors="replace")) - len(line[: column - 1])
    return {"line": place.row, "column": column}
