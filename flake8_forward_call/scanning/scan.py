"""One scan, from its projects to its reports."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from flake8_forward_call import __version__, report
from flake8_forward_call.files.former import is_former_output
from flake8_forward_call.files.inputs import STDIN
from flake8_forward_call.files.reading import read_bytes
from flake8_forward_call.files.writing import WriteError, write
from flake8_forward_call.report.rewrites import count
from flake8_forward_call.scanning import logs, table
from flake8_forward_call.scanning.cluster import ClusterError, connected, outcomes
from flake8_forward_call.scanning.keeping import KeepError, Kept
from flake8_forward_call.scanning.pages import INDEX, pages
from flake8_forward_call.scanning.projects import projects_of
from flake8_forward_call.scanning.records import Order, Outcome, Project, Row, State
from flake8_forward_call.scanning.stamps import stamp_of
from flake8_forward_call.terminal import terminal
from flake8_forward_call.terminal.interrupts import ends_raised
from flake8_forward_call.terminal.printing import near, shown
from flake8_forward_call.terminal.trouble import Trouble, reason


@dataclass(frozen=True, slots=True)
class Choices:
    """What the user chose. ``of_check`` is the output format of ``check``, ``arguments`` are its other arguments."""

    output_format: str
    of_check: str
    arguments: tuple[str, ...] = ()
    scheduler: str | None = None
    workers: int | None = None
    timeout: float | None = None
    memory: int | None = None
    state: str | None = None
    output_file: str | None = None
    output_dir: str | None = None
    may_overwrite: bool = False
    is_verbose: bool = False


@dataclass(frozen=True, slots=True)
class _Job:
    """The place of a project in the reports, its order, the stamp of its files and their size in bytes."""

    number: int
    order: Order
    stamp: str
    size: int


class Scan:
    """A scan. What goes wrong is reported to ``trouble``."""

    def __init__(self, choices: Choices, trouble: Trouble) -> None:
        self._choices = choices
        self._trouble = trouble
        self._is_told = choices.is_verbose or (not trouble.is_quiet and terminal.is_terminal(sys.stderr))
        self._is_streamed = choices.output_format == "json-lines" and choices.output_file in (None, STDIN)

    def of(self, roots: Sequence[str], *, each: bool) -> bool:
        """Check the projects and report; whether there are findings."""
        started = time.monotonic()
        rows: dict[int, Row] = {}
        projects = projects_of(roots, self._trouble, each=each)
        if not projects:
            self._trouble.error("no projects were found")
            return False
        try:
            with ends_raised():
                printed = 0
                for number, outcome in self._outcomes(projects):
                    rows[number] = Row(projects[number], outcome)
                    self._tell(rows[number], len(rows), len(projects))
                    while self._is_streamed and printed in rows:
                        report.tell(logs.lines(rows[printed]))
                        printed += 1
        except KeyboardInterrupt:
            remedy = "" if self._choices.state is None else "; the same command goes on from here"
            self._trouble.error(f"Interrupted: {len(rows)} of {count(len(projects), 'project')} were checked{remedy}.")
            return False
        except (ClusterError, KeepError) as error:
            self._trouble.error(str(error))
            return False
        ordered = [rows[number] for number in sorted(rows)]
        self._report(ordered)
        self._trouble.warn(table.summary(ordered, time.monotonic() - started))
        return any(row.outcome.total for row in ordered)

    def _outcomes(self, projects: Sequence[Project]) -> Iterator[tuple[int, Outcome]]:
        """Yield the outcome of each project as it comes, with the number of the project. Raises ClusterError."""
        folder = self._choices.state
        try:
            kept = None if folder is None else Kept(folder)
        except KeepError as error:
            raise KeepError(f"--state {near(folder or '')}: {error}") from None
        jobs: list[_Job] = []
        for number, project in enumerate(projects):
            order = self._order(project)
            try:
                stamp, size = stamp_of(project.root)
            except OSError as error:
                yield number, Outcome(State.FAILED, reason=f"cannot be checked: {reason(error)}")
                continue
            earlier = None if kept is None else kept.find(order, stamp)
            if earlier is None:
                jobs.append(_Job(number, order, stamp, size))
            else:
                yield number, earlier
        for job, outcome in self._done(jobs):
            if kept is not None:
                try:
                    kept.keep(job.order, job.stamp, outcome)
                except KeepError as error:
                    self._trouble.error(f"{near(job.order.root)}: the result is not kept: it {error}")
            yield job.number, outcome

    def _done(self, jobs: list[_Job]) -> Iterator[tuple[_Job, Outcome]]:
        """Yield the outcome of each job as it comes. The largest is begun first, so that no worker waits for it."""
        if not jobs:
            return
        jobs.sort(key=lambda job: (-job.size, job.number))
        choices = self._choices
        workers = None if choices.workers is None else min(choices.workers, len(jobs))
        with connected(choices.scheduler, workers) as client:
            for index, outcome in outcomes(client, [job.order for job in jobs]):
                yield jobs[index], outcome

    def _order(self, project: Project) -> Order:
        choices = self._choices
        return Order(project.root, choices.of_check, choices.arguments, __version__, choices.timeout, choices.memory)

    def _tell(self, row: Row, done: int, total: int) -> None:
        """Report what became of a project: always if it is not complete, else only to whoever watches."""
        outcome, name = row.outcome, shown(row.project.name)
        if not outcome.state.is_complete:
            self._trouble.error(f"{name}: {row.told}")
        elif self._is_told:
            earlier = "from an earlier scan" if outcome.is_kept else f"{outcome.seconds:.1f} s"
            self._trouble.warn(f"{done}/{total} {name}: {count(outcome.total, 'finding')}, {earlier}")
        if self._choices.is_verbose:
            for message in outcome.messages:
                if not outcome.reason.startswith(message):  # That was reported above.
                    self._trouble.warn(f"{name}: {message}")

    def _report(self, rows: Sequence[Row]) -> None:
        choices = self._choices
        if self._is_streamed:
            return
        if choices.output_dir is not None:
            self._write_pages(Path(choices.output_dir), rows)
            report.tell(table.render(rows))
            return
        if choices.output_format == "sarif":
            text = logs.as_sarif(rows)
        elif choices.output_format == "json-lines":
            text = "\n".join(map(logs.lines, rows))
        else:
            text = table.render(rows)
        if choices.output_file in (None, STDIN):
            report.tell(text)
            return
        assert choices.output_file is not None, "it is a file"
        if self._written(choices.output_file, text + "\n") and choices.output_format != "table":
            report.tell(table.render(rows))

    def _write_pages(self, folder: Path, rows: Sequence[Row]) -> None:
        made = pages(rows)
        if (hindrance := self._hindrance(folder, made)) is not None:
            self._trouble.error(hindrance)
            return
        try:
            for name in made:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            self._trouble.error(f"{near(str(folder))}: cannot be used: {reason(error)}")
            return
        # The index last, so that it leads to pages that exist.
        if all(self._written(str(folder / name), made[name]) for name in reversed(list(made))):
            self._trouble.warn(f"the pages are in {near(str(folder))}; open {near(str(folder / INDEX))}")

    def _hindrance(self, folder: Path, made: Iterable[str]) -> str | None:
        """Which file of the folder would be lost; None if all that would be replaced are earlier pages."""
        for path in (folder / name for name in made if not self._choices.may_overwrite):
            try:
                is_former = not path.exists() or is_former_output(read_bytes(path))
            except OSError:
                is_former = False
            if not is_former:
                return f"{near(str(path))} exists and is not an earlier report; use --force to overwrite it"
        return None

    def _written(self, path: str, text: str) -> bool:
        try:
            write(path, terminal.plain(text).encode(errors="backslashreplace"))
        except WriteError as error:
            self._trouble.error(f"{near(path)}: {error}")
            return False
        return True
