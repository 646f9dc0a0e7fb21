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

import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from before_after.command import chosen, each, parser_for, table
from before_after.compare import HEADINGS, Result, compare
from before_after.environments import environment, unpack
from before_after.packages import SUITES, Suite
from before_after.running import Runner

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
    parser = parser_for(__doc__)
    parser.add_argument("--unsafe-fixes", action="store_true", help="a second comparison, after unsafe fixes as well")
    options = parser.parse_args(arguments)
    names = chosen(parser, options, [suite.name for suite in SUITES])
    work: Path = options.work.resolve()

    def measure(suite: Suite) -> Iterator[Result]:
        runner = Runner(suite, environment(suite, work), unpack(suite, work))
        for result in compare(runner, options.unsafe_fixes):
            print(" ".join(result.row()), file=sys.stderr)
            yield result

    wanted = [suite for suite in SUITES if suite.name in names]
    results, failed = ([_smoke()], False) if options.smoke else each(wanted, measure)
    for line in table(HEADINGS, [result.row() for result in results], words=2):
        print(line)
    for result in results:
        for line in result.differences():
            print(line)
    if failed:
        return 2
    return 1 if any(result.changed for result in results if result.fixes == "safe") else 0


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


if __name__ == "__main__":
    sys.exit(main())
