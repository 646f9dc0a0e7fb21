"""Do packages still pass their own tests after ``forward-call fix``?

    python benchmarks/suites.py                   # every package of the table, the same as --all
    python benchmarks/suites.py nflows            # one package
    python benchmarks/suites.py --unsafe-fixes    # afterwards, also with unsafe fixes, which may change the meaning
    python benchmarks/suites.py --smoke           # a package of three lines, without torch and without downloads

For each package: fetch its sdist, create a virtual environment with torch and what the package needs, run its tests
twice unchanged, run ``forward-call fix`` on the unpacked tree, run the tests again, and compare them one by one. A test
whose first two runs differ is called flaky and does not count. A last run counts the rewritten calls on lines that the
tests execute. The exit status is 1 if the outcome of a test changed after safe fixes, 2 if a suite could not be run.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from before_after.compare import HEADINGS, Result, compare
from before_after.environments import environment, unpack
from before_after.packages import SUITES, Suite, SuiteError
from before_after.running import Runner

# Outside this repository, because a package in it would count as a part of this project.
WORK = Path(tempfile.gettempdir()) / "forward-call-suites"

FILES_OF_SMOKE = {
    "model.py": """\
from torch import nn


def reached():
    return nn.Identity().forward(1)


def never_reached():
    return nn.Identity().forward(1)
""",
    "tests/conftest.py": """\
import sys
import types


class Identity:
    def __call__(self, x):
        return x

    forward = __call__


nn = types.SimpleNamespace(Identity=Identity)
sys.modules["torch"] = types.SimpleNamespace(nn=nn, manual_seed=print)
""",
    "tests/test_model.py": """\
import model


def test_reaches():
    assert model.reached() == 1


def test_fails():
    assert model.reached() == 2
""",
}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="packages of the table; all of them by default")
    parser.add_argument("--all", action="store_true", help="every package of the table")
    parser.add_argument("--work", type=Path, default=WORK, help="where to unpack and install (default: %(default)s)")
    parser.add_argument("--unsafe-fixes", action="store_true", help="a second comparison, after unsafe fixes as well")
    parser.add_argument("--smoke", action="store_true", help="only see whether the benchmark itself works")
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - {suite.name for suite in SUITES}:
        parser.error(f"not in the table: {', '.join(sorted(unknown))}")
    if options.smoke:
        results, failed = [_smoke()], False
    else:
        wanted = [suite for suite in SUITES if options.all or not options.names or suite.name in options.names]
        results, failed = _run(wanted, options.work.resolve(), options.unsafe_fixes)
    _show(results)
    if failed:
        return 2
    return 1 if any(result.changed for result in results if result.fixes == "safe") else 0


def _run(suites: Iterable[Suite], work: Path, unsafe: bool) -> tuple[list[Result], bool]:
    """The result of each suite, and whether one could not be run; the others are run anyway."""
    results: list[Result] = []
    failed = False
    for suite in suites:
        try:
            runner = Runner(suite, environment(suite, work), unpack(suite, work))
            for result in compare(runner, unsafe):
                print(" ".join(result.row()), file=sys.stderr)
                results.append(result)
        except SuiteError as error:
            print(f"{suite.requirement}: {error}", file=sys.stderr)
            failed = True
    return results, failed


def _smoke() -> Result:
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder).resolve()
        for name, text in FILES_OF_SMOKE.items():
            (tree / name).parent.mkdir(exist_ok=True)
            (tree / name).write_text(text, encoding="utf-8")
        (result,) = compare(Runner(Suite("smoke", "0"), Path(sys.executable), tree), unsafe=False)
    if result.row()[2:] != ("2", "1", "1", "0", "0", "2", "1"):
        raise SystemExit(f"the benchmark does not measure: {result}")
    return result


def _show(results: Sequence[Result]) -> None:
    print("| " + " | ".join(HEADINGS) + " |")
    print("| " + " | ".join("---" if heading in HEADINGS[:2] else "---:" for heading in HEADINGS) + " |")
    for result in results:
        print("| " + " | ".join(result.row()) + " |")
    for result in results:
        for line in result.differences():
            print(line)


if __name__ == "__main__":
    sys.exit(main())
