"""What the command prints, and the parts that its formats share."""

from __future__ import annotations

from flake8_forward_call.report.record import Report
from flake8_forward_call.report.rendering import rendered
from flake8_forward_call.terminal import terminal


def show(report: Report, output_format: str, *, err: bool = False) -> None:
    """Print a report in a format, to standard output or to standard error."""
    tell(rendered(output_format, report), err=err)


def tell(text: str, *, err: bool = False) -> None:
    """Print a rendered report, or nothing if it is empty."""
    if text:
        terminal.echo(text, err=err)
