"""The findings of each file below its name, as ruff groups them."""

from __future__ import annotations

from itertools import groupby

from click import style

from flake8_forward_call.report.record import Report
from flake8_forward_call.report.rendering.text import code, mark
from flake8_forward_call.terminal.printing import shown


def render(report: Report) -> str:
    """A paragraph for each file: its name, and a line for each finding, with the locations in one column."""
    paragraphs = []
    for path, group in groupby(report, lambda finding: finding.path):
        findings = list(group)
        width = max(len(finding.where) for finding in findings)
        lines = [f"{style(shown(path), bold=True)}:"]
        lines += [f"  {one.where.ljust(width)} {code(one)}{mark(one)} {one.message}" for one in findings]
        paragraphs.append("\n".join(lines))
    return "\n\n".join(paragraphs)
