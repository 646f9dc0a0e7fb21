"""The tests of a package before and after the rewrite, compared one by one."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from before_after.rewrites import Fixing
from before_after.running import Outcome, Outcomes, Runner

ABSENT = Outcome("absent")
HEADINGS = ("package", "fixes", "tests", "passed before", "passed after", "changed", "flaky", "rewritten", "executed")


@dataclass(frozen=True, slots=True)
class Result:
    """The results of one package's tests: two runs of the original, one run of the rewritten package."""

    package: str
    fixes: str
    first: Outcomes
    second: Outcomes
    after: Outcomes
    rewritten: int
    executed: int

    @property
    def flaky(self) -> set[str]:
        """The tests whose outcome differs between two runs of the same code."""
        return {test for test in self.first.keys() | self.second.keys() if not _same(test, self.first, self.second)}

    @property
    def changed(self) -> list[str]:
        """The tests that are not flaky and whose outcome changed after the rewrite."""
        tests = (self.first.keys() | self.after.keys()) - self.flaky
        return sorted(test for test in tests if not _same(test, self.first, self.after))

    def row(self) -> tuple[str, ...]:
        """The figures under ``HEADINGS``."""
        passed = [sum(outcome.kind == "passed" for outcome in run.values()) for run in (self.first, self.after)]
        figures = (len(self.first), *passed, len(self.changed), len(self.flaky), self.rewritten, self.executed)
        return (self.package, self.fixes, *map(str, figures))

    def differences(self) -> Iterator[str]:
        """A line for each test that changed, with its message."""
        for test in self.changed:
            before, after = (run.get(test, ABSENT) for run in (self.first, self.after))
            message = " ".join((after.message or before.message).split())
            yield f"{self.package}: {test}: {before.kind}, now {after.kind}: {message[:300]}"


def _same(test: str, one: Outcomes, other: Outcomes) -> bool:
    return one.get(test, ABSENT).kind == other.get(test, ABSENT).kind


def compare(runner: Runner, unsafe: bool) -> Iterator[Result]:
    """Run the tests twice, rewrite, and run them again; with ``unsafe`` once more after the unsafe fixes.

    The executed lines are counted in a separate run, because counting slows down the tests and may disturb them.
    """
    first, second = runner.run("before"), runner.run("before, again")
    for fixing in (Fixing(runner.python), Fixing(runner.python, unsafe=True))[: 1 + unsafe]:
        places = fixing.apply(runner.tree)
        if fixing.unsafe and not places:
            print(f"{runner.suite.requirement}: no unsafe fixes", file=sys.stderr)
            return
        fixes = "unsafe" if fixing.unsafe else "safe"
        after = runner.run(f"after {fixes} fixes")
        missed = list(unexecuted(places, runner.executed(places)))
        for path, line in missed:
            print(f"{path.relative_to(runner.tree)}:{line}: rewritten, not executed", file=sys.stderr)
        rewritten = sum(map(len, places.values()))
        yield Result(runner.suite.requirement, fixes, first, second, after, rewritten, rewritten - len(missed))


def unexecuted(places: Mapping[Path, Sequence[int]], executed: Mapping[Path, set[int]]) -> Iterator[tuple[Path, int]]:
    """The places that no test executes."""
    for path, lines in places.items():
        for line in lines:
            if line not in executed.get(path, set()):
                yield path, line
