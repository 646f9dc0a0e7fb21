"""What do the test suites of packages show at run time, and does it agree with what the source shows?

    python benchmarks/observed.py                   # every package of the table, the same as --all
    python benchmarks/observed.py nflows            # one package
    python benchmarks/observed.py --smoke           # a package of a few lines, without torch and without downloads

For each package: fetch its sdist, create a virtual environment with torch and what the package needs, and run its
tests by turns as they are and with ``pytest --forward-call``. The times are CPU seconds, the medians of ``--runs`` runs
of each kind; the overhead is the median of those of neighbouring runs, because other programs slow down both. Then
check the unpacked tree with and without the record. A call counts as found if a finding of any rule is at its place. A
contradiction is a call at which source and run say different things.

The second table is about the labelled calls whose receiver no source shows (``dynamic`` in ``labels.jsonl`` and
``fresh.jsonl``): how many of them the tests have reached, and about how many the tool says what the label says, without
and with the record. The exit status is 1 if an outcome of a test changed, 2 if a suite could not be run.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from before_after.environments import environment, unpack
from before_after.packages import SUITES, Suite, SuiteError
from before_after.running import Outcomes, Runner
from flake8_forward_call.observing.record import INDIRECT
from flake8_forward_call.observing.storing import read
from flake8_forward_call.observing.summary import seen
from labelled import reached
from labelled.labels import Site
from labelled.reached import Reached

HERE = Path(__file__).resolve().parents[1]
WORK = Path(tempfile.gettempdir()) / "forward-call-suites"

HEADINGS = (
    "package",
    "tests",
    "seconds",
    "observed",
    "overhead",
    "calls",
    "places",
    "found by source",
    "with record",
    "skipping hooks",
    "contradictions",
)

_OF_SUITES = {suite.name: suite for suite in SUITES}

OBSERVED = (
    _OF_SUITES["nflows"],
    _OF_SUITES["normflows"],
    _OF_SUITES["glasflow"],
    Suite(
        "gpytorch",
        "1.15.2",
        pytest=(
            *(f"test/{part}" for part in ("kernels", "likelihoods", "means", "models")),
            "test/variational/test_nearest_neighbor_variational_strategy.py",
        ),
    ),
    # Its settings ask for a plugin that measures coverage.
    Suite(
        "skorch",
        "1.4.0",
        needs=("flaky", "pandas", "gpytorch"),
        pytest=(
            "-o",
            "addopts=",
            "skorch/tests/test_net.py",
            "skorch/tests/test_probabilistic.py",
            "-k",
            "forward or hook or module or dropout or nonlinearity_is_identity or inference_works",
        ),
    ),
    _OF_SUITES["pykeen"],
    _OF_SUITES["sbi"],
    _OF_SUITES["deepinv"],
    # Its sdist has no tests, but examples in its docstrings.
    Suite(
        "kornia",
        "0.9.0",
        pytest=(
            "--doctest-modules",
            *(f"kornia/{part}" for part in ("filters", "losses", "enhance", "color", "geometry/transform", "metrics")),
        ),
    ),
)

FILES_OF_SMOKE = {
    "pyproject.toml": "",
    "model.py": """\
from torch import nn


def proven():
    return nn.Identity().forward(1)


def dynamic(names):
    return getattr(nn, names[0])().forward(1)
""",
    "torch/__init__.py": '__version__ = "0"\nmanual_seed = print\n\nfrom torch import nn\n',
    "torch/nn/__init__.py": "from torch.nn.modules.module import Identity, Module\n",
    "torch/nn/modules/__init__.py": "",
    "torch/nn/modules/module.py": """\
class Module:
    def __init__(self):
        pass

    def _call_impl(self, *args):
        return self.forward(*args)

    __call__ = _call_impl


class Identity(Module):
    def forward(self, x):
        return x
""",
    "tests/test_model.py": """\
import model


def test_proven():
    assert model.proven() == 1


def test_dynamic():
    assert model.dynamic(["Identity"]) == 1
