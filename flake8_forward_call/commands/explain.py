"""``forward-call explain``."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from flake8_forward_call.commands.examples import epilog
from flake8_forward_call.commands.given.colour import colour_option
from flake8_forward_call.commands.given.completing import codes_or_files
from flake8_forward_call.commands.options import inference_options, observed_option
from flake8_forward_call.files.reading import NotPlainError, read_bytes
from flake8_forward_call.findings.finding import Applicability
from flake8_forward_call.findings.selection import EVERYTHING, unknown
from flake8_forward_call.report import evidence
from flake8_forward_call.report.explanations import calls_as_json, rule_as_json, rules_as_json
from flake8_forward_call.report.rendering import text
from flake8_forward_call.rules import BY_CODE, RULES
from flake8_forward_call.sources.opening import read
from flake8_forward_call.sources.source import Source, SourceError, is_notebook
from flake8_forward_call.terminal import terminal
from flake8_forward_call.terminal.printing import near, shown
from flake8_forward_call.terminal.trouble import Status, reason

if TYPE_CHECKING:
    from flake8_forward_call.explaining import Explanation

# `net.py:31:20` or `net.ipynb:cell 3:2:20`, as findings are printed, or the same without the column. The word `cell`
# is optional if all three numbers are given.
_PLACE = re.compile(
    r"(?P<path>.+?)(?::cell (?P<cell>\d+)|:(?P<bare_cell>\d+)(?=:\d+:\d+:?$))?:(?P<row>\d+)(?::(?P<column>\d+))?:?",
    re.DOTALL,
)


@click.command(epilog=epilog("explain"), short_help="Explain a rule or a call.")
@inference_options
@observed_option
@click.option("--all", "wants_all", is_flag=True, help="Explain all rules.")
@click.option(
    "--output-format",
    type=click.Choice(["text", "json"]),
    default="text",
    help="Output format: text or, for programs, json.",
)
@colour_option
@click.argument("what", metavar="[CODE | PATH[:cell N]:ROW[:COLUMN]]", required=False, shell_complete=codes_or_files)
def explain(what: str | None, *, wants_all: bool, output_format: str) -> Status:
    """Explain a rule, or why a call is or is not reported. Without an argument, list the rules.

    PATH:ROW:COLUMN is the location of a call as 'check' prints it, 'PATH:cell N:ROW:COLUMN' in a notebook. The output
    is the chain of evidence, each step with its file and line, or the point where the trail is lost.
    """
    is_json = output_format == "json"
    place = None if what is None else _PLACE.fullmatch(what)
    if what is None and is_json:
        click.echo(rules_as_json(RULES))
    elif wants_all:
        if what is not None:
            raise click.UsageError("--all explains all rules, so it cannot be used with one of them or with a call")
        click.echo("\n\n".join(rule.document.rstrip() for rule in RULES))
    elif what is None:
        for rule in RULES:
            told = (("fixable", rule.applicability is not None), ("off by default", not rule.default))
            notes = [note for note, holds in told if holds]
            terminal.echo(
                f"{terminal.link(rule.code, rule.url)}  {rule.title}" + (f" ({', '.join(notes)})" if notes else "")
            )
        click.echo("\n'forward-call explain CODE' explains one of them, 'forward-call explain PATH:ROW:COLUMN' a call.")
    elif (known := BY_CODE.get(what.upper())) is not None:
        click.echo(rule_as_json(known) if is_json else known.document.rstrip())
    elif place is not None:
        path, bare = place["path"], place["bare_cell"]
        if bare is not None and not is_notebook(path):
            path, bare = f"{path}:{bare}", None  # A colon in the name.
        _explain_call(
            path, _number(place["cell"] or bare), int(place["row"]), _number(place["column"]), is_json=is_json
        )
    elif (path := _file_in(what)) is not None:
        raise _wrong_form(path)
    else:
        raise click.BadParameter(_no_rule(what), param_hint="CODE")
    return Status.CLEAN


def _no_rule(what: str) -> str:
    """The message for a word that is no rule's code: a prefix and 'ALL' select rules, but have no page."""
    codes = [code for code in BY_CODE if what and code.startswith(what.upper())]
    if len(codes) == len(BY_CODE) or what.upper() == EVERYTHING:
        return f"{what!r} is not the code of one rule; 'forward-call explain' lists the rules"
    if len(codes) > 1:
        return f"{what!r} is the prefix of several rules; choose from {', '.join(codes)}"
    return f"unknown rule code {what!r}; did you mean {codes[0]}?" if codes else unknown(what)


