"""flake8's own format, and its colours."""

from __future__ import annotations

from click import style

from flake8_forward_call.findings.finding import Applicability, Finding
from flake8_forward_call.report.record import Report
from flake8_forward_call.rules import BY_CODE
from flake8_forward_call.terminal.printing import shown
from flake8_forward_call.terminal.terminal import link


def render(report: Report) -> str:
    """One line for each finding."""
    return "\n".join(line(finding) for finding in report.by_urgency())


def line(finding: Finding, *, is_marked: bool = False) -> str:
    """``path:row:column: CODE message``, styled for a terminal, with a mark after the code of a safe fix if wanted."""
    colon = style(":", fg="cyan")
    place = colon.join((style(shown(finding.path), bold=True), *finding.where.split(":")))
    return f"{place}{colon} {code(finding)}{mark(finding) if is_marked else ''} {finding.message}"


def mark(finding: Finding) -> str:
    """The mark of ruff if the finding has a safe fix, with a space in front, else nothing."""
    is_safe = finding.fix is not None and finding.fix.applicability is Applicability.SAFE
    return f" [{style('*', fg='cyan')}]" if is_safe else ""


def code(finding: Finding) -> str:
    """The code, with a link to the page of its rule if the terminal supports links."""
    return link(style(finding.code, fg="red", bold=True), BY_CODE[finding.code].url)
