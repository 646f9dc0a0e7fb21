"""``forward-call explain``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flake8_forward_call.commands.options import environment_options
from flake8_forward_call.report import evidence
from flake8_forward_call.rules import BY_CODE, RULES
from flake8_forward_call.selection import unknown
from flake8_forward_call.trouble import Status, reason

if TYPE_CHECKING:
    from flake8_forward_call.explaining import Explanation

# `net.py:31:20`, as findings are printed, or `net.py:31`.
_PLACE = re.compile(r"(?P<path>.+?):(?P<row>\d+)(?::(?P<column>\d+))?:?")


@click.command()
@environment_options
@click.argument("what", metavar="[CODE | PATH:ROW[:COLUMN]]", required=False)
def explain(what: str | None) -> Status:
    """Explain a rule, or why one call is or is not reported; or list the rules.

    PATH:ROW:COLUMN is the place of a call as 'check' prints it. What is shown is the chain of evidence, each step with
    its file and line, or where the trail is lost.
    """
    place = None if what is None else _PLACE.fullmatch(what)
    if what is None:
        for rule in RULES:
            told = (("fixable", rule.applicability is not None), ("off by default", not rule.default))
            notes = [note for note, holds in told if holds]
            click.echo(f"{rule.code}  {rule.title}" + (f" ({', '.join(notes)})" if notes else ""))
        click.echo(
            "\n'forward-call explain CODE' tells all about one, 'forward-call explain PATH:ROW:COLUMN' of a call."
        )
    elif (known := BY_CODE.get(what.upper())) is not None:
        click.echo(known.document.rstrip())
    elif place is not None:
        _explain_call(place["path"], int(place["row"]), int(place["column"]) if place["column"] else None)
    elif Path(what).exists():
        raise click.BadParameter(f"name the call in it: {what}:ROW:COLUMN, as 'check' prints it", param_hint="PATH")
    else:
        raise click.BadParameter(unknown(what), param_hint="CODE")
    return Status.CLEAN


def _explain_call(path: str, row: int, column: int | None) -> None:
    from flake8_forward_call.explaining import NoCallError, explain
    from flake8_forward_call.source import Source, SourceError

    try:
        source = Source.from_bytes(path, Path(path).read_bytes())
        found = explain(source, row, column)
    except OSError as error:
        raise click.BadParameter(f"{path}: cannot be read: {reason(error)}", param_hint="PATH") from None
    except SourceError as error:
        raise click.BadParameter(f"{path}:{error.place}: {error.reason}", param_hint="PATH") from None
    except RecursionError:
        raise click.BadParameter(f"{path}: is nested too deeply to be analysed", param_hint="PATH") from None
    except NoCallError as error:
        raise click.BadParameter(f"{path}: {error}", param_hint="PATH") from None
    for each in found:
        click.echo("\n".join(_lines(path, each)))


def _lines(path: str, each: Explanation) -> list[str]:
    head = f"{click.style(f'{path}:{each.place}', bold=True)}: "
    if each.finding is None:
        head += f"{each.subject} is not reported: {each.reason}"
    else:
        head += f"{each.finding.code} {each.finding.message}"
    notes = []
    if each.finding is not None and not BY_CODE[each.finding.code].default:
        notes.append(f"{each.finding.code} is off by default; --extend-select {each.finding.code} turns it on.")
    if each.is_silenced:
        notes.append("A # noqa comment silences it.")
    return [head, *(f"  {evidence.render(step)}" for step in each.steps), *(f"  {note}" for note in notes)]