def _number(digits: str | None) -> int | None:
    return None if digits is None else int(digits)


def _file_in(what: str) -> str | None:
    """The longest path that exists at the start of a text, which may continue after a colon; None if there is none."""
    parts = what.split(":")
    beginnings = (":".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((path for path in beginnings if os.path.exists(path)), None)  # noqa: PTH110 (Path.exists() may raise.)


def _wrong_form(path: str) -> click.BadParameter:
    form = f"{path}:cell N:ROW:COLUMN" if is_notebook(path) else f"{path}:ROW:COLUMN"
    return click.BadParameter(f"{near(path)}: name a call in it as {form}, as 'check' prints it", param_hint="PATH")


def _explain_call(path: str, cell: int | None, row: int, column: int | None, *, is_json: bool) -> None:
    from flake8_forward_call.explaining import NoCallError

    try:
        source = read(path, read_bytes(path), has_documents=True)
        if source is None:
            raise click.BadParameter(f"{near(path)}: is not a Python notebook", param_hint="PATH")
        found = _explained(source, _row(source, cell, row), column)
    except NotPlainError as error:
        raise click.BadParameter(f"{near(path)}: {error}", param_hint="PATH") from None
    except OSError as error:
        if (shorter := _file_in(path)) is not None and shorter != path:
            raise _wrong_form(shorter) from None
        raise click.BadParameter(f"{near(path)}: cannot be read: {reason(error)}", param_hint="PATH") from None
    except SourceError as error:
        # If a notebook is not JSON, there are no cells to count in.
        raise click.BadParameter(f"{near(path)}:{error.place}: {error}", param_hint="PATH") from None
    except RecursionError:
        raise click.BadParameter(
            f"{near(path)}: cannot analyse file: it is nested too deeply", param_hint="PATH"
        ) from None
    except NoCallError as error:
        raise click.BadParameter(f"{near(path)}: {error}", param_hint="PATH") from None
    if is_json:
        click.echo(calls_as_json(source, found))
        return
    for each in found:
        terminal.echo("\n".join(_lines(source, each)))


def _explained(source: Source, row: int, column: int | None) -> list[Explanation]:
    """The explanations of a location in a file or in an example of its docstrings. Raises NoCallError, SourceError."""
    from flake8_forward_call.explaining import NoCallError, explain

    try:
        return explain(source, row, column)
    except NoCallError:
        if source.examples is not None:
            with suppress(NoCallError):  # The other error is about the file.
                return explain(source.examples, row, column)
        raise


def _row(source: Source, number: int | None, row: int) -> int:
    """The row of the text for a row of a cell; the row itself in a file without cells. Raises BadParameter."""
    path = source.path
    if number is None:
        if is_notebook(path):
            raise _wrong_form(path)
        return row
    if not is_notebook(path):
        raise _wrong_form(path)
    cell = next((cell for cell in source.cells() if cell.number == number), None)
    if cell is None:
        raise click.BadParameter(f"{near(path)}: has no code cell {number}", param_hint="PATH")
    for fault in source.faults():
        if source.cell_at(fault.place.row) == cell:
            raise click.BadParameter(f"{near(path)}:{source.where(fault.place)}: {fault}", param_hint="PATH")
    if source.cell_at(row + cell.rows_above) != cell:
        raise click.BadParameter(f"{near(path)}: has no row {row} in cell {number}", param_hint="PATH")
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
