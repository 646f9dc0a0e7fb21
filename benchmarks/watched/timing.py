"""What a run costs, on a machine where other programs run: by the smallest CPU time of each part over several runs.

Other programs slow down a run through the caches and the memory that they share with it. They never make it faster, and
rarely slow down the same part of each run. So the sum of the smallest times of small parts (each import, each test) is
nearly what the run takes on an idle machine, and differs less between equal series of runs than the times of whole
runs do. Counted instructions would be better still, but virtual machines often have no counter for them.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from pathlib import Path
from statistics import mean, median, quantiles
from typing import TypeAlias

from before_after.packages import Suite
from before_after.running import Outcomes, Runner

# CPU seconds by the part of a run.
Times: TypeAlias = Mapping[str, float]

# The parts: what comes before the tests, from one import to the next; each test; what pytest does after them. The end
# of the interpreter is left out. It is slow with torch, differs much, and the record is written before it.
_START, _TEST, _END = "start ", "test ", "end"

_MODULE, _VARIABLE, _OBSERVED = "stamping", "FORWARD_CALL_STAMPS", "FORWARD_CALL_OBSERVED"

# A plugin for pytest. It notes how much CPU time the process has used, with the processes that it has waited for. All
# that pytest and its plugins do between two tests belongs to the second one.
PLUGIN = f"""
import functools
import json
import os
import sys
import time

import pytest

process, stamps = os.getpid(), []


def stamp(part):
    children = os.times()
    stamps.append((part, time.process_time() + children.children_user + children.children_system))


own = {{"seconds": 0.0, "is_inside": False}}


def count(owner, name):
    function = getattr(owner, name)

    @functools.wraps(function)
    def counted(*args, **named):
        if own["is_inside"]:
            return function(*args, **named)
        own["is_inside"] = True
        begin = time.thread_time()
        try:
            return function(*args, **named)
        finally:
            own["seconds"] += time.thread_time() - begin
            own["is_inside"] = False

    setattr(owner, name, counted)


if {_OBSERVED!r} in os.environ:
    begin = time.thread_time()
    from flake8_forward_call import pytest_plugin
    from flake8_forward_call.observing import observation, observer, storing, summary

    own["seconds"] += time.thread_time() - begin
    for owner in pytest_plugin.Observing, observer.Observer, observation.Observation:
        for name in "__init__", "_hear", "_begin":
            if name in vars(owner):
                count(owner, name)
    for name in [one for one in vars(pytest_plugin.Observing) if one.startswith("pytest_")]:
        count(pytest_plugin.Observing, name)


class Imports:
    part = "python"

    def find_spec(self, name, path=None, target=None):
        stamp({_START!r} + Imports.part)
        Imports.part = name


sys.meta_path.insert(0, Imports())


@pytest.hookimpl(trylast=True)
def pytest_collection_finish():
    del sys.meta_path[[type(one) for one in sys.meta_path].index(Imports)]
    stamp({_START!r} + Imports.part)


@pytest.hookimpl(trylast=True)
def pytest_runtest_logfinish(nodeid):
    stamp({_TEST!r} + nodeid)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure():
    if os.getpid() == process:
        stamp({_END!r})
        with open(os.environ[{_VARIABLE!r}], "w", encoding="utf-8") as file:
            json.dump([stamps, own["seconds"]], file)
"""

# How many ways to part equal runs into two series are looked at, at most.
_MOST = 200


def timed(runner: Runner, which: str, folder: Path, *, is_observed: bool = False) -> tuple[Outcomes, Times, float]:
    """The outcomes of a run, its times, and if it ``is_observed`` the seconds that functions of the tool took.

    Bytecode is kept in the folder, as it is where programs are installed. Raises SuiteError if the tests cannot be run.
    """
    (folder / f"{_MODULE}.py").write_text(PLUGIN, encoding="utf-8")
    stamps = folder / "stamps.json"
    suite = runner.suite
    kept = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}
    if is_observed:
        kept[_OBSERVED] = "1"
    with_plugin: Suite = replace(
        suite,
        pytest=("-p", _MODULE, *suite.pytest),
        sources=(*suite.sources, str(folder)),
        environment={**suite.environment, **kept, _VARIABLE: str(stamps)},
    )
    outcomes = replace(runner, suite=with_plugin).run(which)
    found, own = json.loads(stamps.read_text(encoding="utf-8"))
    return outcomes, parts_of(found), own


def parts_of(stamps: Sequence[tuple[str, float]]) -> Times:
    """The times between the stamps. A part that occurs several times has their sum."""
    times: dict[str, float] = {}
    last = 0.0
    for part, stamp in stamps:
        times[part] = times.get(part, 0.0) + stamp - last
        last = stamp
    return times


def least(runs: Sequence[Times], beginning: str = "") -> float:
    """The sum of the smallest times of each part that is in all runs and whose name has this beginning."""
    first, *others = runs
    parts = (part for part in first if part.startswith(beginning) and all(part in other for other in others))
    return sum(min(run[part] for run in runs) for part in parts)


@dataclass(frozen=True)
class Cost:
    """The times of runs as they are, and of half as many observed runs.

    ``own`` has the seconds of each observed run that were spent in functions of the tool.
    """

    plain: Sequence[Times]
    observed: Sequence[Times]
    own: Sequence[float]

    @property
    def shares(self) -> tuple[float, float, float]:
        """What the tool's own functions add to the time of the run that they are in: least, median and most.

        Whatever slows down a run slows down both.
        """
        shares = sorted(own / (sum(run.values()) - own) for own, run in zip(self.own, self.observed, strict=True))
        return shares[0], median(shares), shares[-1]

    @property
    def seconds(self) -> float:
        """The CPU time of a run as it is: the mean over all ways to take as many runs as were observed.

        All of them together would have smaller times, because there are more of them.
        """
        return mean(value for pair in self._halves for value in pair)

    @property
    def seconds_observed(self) -> float:
        """The CPU time of an observed run."""
        return least(self.observed)

    @property
    def overhead(self) -> float:
        """By how much observing makes the runs longer, as a fraction."""
        return self.seconds_observed / self.seconds - 1

    @property
    def spread(self) -> float:
        """By how much two series of equal runs differ: nine of ten ways to part them into two differ by less."""
        differences = [abs(one / other - 1) for one, other in self._halves]
        return quantiles(differences, n=10, method="inclusive")[-1] if len(differences) > 1 else differences[0]

    @property
    def at_the_start(self) -> float:
        """The seconds that observing adds before the first test."""
        return least(self.observed, _START) - least(self.plain, _START)

    @cached_property
    def _halves(self) -> Sequence[tuple[float, float]]:
        return [(least(one), least(other)) for one, other in halves(self.plain)]


def halves(runs: Sequence[Times]) -> Iterator[tuple[Sequence[Times], Sequence[Times]]]:
    """Yield ways to part an even number of runs into two series: all, or some if there are too many."""
    numbers = range(len(runs))
    if len(runs) <= 10:
        chosen = [one for one in combinations(numbers, len(runs) // 2) if 0 in one]
    else:
        draw = random.Random(0)
        chosen = [tuple(sorted(draw.sample(numbers, len(runs) // 2))) for _ in range(_MOST)]
    for one in chosen:
        yield [runs[number] for number in one], [runs[number] for number in numbers if number not in one]
