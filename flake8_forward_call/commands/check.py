"""``forward-call check``."""

from __future__ import annotations

import dataclasses

import click

from flake8_forward_call import report
from flake8_forward_call.adopting import Adopting
from flake8_forward_call.checking import check_bytes
from flake8_forward_call.commands.options import selection, shared_options
from flake8_forward_call.finding import Finding
from flake8_forward_call.inputs import STDIN, STDIN_NAME, read_inputs
from flake8_forward_call.rules import fwd100
from flake8_forward_call.trouble import Status, Trouble


@click.command()
@shared_options
@click.option("--add-noqa", is_flag=True, help="Write '# noqa: CODE' at all that is found, in place of reporting it.")
@click.option(
    "--report-unused-noqa", is_flag=True, help="Also report codes FWD in noqa comments that silence nothing (FWD100)."
)
def check(
    *,
    paths: tuple[str, ...],
    select: tuple[str, ...] | None,
    ignore: tuple[str, ...] | None,
    extend_select: tuple[str, ...] | None,
    output_format: str,
    stdin_filename: str,
    add_noqa: bool,
    report_unused_noqa: bool,
) -> Status:
    """Report direct calls of a module's forward(), and change nothing but with --add-noqa.

    PATH is a file or a directory, or '-' for standard input; without one it is the current directory.
    """
    wanted = selection(select, ignore, extend_select)
    if report_unused_noqa:
        wanted = dataclasses.replace(wanted, extend_select=(*wanted.extend_select, fwd100.RULE.code))
    trouble = Trouble()
    if add_noqa:
        is_stdin = STDIN in paths or stdin_filename != STDIN_NAME
        conflict = _conflict(is_stdin, output_format, report_unused_noqa=report_unused_noqa)
        if conflict is not None:
            raise click.UsageError(conflict)
        return _adopt(Adopting(wanted, trouble), paths)
    findings: list[Finding] = []
    try:
        for each in read_inputs(paths, stdin_filename, trouble):
            checked = check_bytes(each.name, each.data, wanted, thorough=each.is_named, unused_noqa=report_unused_noqa)
            findings += checked.findings
    except KeyboardInterrupt:
        trouble.error("Interrupted: not every file was looked at.")
        return Status.FAILED
    report.show(findings, output_format)
    return trouble.status(findings=bool(findings))


def _adopt(adopting: Adopting, paths: tuple[str, ...]) -> Status:
    """Put comments at what is found."""
    try:
        for each in read_inputs(paths, STDIN_NAME, adopting.trouble):
            adopting.take(each)
    except KeyboardInterrupt:
        adopting.trouble.error(adopting.interrupted())
        return Status.FAILED
    adopting.finish()
    return adopting.trouble.status(findings=adopting.findings_remain)


def _conflict(is_stdin: bool, output_format: str, *, report_unused_noqa: bool) -> str | None:
    """Why options cannot go together with --add-noqa, None where they can."""
    if is_stdin:
        return "--add-noqa writes into files, so it cannot go with standard input"
    if output_format != "text":
        return f"--add-noqa reports no findings, so it cannot go with --output-format {output_format}"
    if report_unused_noqa:
        return "--add-noqa reports nothing, so it cannot go with --report-unused-noqa; run them one after the other"
    return None
