"""What the command prints: one file a format."""

from __future__ import annotations

from flake8_forward_call import terminal
from flake8_forward_call.formats import FORMATS
from flake8_forward_call.report.record import Report


def show(report: Report, output_format: str, *, err: bool = False) -> None:
    """Print a report in a format, to standard output or to standard error."""
    tell(FORMATS[output_format].render(report), err=err)


def tell(rendered: str, *, err: bool = False) -> None:
    """Print what a format made, which is nothing if there was nothing to tell."""
    if rendered:
        terminal.echo(rendered, err=err)
