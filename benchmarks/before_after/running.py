"""One run of a test suite, and the outcome of each test."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from before_after.packages import Suite, SuiteError

# The timeout, longer than any run of the table takes: a run that hangs must end.
SECONDS = 1800

# Every test starts with the same seed, so that it draws the same random numbers in each run. PyPI's torchvision is
# linked with CUDA: with a torch without CUDA, its operators are missing, and its import needs two of them.
PLUGIN = """
import importlib.util
import random

import pytest

if importlib.util.find_spec("torchvision"):
    try:
        import torchvision
    except RuntimeError:
        import torch

        library = torch.library.Library("torchvision", "DEF")
        for name in "nms", "qnms":
            library.define(name + "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")


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

LINES_OF = """
import json, sys
from coverage import CoverageData
data = CoverageData(sys.argv[1])
data.read()
print(json.dumps({path: data.lines(path) for path in data.measured_files()}))
"""


class Outcome(NamedTuple):
    """The outcome of a test, and its message."""

    kind: str
    message: str = ""


Outcomes = dict[str, Outcome]


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs the tests of one unpacked package."""

    suite: Suite
    python: Path
    tree: Path

    def run(self, which: str) -> Outcomes:
        """The outcome of each test. Raises SuiteError if pytest cannot run, or takes too long."""
        with tempfile.TemporaryDirectory() as scratch:
            return self._pytest(which, Path(scratch), [str(self.python)])

    def executed(self, files: Collection[Path]) -> dict[Path, set[int]]:
        """The lines of these files that the tests execute."""
        if not files:
            return {}
        with tempfile.TemporaryDirectory() as folder:
            scratch = Path(folder)
            data, settings = scratch / "lines", scratch / "coverage.ini"
            # The package's own settings must not count.
            settings.write_text("[run]\ninclude =\n" + "".join(f"    {path}\n" for path in files), encoding="utf-8")
            coverage = ["-m", "coverage", "run", f"--rcfile={settings}", f"--data-file={data}"]
            self._pytest("lines", scratch, [str(self.python), *coverage])
            asking = [str(self.python), "-c", LINES_OF, str(data)]
            lines = json.loads(subprocess.run(asking, check=True, capture_output=True, text=True).stdout)
        return {Path(path): set(rows) for path, rows in lines.items()}

    def _pytest(self, which: str, scratch: Path, python: list[str]) -> Outcomes:
        print(f"{self.suite.requirement}: tests, {which}", file=sys.stderr)
        report = scratch / "report.xml"
        (scratch / "each_run_alike.py").write_text(PLUGIN, encoding="utf-8")
        # The unpacked package takes precedence over the installed one, of which only the metadata is needed.
        sources = (str(self.tree / source) for source in self.suite.sources)
        path = os.pathsep.join((*sources, str(scratch)))
        settings = {"PYTHONPATH": path, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
        # Several threads do not always add numbers in the same order.
        settings["OMP_NUM_THREADS"] = "1"
        command = [*python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "each_run_alike"]
        command += [f"--junitxml={report}", *self.suite.pytest]
        try:
            done = subprocess.run(
                command,
                cwd=self.tree,
                # The user of the benchmark may have personal settings for pytest, which must not affect the package.
                env={**os.environ, "PYTEST_ADDOPTS": "", **settings, **self.suite.environment},
                check=False,
                capture_output=True,
                text=True,
                timeout=SECONDS,
            )
        except subprocess.TimeoutExpired as error:
            raise SuiteError(f"the tests take more than {SECONDS} seconds") from error
        if done.returncode not in {0, 1}:
            said = f"exit status {done.returncode}\n{done.stdout}{done.stderr}"
            raise SuiteError(f"pytest could not run: {said}")
        return read_report(report)


def read_report(report: Path) -> Outcomes:
    """The outcomes in a report in JUnit's format."""
    outcomes: Outcomes = {}
    for case in ElementTree.parse(report).iter("testcase"):
        troubles = [child for child in case if child.tag in {"failure", "error", "skipped"}]
        worst = min(troubles, key=lambda child: child.tag, default=None)
        outcome = Outcome("passed") if worst is None else Outcome(worst.tag, worst.get("message", ""))
        outcomes[f"{case.get('classname')}::{case.get('name')}"] = outcome
    return outcomes
