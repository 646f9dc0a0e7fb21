"""``forward-call explain``."""

from __future__ import annotations

import click

from flake8_forward_call.rules import BY_CODE, RULES
from flake8_forward_call.selection import unknown
from flake8_forward_call.trouble import Status


@click.command()
@click.argument("code", required=False)
def explain(code: str | None) -> Status:
    """Explain a rule, or list the rules."""
    if code is None:
        for rule in RULES:
            told = (("fixable", rule.applicability is not None), ("off by default", not rule.default))
            notes = [note for note, holds in told if holds]
            click.echo(f"{rule.code}  {rule.title}" + (f" ({', '.join(notes)})" if notes else ""))
        click.echo("\n'forward-call explain CODE' tells all about one.")
    elif (known := BY_CODE.get(code.upper())) is not None:
        click.echo(known.document.rstrip())
    else:
        raise click.BadParameter(unknown(code), param_hint="CODE")
    return Status.CLEAN
