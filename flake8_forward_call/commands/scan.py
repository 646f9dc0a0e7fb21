"""``forward-call scan``."""

from __future__ import annotations

from typing import Any

import click

from flake8_forward_call.commands.examples import epilog
from flake8_forward_call.commands.gate import may_overwrite, report_options
from flake8_forward_call.commands.given.colour import colour_option
from flake8_forward_call.commands.given.completing import folders
from flake8_forward_call.commands.given.passing import passed_on
from flake8_forward_call.commands.given.recorded import RecordedCommand
from flake8_forward_call.commands.options import file_options, ignore_noqa_option, inference_options, rule_options
from flake8_forward_call.terminal.telling import loudness_options
from flake8_forward_call.terminal.trouble import Status, Trouble

# The output formats, each with the one that `check` has to print for it.
_FORMATS = {"table": "json-lines", "json-lines": "json-lines", "sarif": "sarif", "html": "html"}


@click.command(cls=RecordedCommand, epilog=epilog("scan"), short_help="Check many projects, also on several machines.")
@colour_option
@click.option("--each", is_flag=True, help="Check each direct subfolder of ROOTS as a project.")
@click.option("--scheduler", metavar="ADDRESS", help="The scheduler of a Dask cluster; its workers must see ROOTS too.")
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    metavar="N",
    help="How many projects are checked at the same time on this machine (default: one per processor).",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0),
    metavar="SECONDS",
    default=600,
    show_default=True,
    help="Stop the check of a project after this time; 0 for no limit.",
)
@click.option(
    "--memory",
    type=click.IntRange(min=1),
    metavar="MB",
    help="The memory that the check of a project may use (not on Windows).",
)
@click.option(
    "--state",
    metavar="DIR",
    type=click.Path(file_okay=False),
    shell_complete=folders,
    help="Keep each result in DIR, and check a project again only if something has changed.",
)
@click.option(
    "--output-format", type=click.Choice(list(_FORMATS)), default="table", show_default=True, help="The report."
)
@click.option(
    "--output-dir",
    metavar="DIR",
    type=click.Path(file_okay=False),
    shell_complete=folders,
    help="Write the pages of --output-format html to DIR.",
)
@report_options
@rule_options
@file_options
@inference_options
@ignore_noqa_option
@loudness_options
@click.argument("projects", metavar="ROOTS...", nargs=-1, required=True, shell_complete=folders)
@click.pass_context
def scan(context: click.Context, /, **given: Any) -> Status:
    """Check many projects, each with its own settings, as 'forward-call check' does in its folder.

    Each of ROOTS is the folder of a project. The projects are checked at the same time, by processes of this machine or
    by the workers of a Dask cluster. A check that takes too long or dies does not stop the others. This needs the extra
    'dask'.
    """
    if given["quiet"] and given["verbose"]:
        raise click.UsageError("--quiet and --verbose cannot be used together")
    if given["scheduler"] is not None and given["workers"] is not None:
        raise click.UsageError("--workers is for this machine, so it cannot be used with --scheduler")
    is_html = given["output_format"] == "html"
    if is_html and given["output_dir"] is None:
        raise click.UsageError("--output-format html writes several pages, so it needs --output-dir")
    if given["output_dir"] is not None and not is_html:
        raise click.UsageError("--output-dir is for --output-format html; --output-file writes the other reports")
    if is_html and given["output_file"] is not None:
        raise click.UsageError("--output-format html writes to --output-dir, not to --output-file")
    from flake8_forward_call.scanning.scan import Choices, Scan

    trouble = Trouble(is_quiet=given["quiet"])
    choices = Choices(
        output_format=given["output_format"],
        of_check=_FORMATS[given["output_format"]],
        arguments=passed_on(context, _OWN),
        scheduler=given["scheduler"],
        workers=given["workers"],
        timeout=given["timeout"] or None,
        memory=given["memory"] and given["memory"] * 1_000_000,
        state=given["state"],
        output_file=given["output_file"],
        output_dir=given["output_dir"],
        may_overwrite=may_overwrite(context),
        is_verbose=given["verbose"],
    )
    has_findings = Scan(choices, trouble).of(given["projects"], each=given["each"])
    return trouble.status(findings=has_findings and not given["exit_zero"])


# The options that are about the scan. All others are passed on to `check`.
_OWN = (
    "color",
    "each",
    "scheduler",
    "workers",
    "timeout",
    "memory",
    "state",
    "output_format",
    "output_dir",
    "output_file",
    "exit_zero",
    "force",
    "quiet",
    "verbose",
)
