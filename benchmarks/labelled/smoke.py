"""A made-up release of three files, small enough to know what a tool must say about it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

FILES = {
    "small/__init__.py": "",
    "small/layers.py": """\
from torch import nn


class Layer(nn.Module):
    def forward(self, x):
        return x


class Robot:
    def forward(self, steps):
        return steps


class Stack(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = Layer()

    def forward(self, x):
        return self.layer.forward(x)
""",
    "small/use.py": """\
from small import layers

stack = layers.Stack()
stack.forward(1)
layers.Robot().forward(1)
vars(layers)[input()]().forward(1)
""",
}


def _label(file: str, row: int, column: int, verdict: str, evidence: str) -> dict[str, str | int]:
    where: dict[str, str | int] = {"source": "small==1", "path": f"small/{file}.py", "row": row, "column": column}
    return {**where, "verdict": verdict, "evidence": evidence, "how": "made up"}


LABELS_OF_SMOKE = (
    _label("layers", 20, 27, "fix", "file"),
    _label("use", 4, 7, "fix", "project"),
    _label("use", 5, 16, "ignore", "project"),
    _label("use", 6, 25, "fix", "dynamic"),
)


def write_smoke(folder: Path, labels: Path, entries: Iterable[Mapping[str, str | int]]) -> None:
    """Write the release into a folder, and labels into a file."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    labels.write_text("".join(f"{json.dumps(entry)}\n" for entry in entries), encoding="utf-8")
