"""What a run has shown about a package, and whether it agrees with the source."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from before_after.packages import SuiteError
from flake8_forward_call.observing.record import INDIRECT
from flake8_forward_call.observing.storing import read
from flake8_forward_call.observing.summary import seen
from labelled import reached
from labelled.labels import Site
from labelled.reached import Reached
from watched.timing import Cost

CALLS = (
    "package",
    "tests",
    "calls",
    "places",
    "found by source",
    "with record",
    "skipping hooks",
    "contradictions",
)
TIMES = ("package", "runs", "seconds", "own share", "from - to", "difference", "spread of equal runs", "at the start")


@dataclass(frozen=True, slots=True)
class Result:
    """The figures of one package. Without tests, it was a program that ran."""

    package: str
    tests: int = 0
    changed: tuple[str, ...] = ()
    cost: Cost | None = None
    calls: int = 0
    places: int = 0
    by_source: int = 0
    by_both: int = 0
    skipping: int = 0
    missed: tuple[str, ...] = ()
    contradictions: tuple[str, ...] = ()
    reached: Reached = field(default_factory=Reached)

    def row(self) -> tuple[str, ...]:
        """The figures under ``CALLS``."""
        figures = (self.tests, self.calls, self.places, self.by_source, self.by_both, self.skipping)
        return (self.package, *map(str, figures), str(len(self.contradictions)))

    def times(self) -> tuple[str, ...]:
        """The figures under ``TIMES``; none if no time was measured."""
        if self.cost is None:
            return ()
        cost = self.cost
        runs = f"{len(cost.plain)} + {len(cost.observed)}"
        lowest, share, highest = (f"{100 * one:.1f}" for one in cost.shares)
        percents = (
            f"{share} %",
            f"{lowest} - {highest} %",
            f"{100 * cost.overhead:+.1f} %",
            f"{100 * cost.spread:.1f} %",
        )
        return (self.package, runs, f"{cost.seconds:.1f}", *percents, f"{cost.at_the_start:+.2f} s")

    def differences(self) -> Iterator[str]:
        """Yield a line for all that a reader should look at."""
        for line in (*self.changed, *self.missed, *self.contradictions):
            yield f"{self.package}: {line}"
        yield from self.reached.wrong


def joined(result: Result, tree: Path, python: Path, path: Path) -> Result:
    """The result with what the record in a file says about a tree. Raises SuiteError if the tree cannot be checked."""
    top = result.package.replace("==", "-")  # The folder in the archive.
    record = read(str(path))
    places = [(spot, sight) for spot, sight in seen(record) if spot.form != INDIRECT]
    alone, _ = _findings(tree, python)
    both, contradictions = _findings(tree, python, "--observed", str(path))
    at = [(spot.path, spot.row, spot.column) for spot, _ in places]
    every = {(spot.path, spot.row, spot.column) for spot in record.spots if not spot.is_outside}
    missed = [
        f"{spot.path}:{spot.row}:{spot.column}: {', '.join(sight.receivers)}: no finding"
        for (spot, sight), place in zip(places, at, strict=True)
        if place not in both
    ]
    return replace(
        result,
        calls=sum(sight.calls for _, sight in places),
        places=len(places),
        by_source=sum(place in alone for place in at),
        by_both=sum(place in both for place in at),
        skipping=sum(bool(sight.skipped) for _, sight in places),
        missed=tuple(missed),
        contradictions=tuple(contradictions),
        reached=reached.reached(result.package, top, every, alone, both),
    )


def _findings(tree: Path, python: Path, *options: str) -> tuple[dict[Site, str], list[str]]:
    """The code of each finding in an unpacked package by its place, and the contradictions that were reported."""
    command = [sys.executable, "-m", "flake8_forward_call", "check", "--isolated", "--no-cache", "--select", "FWD"]
    command += ["--ignore-noqa", "--no-respect-gitignore", "--python", str(python), "--output-format", "json"]
    done = subprocess.run([*command, *options, str(tree)], cwd=tree, check=False, capture_output=True, text=True)
    if done.returncode not in {0, 1}:
        raise SuiteError(f"forward-call: exit status {done.returncode}\n{done.stderr}")
    codes = {}
    for one in json.loads(done.stdout):
        path = Path(one["filename"]).relative_to(tree).as_posix()
        codes[path, one["location"]["row"], one["location"]["column"]] = str(one["code"])
    return codes, [line for line in done.stderr.splitlines() if ": contradiction: " in line]


def tables(results: Iterable[Result]) -> Iterator[tuple[str, tuple[str, ...], list[tuple[str, ...]]]]:
    """Yield each table by its name: its headings, and its rows."""
    every = list(results)
    yield "calls", CALLS, [result.row() for result in every if result.cost is not None]
    yield "times", TIMES, [result.times() for result in every if result.cost is not None]
    yield "dynamic", reached.HEADINGS, reached.rows(result.reached for result in every)
