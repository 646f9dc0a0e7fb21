"""GitLab's Code Quality report, which merge requests show (https://docs.gitlab.com/ci/testing/code_quality/)."""

from __future__ import annotations

from typing import Any

from flake8_forward_call.findings.finding import Finding, Place
from flake8_forward_call.findings.fingerprints import fingerprints
from flake8_forward_call.report.paths import relative
from flake8_forward_call.report.record import Report, is_error, message
from flake8_forward_call.terminal.printing import as_json


def render(report: Report) -> str:
    """A list of objects. GitLab recognises a known finding by its fingerprint, even if lines have moved."""
    findings = list(report)
    prints = fingerprints(findings, relative)
    return as_json([_violation(report, *each) for each in zip(findings, prints, strict=True)])


def _violation(report: Report, finding: Finding, fingerprint: str) -> dict[str, Any]:
    start, end = (report.in_file(finding, place) for place in (finding.start, finding.end))
    return {
        "description": f"{finding.code}: {message(finding)}",
        "check_name": finding.code,
        "fingerprint": fingerprint,
        "severity": "critical" if is_error(finding) else "major",
        "location": {
            "path": relative(finding.path),
            "lines": {"begin": start.row, "end": end.row},
            "positions": {"begin": _place(start), "end": _place(end)},
        },
    }


def _place(place: Place) -> dict[str, int]:
    return {"line": place.row, "column": place.column}
