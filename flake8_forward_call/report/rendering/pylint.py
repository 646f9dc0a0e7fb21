"""pylint's parseable format (https://pylint.readthedocs.io/en/stable/user_guide/usage/output.html)."""

from __future__ import annotations

from flake8_forward_call.report.paths import relative
from flake8_forward_call.report.record import Report, message
from flake8_forward_call.terminal.printing import shown


def render(report: Report) -> str:
    """One line for each finding. The format has no columns."""
    return "\n".join(
        f"{shown(relative(one.path))}:{report.in_file(one, one.start).row}: [{one.code}] {message(one)}"
        for one in report
    )
