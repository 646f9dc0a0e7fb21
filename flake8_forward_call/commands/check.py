"""``forward-call check``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from flake8_forward_call.checking import check_bytes, keep, known_of_bytes, lost, source_of
from flake8_forward_call.commands import showing, watching
from flake8_forward_call.commands.examples import epilog
from flake8_forward_call.commands.gate import Gate, gate_options
from flake8_forward_call.commands.given.recorded import RecordedCommand
from flake8_forward_call.commands.noqa import adopt, noqa_options, selects_of
from flake8_forward_call.commands.options import ignore_noqa_option, observed_option, paths_or_default, shared_options
from flake8_forward_call.configuration.settings import settings_of
from flake8_forward_call.files.inputs import Input, read_inputs
from flake8_forward_call.findings.finding import Finding
from flake8_forward_call.findings.selection import Selects
from flake8_forward_call.jobs.counting import wanted
from flake8_forward_call.jobs.doing import done
from flake8_forward_call.report.record import Report
from flake8_forward_call.sources.source import Source
from flake8_forward_call.terminal.interrupts import ends_raised
from flake8_forward_call.terminal.progress import Progress
from flake8_forward_call.terminal.telling import Telling, loudness_options
from flake8_forward_call.terminal.trouble import Status, Trouble


@dataclass(frozen=True, slots=True)
class Checking:
    """The check of one file. ``unused_noqa``: also report comments that silence nothing."""

    selects: Selects
    unused_noqa: bool = False

    def known(self, each: Input) -> list[Finding] | None:
        """The findings, if no inference is needed for them."""
        checked = known_of_bytes(each.name, each.data, self.selects, unused_noqa=self.unused_noqa)
        return None if checked is None else checked.findings

    def do(self, each: Input) -> list[Finding]:
        """The findings."""
        return check_bytes(each.name, each.data, self.selects, unused_noqa=self.unused_noqa).findings

    def lost(self, each: Input, reason: str) -> list[Finding]:
        """The finding that says why there are no others."""
        return lost(each.name, each.data, self.selects, reason)

    def needs_text(self, answer: list[Finding]) -> bool:
        """Whether the report may show the text of a file."""
        return bool(answer)


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
    paths, settings = paths_or_default(context, paths), settings_of(Path.cwd())
    output_format = settings.output_format
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
        task = Checking(selects, report_unused_noqa)
        # What this process has read when a file changes is worth more to --watch than the first check.
        number = 1 if watch else wanted(settings)
        remain = _look(context, paths, stdin_filename, gate, telling, task=task, number=number, fails=not exit_zero)
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
    task: Checking,
    number: int | None,
    fails: bool,
) -> bool:
    """Report the findings in all files under the paths; whether there are any. Raises KeyboardInterrupt."""
    trouble = telling.trouble
    findings: list[Finding] = []
    sources: dict[str, Source] = {}
    with Progress(is_wanted=not telling.is_quiet) as progress:
        inputs = telling.seen(read_inputs(paths, stdin_filename, trouble, telling.skipped, progress.expect))
        for each, found in done(inputs, task, number, progress, trouble):
            gate.saw(each)
            findings += found
            source = source_of(each.name, each.data) if found else None
            if source is not None:
                sources[each.name] = source
    keep()
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
