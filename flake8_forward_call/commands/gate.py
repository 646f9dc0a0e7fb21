"""``check`` as a gate, for example in CI: which findings count, and where their report goes."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from flake8_forward_call import report
from flake8_forward_call.files import former
from flake8_forward_call.files.inputs import STDIN, STDIN_NAME, Input
from flake8_forward_call.files.reading import read_bytes
from flake8_forward_call.files.writing import WriteError, write
from flake8_forward_call.findings.finding import Finding
from flake8_forward_call.findings.selection import Selects
from flake8_forward_call.report import statistics
from flake8_forward_call.report.record import Report
from flake8_forward_call.report.rendering import rendered
from flake8_forward_call.report.rewrites import count
from flake8_forward_call.terminal import terminal
from flake8_forward_call.terminal.printing import near
from flake8_forward_call.terminal.trouble import Trouble, reason

if TYPE_CHECKING:
    from flake8_forward_call.files.changes import Changes
    from flake8_forward_call.findings.baseline import Baseline

_Command = TypeVar("_Command", bound=Callable[..., Any])


# The key under which a run stores whether it may overwrite files that are not earlier reports.
_FORCE = f"{__name__}.force"


def _note_force(context: click.Context, _option: click.Parameter, value: bool) -> None:
    context.meta[_FORCE] = value


def _place_to_write(context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    """The file name, if it can be written at the end of the run without losing anything. Raises BadParameter."""
    if value is None or value == STDIN:
        return value
    path = Path(value)
    if not value or path.is_dir():
        raise click.BadParameter(f"{value!r} is not a file name")
    if not path.parent.is_dir():
        raise click.BadParameter(f"{near(value)}: the folder {near(str(path.parent))} does not exist")
    if path.is_symlink() and not path.exists():
        # A repository may contain such a link, and writing through it would create its target, wherever that is.
        raise click.BadParameter(f"{near(value)} is a link to {near(os.path.realpath(path))}, which does not exist")
    if not path.is_file():
        return value
    if not former.may_be_replaced(path):
        raise click.BadParameter(f"{near(value)} is a source file; a report never overwrites it")
    if not may_overwrite(context) and not former.is_former_output(_bytes_of(path)):
        raise click.BadParameter(f"{near(value)} exists and is not an earlier report; use --force to overwrite it")
    return value


def _bytes_of(path: Path) -> bytes:
    try:
        return read_bytes(path)
    except OSError as error:
        raise click.BadParameter(f"{near(str(path))}: {reason(error)}") from None


_EXIT_ZERO = click.option("--exit-zero", is_flag=True, help="Exit with 0 even if there are findings.")
_OUTPUT_FILE = click.option(
    "--output-file",
    metavar="FILE",
    callback=_place_to_write,
    help="Write the report to FILE (atomically); '-' is standard output.",
)
# Eager, because the callbacks of other options need its value.
_FORCE_OPTION = click.option(
    "--force",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_note_force,
    help="Overwrite FILE even if it is not an earlier report; source files are never overwritten.",
)
_OPTIONS = (
    _EXIT_ZERO,
    click.option("--statistics", is_flag=True, help="Print counts per rule instead of the findings."),
    _OUTPUT_FILE,
    click.option(
        "--diff-base",
        metavar="REV",
        help="Report only findings on lines that differ from the common ancestor of REV and HEAD.",
    ),
    click.option("--baseline", metavar="FILE", help="Report only findings that are not in this baseline."),
    click.option(
        "--write-baseline",
        metavar="FILE",
        callback=_place_to_write,
        help="Write all current findings to FILE, as a baseline.",
    ),
    _FORCE_OPTION,
)


def report_options(command: _Command) -> _Command:
    """Give a command the options that say where its report goes, and that findings do not fail it."""
    return _EXIT_ZERO(_OUTPUT_FILE(_FORCE_OPTION(command)))


def may_overwrite(context: click.Context) -> bool:
    """Whether the user allows to overwrite files that are not earlier reports."""
    return bool(context.meta.get(_FORCE))


def gate_options(command: _Command) -> _Command:
    """Give a command the options of the gate."""
    for decorate in reversed(_OPTIONS):
        command = decorate(command)
    return command


@dataclass
class Gate:
    """One run of ``check`` from its options to its report."""

    selects: Selects
    trouble: Trouble
    output_format: str
    statistics: bool
    output_file: str | None
    _changes: list[Changes] | None = None
    _baseline: Baseline | None = None
    _baseline_name: str = ""
    _to_write: str | None = None
    _seen: list[str] = field(default_factory=list)

    def prepare(
        self,
        paths: Sequence[str],
        stdin_filename: str,
        diff_base: str | None,
        baseline: str | None,
        write_baseline: str | None,
    ) -> None:
        """Check before the work starts that the options can be honoured. Raises click's errors if not."""
        if self.statistics and self.output_format not in statistics.RENDERERS:
            raise click.UsageError(f"--statistics cannot be used with --output-format {self.output_format}")
        if write_baseline is not None and (baseline is not None or diff_base is not None):
            other = "--baseline" if baseline is not None else "--diff-base"
            raise click.UsageError(f"--write-baseline writes all findings, so it cannot be used with {other}")
        if write_baseline == STDIN:
            raise click.UsageError("--write-baseline needs the name of a file")
        self._to_write = write_baseline
        if baseline is not None:
            from flake8_forward_call.findings.baseline import Baseline, BaselineError

            self._baseline_name = baseline
            try:
                self._baseline = Baseline.read(baseline)
            except BaselineError as error:
                raise click.BadParameter(str(error), param_hint="--baseline") from None
        if diff_base is not None:
            if STDIN in paths and stdin_filename == STDIN_NAME:
                raise click.UsageError("--diff-base needs --stdin-filename to know which file '-' stands for")
            from flake8_forward_call.files.changes import ChangesError, changes_of

            try:
                self._changes = changes_of([stdin_filename] if STDIN in paths else paths, diff_base)
            except ChangesError as error:
                raise click.BadParameter(str(error), param_hint="--diff-base") from None

    @property
    def is_printed(self) -> bool:
        """Whether the report goes to standard output and is not replaced by a baseline."""
        return self.output_file in (None, STDIN) and self._to_write is None

    def saw(self, each: Input) -> None:
        """Note a file that was checked."""
        self._seen.append(each.name)
        if each.is_stdin:
            for changes in self._changes or ():
                changes.hold(each.name, each.data)

    def passed(self, made: Report) -> Report:
        """The report of the findings that count. Writes the baseline first, if the user asked for one."""
        return replace(made, findings=self._passed(made))

    def _passed(self, made: Report) -> list[Finding]:
        found = list(made)
        if self._to_write is not None:
            return self._written(found, self._to_write)
        touched = found if self._changes is None else self._touched(made, self._changes)
        if self._baseline is None:
            return touched
        # Untouched findings were there before. So among identical ones, those are matched with the baseline first.
        is_touched = frozenset(touched).__contains__
        compared = self._baseline.compared(sorted(found, key=is_touched), made.scopes)
        self._tell_resolved(self._baseline.resolved(compared.left, self._seen, self.selects))
        return list(filter(is_touched, compared.new))

    def _touched(self, made: Report, changes: list[Changes]) -> list[Finding]:
        from flake8_forward_call.files.changes import ChangesError

        try:
            for each in changes:
                each.look_up(one.path for one in made)
            return [one for one in made if any(each.touch(one.path, made.rows(one)) for each in changes)]
        except ChangesError as error:
            self.trouble.error(f"--diff-base: {error}")
            return list(made)

    def report(self, made: Report) -> None:
        """Print the report, or write it to the output file."""
        render = statistics.RENDERERS[self.output_format] if self.statistics else partial(rendered, self.output_format)
        text = render(made)
        if self.output_file is None or self.output_file == STDIN:
            report.tell(text)
            return
        plain = terminal.plain(text) + "\n" if text else ""
        try:
            write(self.output_file, plain.encode(errors="backslashreplace"))
        except WriteError as error:
            self.trouble.error(f"{near(self.output_file)}: {error}")
            return
        found = list(made)
        files = len({each.path for each in found})
        told = f"{count(len(found), 'finding')} in {count(files, 'file')}" if found else "no findings"
        self.trouble.warn(f"{told}; the report is in {near(self.output_file)}")

    def _written(self, findings: list[Finding], path: str) -> list[Finding]:
        """No findings, because they are all in the new baseline; all of them if it could not be written."""
        if self.trouble.errors:
            self.trouble.error(f"{near(path)}: not written, because some files could not be checked")
            return findings
        from flake8_forward_call.findings.baseline import Baseline

        made = Baseline.of(findings, path)
        try:
            write(path, made.text().encode())
        except WriteError as error:
            self.trouble.error(f"{near(path)}: {error}")
            return findings
        self.trouble.warn(f"{near(path)}: a baseline of {count(len(findings), 'finding')}")
        return []

    def _tell_resolved(self, number: int) -> None:
        if number:
            one = number == 1
            told = "1 baseline entry no longer matches" if one else f"{number} baseline entries no longer match"
            remedy = f"run --write-baseline {near(self._baseline_name)} with the same paths"
            self.trouble.warn(f"{told}; {remedy} to remove {'it' if one else 'them'}")
