"""A report shows the same evidence for a finding as ``explain`` for its location."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from flake8_forward_call.analysis import analyse
from flake8_forward_call.explaining import explain, steps_to
from flake8_forward_call.sources.opening import read

CLASS = """\
from torch import nn
from torch.utils.checkpoint import checkpoint


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Linear(8, 4)
        self.head = nn.Conv2d(8, 4, 3)

    def forward(self, x):
"""
BODIES = {
    "several in a line": "return self.head.forward(self.stem.forward(x)) + self.stem.forward(x)",
    "letters of several bytes": "é = '𐐀'; return self.stem.forward(x) + self.head.forward(é)",
    "over several rows": "return (self\n            .stem\n            .forward  # here\n            (x))",
    "in a formatted string": "return f'{self.stem.forward(x)} é {self.head.forward(x):>{self.stem.forward(x)}}'",
    "behind a form feed": "pass\n\x0c\n    def g(self, x):\n        return self.stem.forward(x)",
    "handed on": "return checkpoint(self.stem.forward, self.head.forward(x))",
    "an override beside it": "return self.stem.forward(x)\n\n    def __call__(self, x):\n        return x",
}


def agrees(path: str, data: bytes) -> int:
    """Compare both for each finding, and return the number of findings."""
    source = read(path, data)
    assert source is not None
    findings = analyse(source)
    for finding in findings:
        (explained,) = (
            each for each in explain(source, finding.start.row, finding.start.column) if each.place == finding.start
        )
        assert explained.steps
        assert steps_to(source, finding) == explained.steps
    return len(findings)


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_finding_in_a_program(body: str, tmp_path: Path) -> None:
    text = f"{CLASS}        {body}\n"
    (tmp_path / "net.py").write_text(text, encoding="utf-8")
    assert agrees(str(tmp_path / "net.py"), text.encode()) >= 1


def test_finding_in_a_notebook(tmp_path: Path) -> None:
    sources = [f"{CLASS}        return x\n", "%time\nnet = Net()\né = net.forward(1); net.stem.forward(2)\n"]
    cells: list[dict[str, Any]] = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": each}
        for each in sources
    ]
    data = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()
    (tmp_path / "nb.ipynb").write_bytes(data)
    assert agrees(str(tmp_path / "nb.ipynb"), data) == 2
