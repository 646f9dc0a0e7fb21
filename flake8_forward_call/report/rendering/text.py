"""flake8's own format, and its colours."""

from __future__ import annotations

from click import style

from flake8_forward_call.findings.finding import Finding
from flake8_forward_call.report.record import Report
from flake8_forward_call.rules import BY_CODE
from flake8_forward_call.terminal.printing import shown
from flake8_forward_call.terminal.terminal import link


def render(report: Report) -> str:
    """One line for each finding."""
    return "\n".join(line(finding) for finding in report.by_urgency())


def line(finding: Finding) -> str:
    """``path:row:column: CODE message``, styled for a terminal."""
    colon = style(":", fg="cyan")
    place = colon.join((style(shown(finding.path), bold=True), *finding.where.split(":")))
    return f"{place}{colon} {code(finding)} {finding.message}"


def code(finding: Finding) -> str:
    """The code, with a link to the page of its rule if the terminal supports links."""
    return link(style(finding.code, fg="red", bold=True), BY_CODE[finding.code].url)
