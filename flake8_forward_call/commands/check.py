"""``forward-call check``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from flake8_forward_call.checking import check_bytes, hold, keep
from flake8_forward_call.commands import showing, watching
from flake8_forward_call.commands.examples import epilog
from flake8_forward_call.commands.gate import Gate, gate_options
from flake8_forward_call.commands.given.recorded import RecordedCommand
from flake8_forward_call.commands.noqa import adopt, noqa_options, selects_of
from flake8_forward_call.commands.options import ignore_noqa_option, observed_option, paths_or_default, shared_options
from flake8_forward_call.configuration.settings import settings_of
from flake8_forward_call.files.inputs import read_inputs
from flake8_forward_call.findings.finding import Finding
from flake8_forward_call.findings.glances import Glances
from flake8_forward_call.report.record import Report
from flake8_forward_call.sources.source import Source
from flake8_forward_call.terminal.interrupts import ends_raised
from flake8_forward_call.terminal.progress import Progress
from flake8_forward_call.terminal.telling import Telling, loudness_options
from flake8_forward_call.terminal.trouble import Status, Trouble


@click.command(cls=RecordedCommand, epilog=epilog("check"))
@shared_options
@observed_option
@gate_options
@noqa_options
@ignore_noqa_option
@showing.show_files_option
@loudness_options
@watching.watch_option
@click.pass_context
def check(
    context: click.Context,
    *,
    paths: tuple[str, ...],
    stdin_filename: str,
    exit_zero: bool,
    statistics: bool,
    output_file: str | None,
    diff_base: str | None,
    baseline: str | None,
    write_baseline: str | None,
    add_noqa: str | None,
    report_unused_noqa: bool,
    ignore_noqa: bool,
    show_files: bool,
    quiet: bool,
    verbose: bool,
    watch: bool,
) -> Status:
    """Report direct calls of a module's forward(). Files are changed only with --add-noqa.

    PATH is a file or a directory, or '-' for standard input. The default is 'paths' in the settings, or the current
    directory.
    """
    paths, output_format = paths_or_default(context, paths), settings_of(Path.cwd()).output_format
    if show_files:
        return showing.show_files(context, paths, Trouble(is_quiet=quiet))
    if watch and (hindrance := watching.conflict(context)) is not None:
        raise click.UsageError(hindrance)
    if add_noqa is not None:
        trouble = Trouble(is_quiet=quiet)
        remain = adopt(context, paths, output_format, trouble, reason=add_noqa)
        return trouble.status(findings=remain and not exit_zero)

    selects = selects_of(report_unused_noqa=report_unused_noqa, ignore_noqa=ignore_noqa)

    def look() -> Status:
        # The options are part of the work: git is asked about them, in a temporary folder.
        with ends_raised():
            return look_once()

    def look_once() -> Status:
        trouble = Trouble(is_quiet=quiet)
        telling = Telling(trouble, is_quiet=quiet, is_verbose=verbose)
        gate = Gate(selects, trouble, output_format, statistics, output_file)
        gate.prepare(paths, stdin_filename, diff_base, baseline, write_baseline)
        remain = _look(
            context, paths, stdin_filename, gate, telling, unused_noqa=report_unused_noqa, fails=not exit_zero
        )
        return trouble.status(findings=remain and not exit_zero)

    if watch:
        return watching.watch(look, paths, is_quiet=quiet)
    try:
        return look()
    except KeyboardInterrupt:
        Trouble().error("Interrupted: not all files were checked.")
        return Status.FAILED


def _look(
    context: click.Context,
    paths: Sequence[str],
    stdin_filename: str,
    gate: Gate,
    telling: Telling,
    *,
    unused_noqa: bool,
    fails: bool,
) -> bool:
    """Report the findings in all files under the paths; whether there are any. Raises KeyboardInterrupt."""
    trouble = telling.trouble
    findings: list[Finding] = []
    sources: dict[str, Source] = {}
    # Whether a comment silences something is found out anew.
    glances = Glances(() if unused_noqa else paths, gate.selects)
    with Progress(is_wanted=not telling.is_quiet) as progress:
        for each in read_inputs(
            paths, stdin_filename, trouble, telling.skipped, progress.over, need_not_be_read=glances.tell_nothing
        ):
            if each.is_stdin:
                hold(each.name, each.data)
            telling.saw(each.name)
            checked = check_bytes(each.name, each.data, gate.selects, unused_noqa=unused_noqa)
            gate.saw(each)
            glances.note(each.name, each.stamp, each.data)
            findings += checked.findings
            if checked.findings and checked.source is not None:
                sources[each.name] = replace(checked.source)  # Without the tree.
    keep()
    glances.keep()
    telling.skipped.tell_if_all(trouble)
    run = None
    if gate.output_format == "html":
        from flake8_forward_call.commands.circumstances import circumstances

        run = circumstances(context, paths, telling.files, gate.selects)
    passed = gate.passed(Report(findings, sources, is_complete=not trouble.errors, fails=fails, run=run))
    gate.report(passed)
    if gate.is_printed:
        telling.sum_up(passed, gate.output_format)
    telling.end()
    return bool(passed.findings)
