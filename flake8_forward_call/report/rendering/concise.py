"""flake8's format with ruff's mark for findings that can be fixed."""

from __future__ import annotations

from flake8_forward_call.report.record import Report
from flake8_forward_call.report.rendering.text import line


def render(report: Report) -> str:
    """One line for each finding."""
    return "\n".join(line(finding, is_marked=True) for finding in report)
