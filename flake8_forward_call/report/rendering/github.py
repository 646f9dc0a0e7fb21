"""Workflow commands of GitHub Actions, which GitHub shows as annotations next to the lines."""

from __future__ import annotations

from collections.abc import Mapping

from flake8_forward_call.findings.finding import Finding
from flake8_forward_call.report.paths import relative
from flake8_forward_call.report.record import Report
from flake8_forward_call.terminal.printing import one_line

# As actions/toolkit escapes them (packages/core/src/command.ts).
_IN_MESSAGES = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTIES = _IN_MESSAGES | {":": "%3A", ",": "%2C"}


def render(report: Report) -> str:
    """A command for each finding: an error if it makes the command and so the job fail, else a warning."""
    return "\n".join(_command(report, finding) for finding in report)


def _command(report: Report, finding: Finding) -> str:
    start, end = (report.in_file(finding, place) for place in (finding.start, finding.end))
    properties = {
        "title": f"forward-call ({finding.code})",
        "file": one_line(relative(finding.path)),
        "line": start.row,
        "col": start.column,
        "endLine": end.row,
        "endColumn": end.column,
    }
    told = ",".join(f"{name}={_escaped(str(value), _IN_PROPERTIES)}" for name, value in properties.items())
    # The log of a job only shows the text, so the text contains the location too.
    text = one_line(f"{relative(finding.path)}:{finding.where}: {finding.code} {finding.message}")
    return f"::{'error' if report.fails else 'warning'} {told}::{_escaped(text, _IN_MESSAGES)}"


def _escaped(text: str, codes: Mapping[str, str]) -> str:
    return "".join(codes.get(character, character) for character in text)
