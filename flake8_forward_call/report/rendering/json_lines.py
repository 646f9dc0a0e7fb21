"""ruff's JSON format with one object per line, for programs that read a stream."""

from __future__ import annotations

from flake8_forward_call.report.record import Report
from flake8_forward_call.report.rendering.json import objects
from flake8_forward_call.terminal.printing import as_json


def render(report: Report) -> str:
    """One line for each finding."""
    return "\n".join(as_json(each, indent=None) for each in objects(report))
