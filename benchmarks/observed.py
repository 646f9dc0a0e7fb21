"""What do the test suites of packages show at run time, does it agree with the source, and what does observing cost?

    python benchmarks/observed.py                   # every package of the tables, the same as --all
    python benchmarks/observed.py nflows            # one package
    python benchmarks/observed.py --write docs/observing.md     # also put the tables into the page
    python benchmarks/observed.py --smoke           # a package of a few lines, without torch and without downloads

For each package with a test suite: fetch its sdist, create a virtual environment with torch and what the package needs,
and run its tests in turns: twice as they are, and once with ``pytest --forward-call``. The times are CPU seconds, as
``watched/timing.py`` explains. The spread says by how much equal runs differ: as long as it is too large, there are
more rounds. Then check the unpacked tree with and without the record. A call counts as found if a finding of any rule
is at its place. A contradiction is a call at which source and run say different things.

The last table is about the labelled calls whose receiver no source shows (``dynamic`` in ``labels.jsonl`` and
``fresh.jsonl``): how many of them were reached by the tests, or by the programs in ``watched/scripts``, and about how
many the tool says what the label says, without and with the record. The exit status is 1 if the outcome of a test
changed, 2 if a suite or a program could not be run.
"""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

from speed import with_table

import flake8_forward_call
from before_after.command import chosen, each, parser_for, table
from before_after.environments import environment, unpack
from before_after.packages import TORCH, Suite
from before_after.running import Outcomes, Runner
from watched.programs import PROGRAMS, observe
from watched.results import Result, joined, tables
from watched.smoke import FILES
from watched.suites import OBSERVED
from watched.timing import Cost, Times, timed

HERE = Path(__file__).resolve().parents[1]

# The spread of equal series up to which an overhead of 5 % can be told from none.
SPREAD = 0.02


def main(arguments: Sequence[str] | None = None) -> int:
    parser = parser_for(__doc__)
    parser.add_argument(
        "--rounds",
        type=int,
        nargs=2,
        default=(3, 9),
        metavar=("LEAST", "MOST"),
        help="how often each suite runs in turns",
    )
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put the tables into this page, between its marks")
    options = parser.parse_args(arguments)
    names = chosen(parser, options, [suite.name for suite in (*OBSERVED, *PROGRAMS)])
    if options.write is not None and options.names:
        parser.error("--write is for the tables of all packages")
    work: Path = options.work.resolve()

    def measure(suite: Suite) -> Iterator[Result]:
        if suite in PROGRAMS:
            yield observe(suite, work, HERE)
        else:
            needed = replace(suite, needs=(*suite.needs, "bytecode"))
            runner = Runner(suite, environment(needed, work), unpack(suite, work))
            yield _measured(runner, options.rounds)

    wanted = [suite for suite in (*OBSERVED, *PROGRAMS) if suite.name in names]
    results, failed = ([_smoke()], False) if options.smoke else each(wanted, measure)
    parts = {name: "\n".join(table(headings, rows)) for name, headings, rows in tables(results)}
    parts["times"] = f"{_described()}\n\n{parts['times']}"
    print("\n\n".join(parts.values()))
    for result in results:
        for line in result.differences():
            print(line)
    if options.write is not None:
        page = options.write.read_text(encoding="utf-8")
        for name, text in parts.items():
            page = with_table(page, text, f"<!-- observed {name}: begin -->", f"<!-- observed {name}: end -->")
        options.write.write_text(page, encoding="utf-8")
    return 2 if failed else int(any(result.changed for result in results))


def _measured(runner: Runner, rounds: Sequence[int]) -> Result:
    record = runner.tree / "forward-call-observed.json"
    suite = runner.suite
    options = ("-p", "flake8_forward_call.pytest_plugin", "--forward-call", f"--forward-call-record={record}")
    # The package's environment does not have this tool, and gets it by its path.
    sources = (*suite.sources, str(HERE))
    observing = replace(runner, suite=replace(suite, pytest=(*options, *suite.pytest), sources=sources))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # The first run of each kind compiles what it imports, as pip does when it installs.
        before, _, _ = timed(runner, "as they are, to begin with", folder)
        after, _, _ = timed(observing, "observed, to begin with", folder)
        cost = _cost(runner, observing, rounds, folder)
    changed = tuple(_changed(before, after))
    result = joined(Result(suite.requirement, len(before), changed, cost), runner.tree, runner.python, record)
    print("\n".join(map(" ".join, (result.row(), result.times()))), file=sys.stderr)
    return result


def _cost(runner: Runner, observing: Runner, rounds: Sequence[int], folder: Path) -> Cost:
    """What the runs take in turns: each series begins equally often, as the machine may become slower or faster.

    There are as many rounds as the first number says, and up to the second one if equal runs still differ.
    """
    series: list[list[Times]] = [[], [], []]
    shares: list[float] = []
    least, most = rounds
    for number in range(most):
        for turn in range(3):
            which = (number + turn) % 3
            is_observed = which == 2
            name = f"{'observed' if is_observed else 'as they are'}, {number + 1}"
            _, times, own = timed(observing if is_observed else runner, name, folder, is_observed=is_observed)
            series[which].append(times)
            shares += [own] * is_observed
        cost = Cost([*series[0], *series[1]], series[2], shares)
        if number + 1 >= least and cost.spread < SPREAD:
            break
    return cost


def _changed(before: Outcomes, after: Outcomes) -> Iterator[str]:
    for test in sorted(before.keys() | after.keys()):
        if before.get(test, ("",))[0] != after.get(test, ("",))[0]:
            yield f"{test}: {before.get(test)}, observed: {after.get(test)}"


def _described() -> str:
    """What was measured, and where, as a sentence for the page."""
    return (
        f"On {datetime.now(timezone.utc):%Y-%m-%d}, version {flake8_forward_call.__version__}, "
        f"Python {platform.python_version()}, {TORCH}, {os.cpu_count()} cores:"
    )


def _smoke() -> Result:
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder).resolve()
        for name, text in FILES.items():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            (tree / name).write_text(text, encoding="utf-8")
        result = _measured(Runner(Suite("smoke", "0"), Path(sys.executable), tree), (1, 1))
    if (result.tests, result.changed, result.calls, result.places, result.by_both) != (2, (), 2, 2, 2):
        raise SystemExit(f"the benchmark does not measure: {result}")
    return result


if __name__ == "__main__":
    sys.exit(main())
