"""How long does each report take, and how does that grow with the number of findings?

    python benchmarks/reports.py                         # 500, 1,000 and 2,000 findings in one file, in each format
    python benchmarks/reports.py --findings 1000         # 1,000, 2,000 and 4,000
    python benchmarks/reports.py --format sarif          # only this one; may be repeated
    python benchmarks/reports.py --smoke                 # seconds: only see whether the benchmark itself works

Each program is checked once. Then each report is made from the findings, as the command does it: from sources without
a tree. The columns are the seconds of processor time for n, 2n and 4n findings; growth is the last divided by the
first (or by 0.01 where that is more). It is 4 where the time is proportional to the number of findings, and 16 where it
grows with its square.

The programs: `methods` is one class with a call in each method, `classes` has as many classes with a `__call__` of
their own, `strings` has calls in f-strings, `line` has all calls on one line, `notebook` has a cell for each call.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from flake8_forward_call.checking import check_bytes
from flake8_forward_call.findings.selection import Selection, everywhere
from flake8_forward_call.report.formats import FORMATS
from flake8_forward_call.report.record import Report
from flake8_forward_call.report.rendering import rendered

_HEAD = "from torch import nn\n\nnet = nn.Linear(8, 4)\n\n\n"


def _methods(number: int) -> str:
    head = "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        "
    head += "self.stem = nn.Linear(8, 4)\n"
    methods = (f"\n    def step{row}(self, x):\n        return self.stem.forward(x)\n" for row in range(number))
    return _HEAD + head + "".join(methods)


def _classes(number: int) -> str:
    return _HEAD + "".join(
        f"class Net{row}(nn.Module):\n    def __call__(self, x):\n        return x\n\n\n" for row in range(number)
    )


def _strings(number: int) -> str:
    return _HEAD + "".join(f"print(f'{{net.forward({row})}} {{net}}')\n" for row in range(number))


def _line(number: int) -> str:
    return f"{_HEAD}results = [{', '.join(f'net.forward({column})' for column in range(number))}]\n"


def _notebook(number: int) -> str:
    sources = [_HEAD, *(f"net.forward({cell})\n" for cell in range(number))]
    cells: list[dict[str, Any]] = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": source}
        for source in sources
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


PROGRAMS: dict[str, tuple[str, Callable[[int], str]]] = {
    "methods": ("net.py", _methods),
    "classes": ("net.py", _classes),
    "strings": ("net.py", _strings),
    "line": ("net.py", _line),
    "notebook": ("net.ipynb", _notebook),
}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--findings", type=int, default=500, help="the smallest number of findings (default: 500)")
    parser.add_argument("--format", action="append", choices=list(FORMATS), help="only this format; may be repeated")
    parser.add_argument("--program", action="append", choices=list(PROGRAMS), help="only this one; may be repeated")
    parser.add_argument("--smoke", action="store_true", help="5, 10 and 20 findings, and what is in the reports")
    options = parser.parse_args(arguments)
    smallest = 5 if options.smoke else options.findings
    print("| program | format | findings | n | 2n | 4n | growth |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: |")
    for program in options.program or PROGRAMS:
        with tempfile.TemporaryDirectory() as folder:
            top = Path(folder).resolve()
            reports = [_checked(top / str(times), program, smallest * times) for times in (1, 2, 4)]
            for name in options.format or FORMATS:
                seconds = [_seconds(name, report) for report in reports]
                told = " | ".join(f"{each:.2f}" for each in seconds)
                growth = seconds[-1] / max(seconds[0], 0.01)
                print(f"| {program} | {name} | {4 * smallest:,} | {told} | {growth:.1f} |", flush=True)
    return 0


def _checked(folder: Path, program: str, number: int) -> Report:
    """What a check finds in a program with so many findings, which is made in a folder of its own."""
    name, make = PROGRAMS[program]
    folder.mkdir()
    path = folder / name
    path.write_text(make(number), encoding="utf-8")
    checked = check_bytes(str(path), path.read_bytes(), everywhere(Selection()))
    if len(checked.findings) != number or checked.source is None:
        raise SystemExit(f"{program}: {len(checked.findings)} findings, not {number}")
    return Report(checked.findings, {str(path): replace(checked.source)})


def _seconds(name: str, report: Report) -> float:
    """The processor time in seconds that a report takes. Exits where a finding is missing from it."""
    fresh = replace(report, sources={path: replace(source) for path, source in report.sources.items()})
    start = time.process_time()
    text = rendered(name, fresh)
    seconds = time.process_time() - start
    codes = {finding.code for finding in report}
    if sum(text.count(code) for code in codes) < len(list(report.findings)) and name != "junit":
        raise SystemExit(f"{name}: findings are missing from the report")
    return seconds


if __name__ == "__main__":
    sys.exit(main())
