"""Each finding with its rows and its fix, for readers who have not opened the file."""

from __future__ import annotations

from click import style

from flake8_forward_call.findings.finding import Applicability, Finding
from flake8_forward_call.findings.ruling import skipped
from flake8_forward_call.report import excerpt
from flake8_forward_call.report.record import Report
from flake8_forward_call.report.rendering.text import code, mark
from flake8_forward_call.sources.source import Source
from flake8_forward_call.terminal.printing import shown


def render(report: Report) -> str:
    """One paragraph for each finding."""
    return "\n\n".join("\n".join(_lines(finding, report.sources.get(finding.path))) for finding in report.by_urgency())


def _lines(finding: Finding, source: Source | None) -> list[str]:
    message = finding.message.replace(skipped(finding.hanging), "") if finding.hanging else finding.message
    place = f"{shown(finding.path)}:{finding.where}"
    gutter = excerpt.gutter(finding)
    lines = [
        f"{code(finding)}{mark(finding)} {style(message, bold=True)}",
        f"{' ' * gutter}{style('-->', fg='blue', bold=True)} {place}",
    ]
    rows = [] if source is None else list(excerpt.render(finding, source, gutter))
    if rows:
        lines += [excerpt.edge("|", gutter), *rows, excerpt.edge("|", gutter)]
    notes = [("note", f"{clause}, which this call skips") for clause in finding.hanging]
    notes += [("help", remedy) for remedy in _remedies(finding)]
    return [*lines, *(f"{excerpt.edge('=', gutter)} {style(kind, bold=True)}: {words}" for kind, words in notes)]


def _remedies(finding: Finding) -> list[str]:
    if finding.fix is None:
        return []
    change = f"{style(finding.fix.before, fg='red')} -> {style(finding.fix.after, fg='green')}"
    if finding.fix.applicability is Applicability.SAFE:
        return [change]
    return [f"{change} (not safe: the call may mean something else, so look at it first)"]
