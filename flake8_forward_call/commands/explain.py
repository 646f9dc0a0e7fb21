"""``forward-call explain``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flake8_forward_call import terminal
from flake8_forward_call.commands.completing import codes_or_files
from flake8_forward_call.commands.examples import epilog
from flake8_forward_call.commands.options import inference_options
from flake8_forward_call.finding import Applicability
from flake8_forward_call.printing import shown
from flake8_forward_call.report import evidence, text
from flake8_forward_call.rules import BY_CODE, RULES
from flake8_forward_call.selection import unknown
from flake8_forward_call.source import Source, SourceError, is_notebook, read
from flake8_forward_call.trouble import Status, reason

if TYPE_CHECKING:
    from flake8_forward_call.explaining import Explanation

# `net.py:31:20` or `net.ipynb:cell 3:2:20`, as findings are printed, or the same without the column.
_PLACE = re.compile(r"(?P<path>.+?)(?::cell (?P<cell>\d+))?:(?P<row>\d+)(?::(?P<column>\d+))?:?", re.S)


@click.command(epilog=epilog("explain"))
@inference_options
@click.argument("what", metavar="[CODE | PATH[:cell N]:ROW[:COLUMN]]", required=False, shell_complete=codes_or_files)
def explain(what: str | None) -> Status:
    """Explain a rule, or why one call is or is not reported; or list the rules.

    PATH:ROW:COLUMN is the place of a call as 'check' prints it, 'PATH:cell N:ROW:COLUMN' in a notebook. What is shown
    is the chain of evidence, each step with its file and line, or where the trail is lost.
    """
    place = None if what is None else _PLACE.fullmatch(what)
    if what is None:
        for rule in RULES:
            told = (("fixable", rule.applicability is not None), ("off by default", not rule.default))
            notes = [note for note, holds in told if holds]
            terminal.echo(
                f"{terminal.link(rule.code, rule.url)}  {rule.title}" + (f" ({', '.join(notes)})" if notes else "")
            )
        click.echo(
            "\n'forward-call explain CODE' tells all about one, 'forward-call explain PATH:ROW:COLUMN' of a call."
        )
    elif (known := BY_CODE.get(what.upper())) is not None:
        click.echo(known.document.rstrip())
    elif place is not None:
        cell, row, column = (None if place[name] is None else int(place[name]) for name in ("cell", "row", "column"))
        assert row is not None, "the pattern has it"
        _explain_call(place["path"], cell, row, column)
    elif Path(what).exists():
        pattern = f"{what}:cell N:ROW:COLUMN" if is_notebook(what) else f"{what}:ROW:COLUMN"
        raise click.BadParameter(f"name the call in it: {pattern}, as 'check' prints it", param_hint="PATH")
    else:
        raise click.BadParameter(unknown(what), param_hint="CODE")
    return Status.CLEAN


def _explain_call(path: str, cell: int | None, row: int, column: int | None) -> None:
    from flake8_forward_call.explaining import NoCallError, explain

    try:
        source = read(path, Path(path).read_bytes())
        if source is None:
            raise click.BadParameter(f"{path}: is not a Python notebook", param_hint="PATH")
        found = explain(source, _row(source, cell, row), column)
    except OSError as error:
        raise click.BadParameter(f"{path}: cannot be read: {reason(error)}", param_hint="PATH") from None
    except SourceError as error:
        # Where a notebook is no JSON there are no cells to count in.
        raise click.BadParameter(f"{path}:{error.place}: {error}", param_hint="PATH") from None
    except RecursionError:
        raise click.BadParameter(f"{path}: cannot analyse file: it is nested too deeply", param_hint="PATH") from None
    except NoCallError as error:
        raise click.BadParameter(f"{path}: {error}", param_hint="PATH") from None
    for each in found:
        terminal.echo("\n".join(_lines(source, each)))


def _row(source: Source, number: int | None, row: int) -> int:
    """The row of the text that is a row of a cell; where there are no cells the row itself."""
    path = source.path
    if number is None:
        if is_notebook(path):
            raise click.BadParameter(f"{path}: name the cell as well: {path}:cell N:{row}", param_hint="PATH")
        return row
    cell = next((cell for cell in source.cells() if cell.number == number), None)
    if cell is None:
        raise click.BadParameter(f"{path}: has no code cell {number}", param_hint="PATH")
    for fault in source.faults():
        if source.cell_at(fault.place.row) == cell:
            raise click.BadParameter(f"{path}:{source.where(fault.place)}: {fault}", param_hint="PATH")
    if source.cell_at(row + cell.rows_above) != cell:
        raise click.BadParameter(f"{path}: has no row {row} in cell {number}", param_hint="PATH")
    return row + cell.rows_above


def _lines(source: Source, each: Explanation) -> list[str]:
    head = f"{click.style(f'{shown(source.path)}:{source.where(each.place)}', bold=True)}: "
    if each.finding is None:
        head += f"{each.subject} is not reported: {each.reason}"
    else:
        head += f"{text.code(each.finding)} {each.finding.message}"
    notes = []
    if each.finding is not None and not BY_CODE[each.finding.code].default:
        notes.append(f"{each.finding.code} is off by default; --extend-select {each.finding.code} turns it on.")
    if each.finding is not None and each.finding.fix and each.finding.fix.applicability is Applicability.UNSAFE:
        notes.append(f"Its fix is unsafe: {each.reason}.")
    if each.is_silenced:
        notes.append("A # noqa comment silences it.")
    return [head, *(f"  {evidence.render(step, source)}" for step in each.steps), *(f"  {note}" for note in notes)]
