"""What ``check`` does with ``# noqa`` comments: it adds them, and reports those that silence nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from flake8_forward_call.commands.given.recorded import OptionalValue
from flake8_forward_call.configuration.selecting import selection_of
from flake8_forward_call.files.inputs import STDIN, STDIN_NAME, read_inputs
from flake8_forward_call.files.skipping import Skipped
from flake8_forward_call.findings.selection import Selection, Selects, without_noqa
from flake8_forward_call.noqa.adopting import Adopting
from flake8_forward_call.noqa.reasons import hindrance_of_reason
from flake8_forward_call.report.formats import FORMATS
from flake8_forward_call.rules import fwd100
from flake8_forward_call.terminal.interrupts import ends_raised
from flake8_forward_call.terminal.progress import Progress
from flake8_forward_call.terminal.trouble import Trouble

_Command = TypeVar("_Command", bound=Callable[..., Any])


def _reason(_context: click.Context, _option: click.Parameter, given: str | None) -> str | None:
    """The reason as it will be in comments. Raises BadParameter if it would not be one there."""
    if given is None:
        return None
    given = given.strip()
    if (why := hindrance_of_reason(given)) is not None:
        raise click.BadParameter(f"the reason {why}")
    return given


_OPTIONS = (
    click.option(
        "--add-noqa",
        cls=OptionalValue,
        metavar="REASON",
        callback=_reason,
        help="Add '# noqa: CODE' comments, with the reason after the code, to the findings instead of reporting them.",
    ),
    click.option(
        "--report-unused-noqa",
        is_flag=True,
        help="Also report FWD codes in noqa comments that silence nothing (FWD100).",
    ),
)

# Options about a report of findings. --add-noqa prints none.
_OF_A_REPORT = ("statistics", "output_file", "diff_base", "baseline", "write_baseline")


def noqa_options(command: _Command) -> _Command:
    """Give a command the options about ``# noqa`` comments."""
    for decorate in reversed(_OPTIONS):
        command = decorate(command)
    return command


def with_unused(path: str) -> Selection:
    """The selection for a file with the rule for comments that silence nothing."""
    selection = selection_of(path)
    return selection._replace(extend_select=(*selection.extend_select, fwd100.RULE.code))


def selects_of(*, report_unused_noqa: bool, ignore_noqa: bool) -> Selects:
    """Which rules count in a run with these options. Raises UsageError if they cannot be used together."""
    if report_unused_noqa and ignore_noqa:
        raise click.UsageError("--report-unused-noqa judges noqa comments, so it cannot be used with --ignore-noqa")
    if ignore_noqa:
        return without_noqa(selection_of)
    return with_unused if report_unused_noqa else selection_of


def adopt(
    context: click.Context, paths: Sequence[str], output_format: str, trouble: Trouble, *, reason: str = ""
) -> bool:
    """Add comments to the findings, each with the reason if there is one; whether any finding remains.

    Raises UsageError if other options conflict with --add-noqa.
    """
    conflict = _conflict(context, output_format)
    if conflict is not None:
        raise click.UsageError(conflict)
    adopting, skipped = Adopting(selection_of, trouble, reason), Skipped()
    try:
        with ends_raised(), Progress(is_wanted=not trouble.is_quiet) as progress:
            for each in read_inputs(paths, STDIN_NAME, trouble, skipped, progress.over):
                adopting.take(each)
    except KeyboardInterrupt:
        trouble.error(adopting.interrupted())
    else:
        skipped.tell_if_all(trouble)
        if skipped.looked_at:
            adopting.finish()
        skipped.tell(trouble)
    return adopting.findings_remain


def _conflict(context: click.Context, output_format: str) -> str | None:
    """Why the options of a run cannot be used together with --add-noqa; None if they can."""
    given = context.params
    if STDIN in given["paths"] or given["stdin_filename"] != STDIN_NAME:
        return "--add-noqa writes into files, so it cannot be used with standard input"
    if not FORMATS[output_format].is_for_people:
        return f"--add-noqa reports no findings, so it cannot be used with --output-format {output_format}"
    if given["report_unused_noqa"]:
        return (
            "--add-noqa reports nothing, so it cannot be used with --report-unused-noqa; run them one after the other"
        )
    if given["ignore_noqa"]:
        return "--add-noqa leaves alone what is silenced already, so it cannot be used with --ignore-noqa"
    for name in _OF_A_REPORT:
        if given[name] not in (None, False):
            return f"--add-noqa reports no findings, so it cannot be used with --{name.replace('_', '-')}"
    return None
