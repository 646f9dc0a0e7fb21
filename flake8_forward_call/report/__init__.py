"""What the command prints: one file a format."""

from __future__ import annotations

from collections.abc import Sequence

import click

from flake8_forward_call.finding import Finding


def show(findings: Sequence[Finding], output_format: str, *, err: bool = False) -> None:
    """Print the findings in a format, sorted, to standard output or to standard error."""
    if output_format == "json":
        from flake8_forward_call.report import json

        click.echo(json.render(findings), err=err)
        return
    from flake8_forward_call.report import text

    for finding in sorted(findings, key=lambda finding: finding.sort_key):
        click.echo(text.render(finding), err=err)
