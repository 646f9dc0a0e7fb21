"""What a run prints to standard error in addition to its findings, and how much of it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import click

from flake8_forward_call.checking import hold
from flake8_forward_call.configuration.settings import configured
from flake8_forward_call.files.inputs import Input
from flake8_forward_call.files.skipping import Skipped
from flake8_forward_call.findings.finding import Applicability
from flake8_forward_call.observing.joining import OBSERVED
from flake8_forward_call.report.formats import FORMATS
from flake8_forward_call.report.record import Report
from flake8_forward_call.report.rewrites import count
from flake8_forward_call.terminal import terminal
from flake8_forward_call.terminal.printing import near, shown
from flake8_forward_call.terminal.trouble import Trouble

_ISSUES = "https://github.com/flake8-forward-call/flake8-forward-call/issues"

_Command = TypeVar("_Command", bound=Callable[..., Any])


def loudness_options(command: _Command) -> _Command:
    """Give a command the options that control how much it prints."""
    quiet = click.option("--quiet", "-q", is_flag=True, help="Print only findings and errors.")
    verbose = click.option(
        "--verbose", "-v", is_flag=True, help="Also print settings, environment, number of files and time to stderr."
    )
    return quiet(verbose(command))


@dataclass
class Telling:
    """The messages of one run. Raises UsageError if it should be both quiet and verbose."""

    trouble: Trouble
    is_quiet: bool
    is_verbose: bool
    files: int = 0
    skipped: Skipped = field(default_factory=Skipped)
    _began: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        if self.is_quiet and self.is_verbose:
            raise click.UsageError("--quiet and --verbose cannot be used together")

    def seen(self, inputs: Iterable[Input]) -> Iterator[Input]:
        """Yield the files, each noted before it is checked. Standard input takes the place of the file of its name."""
        for each in inputs:
            if each.is_stdin:
                hold(each.name, each.data)
            self.saw(each.name)
            yield each

    def saw(self, name: str) -> None:
        """Note a file that is about to be checked; if verbose, print settings and environment of the first one."""
        self.files += 1
        if self.is_verbose and self.files == 1:
            from flake8_forward_call.inference.session import session_of

            found = configured(Path(name).resolve().parent)
            places = session_of(name).environment.places
            self.trouble.warn(f"settings: {'none' if found is None else near(str(found.path))}")
            self.trouble.warn(f"installed packages: {', '.join(near(str(one)) for one in places) or 'none'}")

    def end(self) -> None:
        """Print what is wrong with records, what was skipped, and the duration of the run if verbose."""
        _tell_observed(self.trouble)
        self.skipped.tell(self.trouble)
        if self.is_verbose:
            self.trouble.warn(f"{count(self.files, 'file')} checked in {time.monotonic() - self._began:.1f} s")

    def sum_up(self, made: Report, output_format: str) -> None:
        """Print the summary of a report that was printed, on a terminal or if verbose."""
        is_seen = terminal.is_terminal(sys.stdout) and FORMATS[output_format].is_for_people
        if self.files and not self.is_quiet and (is_seen or self.is_verbose):
            terminal.echo(_summary(made, self.files), err=True)


def _tell_observed(trouble: Trouble) -> None:
    """Print what is wrong with the records, or with the inference: stale lines and contradictions."""
    observed = OBSERVED.get()
    if observed is None:
        return
    if observed.stale:
        calls = sum(observed.stale.values())
        where = count(len(observed.stale), "file")
        trouble.warn(
            f"--observed: {count(calls, 'observed call')} in {where} not used, because the lines have changed since; "
            "observe the program again"
        )
    for where, contradiction in observed.contradictions.items():
        trouble.warn(f"{shown(where)}: contradiction: {contradiction}; please report it at {_ISSUES}")


def _summary(made: Report, files: int) -> str:
    found = list(made)
    if not found:
        rest = "" if made.is_complete else "; some files could not be checked"
        return f"No findings ({count(files, 'file')} checked{rest})."
    where = count(len({each.path for each in found}), "file")
    kinds = [each.fix.applicability for each in found if each.fix is not None]
    safe, unsafe = kinds.count(Applicability.SAFE), kinds.count(Applicability.UNSAFE)
    remedies = [f"{safe} can be fixed with 'forward-call fix'"] if safe else []
    remedies += (
        [f"{unsafe}{' more' if safe else ''} with '--unsafe-fixes', which may change what the program does"]
        if unsafe
        else []
    )
    told = "".join(f"; {each}" for each in remedies)
    return f"Found {count(len(found), 'finding')} in {where} ({files} checked){told}."