""",
}


@dataclass(frozen=True, slots=True)
class Result:
    """The figures of one package."""

    package: str
    tests: int
    changed: int
    plain: tuple[float, ...]
    observed: tuple[float, ...]
    calls: int = 0
    places: int = 0
    by_source: int = 0
    by_both: int = 0
    skipping: int = 0
    contradictions: tuple[str, ...] = ()
    reached: Reached = field(default_factory=Reached)

    def row(self) -> tuple[str, ...]:
        """The figures under ``HEADINGS``."""
        overhead = statistics.median(one / other for one, other in zip(self.observed, self.plain, strict=True)) - 1
        seconds = (f"{statistics.median(one):.1f}" for one in (self.plain, self.observed))
        times = (*seconds, f"{100 * overhead:+.1f} %")
        figures = (self.calls, self.places, self.by_source, self.by_both, self.skipping, len(self.contradictions))
        return (self.package, str(self.tests), *times, *map(str, figures))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="packages of the table; all of them by default")
    parser.add_argument("--all", action="store_true", help="every package of the table")
    parser.add_argument("--work", type=Path, default=WORK, help="where to unpack and install (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=3, help="how often each suite runs with and without the option")
    parser.add_argument("--smoke", action="store_true", help="only see whether the benchmark itself works")
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - {suite.name for suite in OBSERVED}:
        parser.error(f"not in the table: {', '.join(sorted(unknown))}")
    if options.smoke:
        results, failed = [_smoke()], False
    else:
        wanted = [suite for suite in OBSERVED if options.all or not options.names or suite.name in options.names]
        results, failed = _run(wanted, options.work.resolve(), options.runs)
    _show(results)
    return 2 if failed else int(any(result.changed for result in results))


def _run(suites: Sequence[Suite], work: Path, runs: int) -> tuple[list[Result], bool]:
    results: list[Result] = []
    failed = False
    for suite in suites:
        needed = replace(suite, needs=(*suite.needs, "bytecode"))
        try:
            runner = Runner(suite, environment(needed, work), unpack(suite, work))
            results.append(_measured(runner, runs))
            print(" ".join(results[-1].row()), file=sys.stderr)
        except SuiteError as error:
            print(f"{suite.requirement}: {error}", file=sys.stderr)
            failed = True
    return results, failed


def _measured(runner: Runner, runs: int) -> Result:
    record = runner.tree / "forward-call-observed.json"
    suite = runner.suite
    options = ("-p", "flake8_forward_call.pytest_plugin", "--forward-call", f"--forward-call-record={record}")
    # The package's environment does not have this tool, and gets it by its path.
    sources = (*suite.sources, str(HERE))
    observing = replace(runner, suite=replace(suite, pytest=(*options, *suite.pytest), sources=sources))
    # As pip does, so that no run has to.
    compiling = [str(runner.python), "-m", "compileall", "-q", str(HERE / "flake8_forward_call")]
    subprocess.run(compiling, check=True, stdout=subprocess.DEVNULL)
    outcomes: dict[bool, Outcomes] = {}
    times: dict[bool, list[float]] = {False: [], True: []}
    for number in range(runs):
        # The other one first each time, in case the machine becomes slower, or faster.
        for is_observed in (False, True) if number % 2 == 0 else (True, False):
            which = f"{'observed' if is_observed else 'as they are'}, {number + 1}"
            outcomes[is_observed], seconds = _timed(observing if is_observed else runner, which)
            times[is_observed].append(seconds)
    before, after = outcomes[False], outcomes[True]
    changed = [test for test in before.keys() | after.keys() if before.get(test, ("",))[0] != after.get(test, ("",))[0]]
    for test in sorted(changed):
        print(f"{runner.suite.requirement}: {test}: {before.get(test)}, observed: {after.get(test)}", file=sys.stderr)
    empty = Result(suite.requirement, len(before), len(changed), tuple(times[False]), tuple(times[True]))
    return _joined(runner, record, empty)


def _timed(runner: Runner, which: str) -> tuple[Outcomes, float]:
    before = _cpu()
    outcomes = runner.run(which)
    return outcomes, _cpu() - before


def _cpu() -> float:
    """The CPU time of all processes that this one has waited for, in seconds."""
    used = os.times()
    return used.children_user + used.children_system


def _joined(runner: Runner, path: Path, result: Result) -> Result:
    """The result with the figures of a record."""
    record = read(str(path))
    places = [(spot, sight) for spot, sight in seen(record) if spot.form != INDIRECT]
    alone, _ = _findings(runner)
    joined, contradictions = _findings(runner, "--observed", str(path))
    at = [(spot.path, spot.row, spot.column) for spot, _ in places]
    every = {(spot.path, spot.row, spot.column) for spot in record.spots if not spot.is_outside}
    for (spot, sight), place in zip(places, at, strict=True):
        if place not in joined:
            where, names = f"{spot.path}:{spot.row}:{spot.column}", ", ".join(sight.receivers)
            print(f"{result.package}: {where}: {names}: no finding", file=sys.stderr)
    return replace(
        result,
        calls=sum(sight.calls for _, sight in places),
        places=len(places),
        by_source=sum(place in alone for place in at),
        by_both=sum(place in joined for place in at),
        skipping=sum(bool(sight.skipped) for _, sight in places),
        contradictions=tuple(contradictions),
        reached=reached.reached(result.package, runner.tree.name, every, alone, joined),
    )


def _findings(runner: Runner, *options: str) -> tuple[dict[Site, str], list[str]]:
    """The code of each finding in the unpacked package by its place, and the contradictions that were reported."""
    command = [sys.executable, "-m", "flake8_forward_call", "check", "--isolated", "--no-cache", "--select", "FWD"]
    command += ["--ignore-noqa", "--no-respect-gitignore", "--python", str(runner.python), "--output-format", "json"]
    done = subprocess.run(
        [*command, *options, str(runner.tree)], cwd=runner.tree, check=False, capture_output=True, text=True
    )
    if done.returncode not in {0, 1}:
        raise SuiteError(f"forward-call: exit status {done.returncode}\n{done.stderr}")
    codes = {}
    for one in json.loads(done.stdout):
        path = Path(one["filename"]).relative_to(runner.tree).as_posix()
        codes[path, one["location"]["row"], one["location"]["column"]] = str(one["code"])
    return codes, [line for line in done.stderr.splitlines() if ": contradiction: " in line]


def _smoke() -> Result:
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder).resolve()
        for name, text in FILES_OF_SMOKE.items():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            (tree / name).write_text(text, encoding="utf-8")
        result = _measured(Runner(Suite("smoke", "0"), Path(sys.executable), tree), 1)
    if (result.tests, result.changed, result.calls, result.places, result.by_both) != (2, 0, 2, 2, 2):
        raise SystemExit(f"the benchmark does not measure: {result}")
    return result


def _show(results: Sequence[Result]) -> None:
    _print_table(HEADINGS, [result.row() for result in results])
    print()
    _print_table(reached.HEADINGS, reached.rows(result.reached for result in results))
    for line in _contradictions(results):
        print(line)
    for result in results:
        for line in result.reached.wrong:
            print(line)


def _print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    print("| " + " | ".join(headings) + " |")
    print("| --- |" + " ---: |" * (len(headings) - 1))
    for row in rows:
        print("| " + " | ".join(row) + " |")


def _contradictions(results: Sequence[Result]) -> Iterator[str]:
    for result in results:
        for line in result.contradictions:
            yield f"{result.package}: {line}"


if __name__ == "__main__":
    sys.exit(main())
