"""Do packages pass their own tests as before, after ``forward-call fix``?

    python benchmarks/suites.py            # every suite of the table
    python benchmarks/suites.py nflows     # one
    python benchmarks/suites.py --smoke    # a package of three lines, without torch and without downloads

For each package: fetch its sdist, make a virtual environment with torch and what the package needs, run its tests
twice as they are, run ``forward-call fix`` over the unpacked tree, run them again, and compare test by test. A test
whose two first runs differ is called flaky and not counted. The exit status is 1 if a test's outcome changed.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

TORCH = "torch==2.13.0"
HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Suite:
    """A package with tests in its sdist: what the tests need besides it, and what pytest is told."""

    name: str
    version: str
    needs: tuple[str, ...] = ()
    pytest: tuple[str, ...] = ("tests",)

    @property
    def requirement(self) -> str:
        return f"{self.name}=={self.version}"


SUITES = (Suite("nflows", "0.14", needs=("torchtestcase",)),)

# Every test starts from the same seed, so that one that draws random numbers draws the same ones in each run.
SEEDING = """
import random

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    random.seed(0)
    try:
        import numpy
        import torch
    except ImportError:
        return
    numpy.random.seed(0)
    torch.manual_seed(0)
"""

Outcomes = dict[str, str]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one suite."""

    suite: str
    first: Outcomes
    second: Outcomes
    after: Outcomes
    calls: int
    left: int

    @property
    def flaky(self) -> set[str]:
        return {test for test in self.first.keys() | self.second.keys() if not _same(test, self.first, self.second)}

    @property
    def changed(self) -> list[str]:
        tests = (self.first.keys() | self.after.keys()) - self.flaky
        return sorted(test for test in tests if not _same(test, self.first, self.after))

    def row(self) -> tuple[str, ...]:
        passed = [sum(outcome == "passed" for outcome in run.values()) for run in (self.first, self.after)]
        return (
            self.suite,
            *map(
                str, (len(self.first), *passed, len(self.flaky), len(self.changed), self.calls - self.left, self.left)
            ),
        )


HEADINGS = ("suite", "tests", "passed before", "passed after", "flaky", "changed", "calls rewritten", "calls left")


def _same(test: str, one: Outcomes, other: Outcomes) -> bool:
    return one.get(test) == other.get(test)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="packages of the table; all of them by default")
    parser.add_argument("--work", type=Path, default=HERE / ".work" / "suites", help="where to unpack and install")
    parser.add_argument("--smoke", action="store_true", help="only see whether the benchmark itself works")
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - {suite.name for suite in SUITES}:
        parser.error(f"not in the table: {', '.join(sorted(unknown))}")
    if options.smoke:
        results = [_smoke()]
    else:
        wanted = [suite for suite in SUITES if not options.names or suite.name in options.names]
        results = [_run_suite(suite, options.work.resolve()) for suite in wanted]
    _show(results)
    return 1 if any(result.changed for result in results) else 0


def _run_suite(suite: Suite, work: Path) -> Result:
    folder = work / suite.requirement
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    print(f"{suite.requirement}: installing", file=sys.stderr)
    python = _environment(suite, folder)
    return _compare(suite.requirement, python, _unpack(suite, folder), suite.pytest)


def _environment(suite: Suite, folder: Path) -> Path:
    """A virtual environment with all that the package's tests need, but not the package."""
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    pip = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check"]
    # torch first and alone: a range that another package asks for must not bring another build of it.
    _call([*pip, "install", TORCH, "numpy", "setuptools", "wheel"])
    _call([*pip, "install", "pytest", *suite.needs, suite.requirement])
    _call([*pip, "uninstall", "--yes", suite.name])
    return python


def _unpack(suite: Suite, folder: Path) -> Path:
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    _call([*pip, "download", "--no-deps", "--no-binary", suite.name, "--dest", str(folder), suite.requirement])
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        # The filter is in every Python that is kept up to date, not in the first ones of each line.
        if hasattr(tarfile, "data_filter"):
            tar.extractall(folder / "tree", filter="data")
        else:
            tar.extractall(folder / "tree")
    (tree,) = (folder / "tree").iterdir()
    return tree


def _compare(name: str, python: Path, tree: Path, pytest: Sequence[str]) -> Result:
    first, second = (_test(name, python, tree, pytest, f"before, {which}") for which in ("first", "second"))
    calls = _rewritable(tree)
    status = subprocess.run([sys.executable, "-m", "flake8_forward_call", "fix", str(tree)], check=False).returncode
    if status not in {0, 1}:
        raise SystemExit(f"forward-call fix: exit status {status}")
    after = _test(name, python, tree, pytest, "after")
    return Result(name, first, second, after, calls, _rewritable(tree))


def _rewritable(tree: Path) -> int:
    """How many calls ``forward-call fix`` would rewrite."""
    command = [sys.executable, "-m", "flake8_forward_call", "check", "--output-format", "json", str(tree)]
    findings = json.loads(subprocess.run(command, check=False, capture_output=True, text=True).stdout)
    return sum(finding["fix"] is not None and finding["fix"]["applicability"] == "safe" for finding in findings)


def _test(name: str, python: Path, tree: Path, arguments: Sequence[str], which: str) -> Outcomes:
    print(f"{name}: tests, {which}", file=sys.stderr)
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch) / "report.xml"
        (Path(scratch) / "seed_each_test.py").write_text(SEEDING, encoding="utf-8")
        path = os.pathsep.join((str(tree), scratch))
        environment = {**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
        command = [str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "seed_each_test"]
        command += [f"--junitxml={report}", *arguments]
        done = subprocess.run(command, cwd=tree, env=environment, check=False, capture_output=True, text=True)
        if done.returncode not in {0, 1}:
            raise SystemExit(f"{name}: pytest could not run: exit status {done.returncode}\n{done.stdout}{done.stderr}")
        return _outcomes(report)


def _outcomes(report: Path) -> Outcomes:
    outcomes: Outcomes = {}
    for case in ElementTree.parse(report).iter("testcase"):
        kinds = {child.tag for child in case} & {"failure", "error", "skipped"}
        outcomes[f"{case.get('classname')}::{case.get('name')}"] = min(kinds, default="passed")
    return outcomes


def _smoke() -> Result:
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        (tree / "tests").mkdir(parents=True)
        (tree / "model.py").write_text("from torch import nn\n\nlayer = nn.Linear(1, 1)\nlayer.forward(layer.weight)\n")
        (tree / "tests" / "test_source.py").write_text(
            "import ast, pathlib\n\n\ndef test_source_parses():\n"
            "    ast.parse(pathlib.Path('model.py').read_text())\n\n\ndef test_fails():\n    assert False\n"
        )
        result = _compare("smoke", Path(sys.executable), tree, ("tests",))
    if (result.calls, result.left, len(result.first)) != (1, 0, 2):
        raise SystemExit(f"the benchmark does not measure: {result}")
    return result


def _call(command: list[str]) -> None:
    subprocess.run(command, check=True)


def _show(results: Sequence[Result]) -> None:
    print("| " + " | ".join(HEADINGS) + " |")
    print("| " + " | ".join("---" for _ in HEADINGS) + " |")
    for result in results:
        print("| " + " | ".join(result.row()) + " |")
    for result in results:
        for test in result.changed:
            print(f"{result.suite}: {test}: {result.first.get(test, 'absent')}, now {result.after.get(test, 'absent')}")


if __name__ == "__main__":
    sys.exit(main())
