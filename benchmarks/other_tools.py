"""What do other linters say about direct calls of ``forward()``?

    python benchmarks/other_tools.py

Installs each tool of the table below into its own virtual environment, runs it on one small file, and prints the lines
on which it reports a call of that name. Two of the file's four calls are bypasses (lines 16 and 24).
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PROGRAM = """\
import torch
from torch import nn


class Robot:
    def forward(self, steps):
        return steps


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Linear(2, 2)

    def forward(self, x):
        return self.stem.forward(x)  # A bypass.


class Wide(Net):
    def forward(self, x):
        return super().forward(x)  # How a subclass extends its parent.


out = Wide().forward(torch.ones(1, 2))  # A bypass.
steps = Robot().forward(3)  # No module.
"""
CALLS = [row for row, line in enumerate(PROGRAM.splitlines(), 1) if ".forward(" in line]
OWN = str(Path(__file__).resolve().parent.parent)


@dataclass(frozen=True, slots=True)
class Tool:
    """A linter: what pip installs, and the command that runs all its rules on a file."""

    name: str
    requirements: tuple[str, ...]
    command: tuple[str, ...]


TOOLS = (
    Tool(
        "ruff",
        ("ruff==0.17.6",),
        ("ruff", "check", "--isolated", "--select=ALL", "--preview", "--output-format=concise"),
    ),
    Tool("TorchFix", ("torchfix==0.7.0",), ("torchfix", "--select=ALL")),
    Tool(
        "flake8-no-module-forward-call",
        ("flake8==7.5.0", "flake8-no-module-forward-call==0.1.1"),
        ("flake8", "--isolated", "--select=NMF"),
    ),
    Tool("flake8-forward-call", (OWN,), ("flake8", "--isolated", "--select=FWD")),
)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.parse_args(arguments)
    print(f"the calls stand on lines {', '.join(map(str, CALLS))}; 16 and 24 are bypasses\n")
    print("| tool | reports lines |\n| --- | --- |")
    for tool in TOOLS:
        with tempfile.TemporaryDirectory() as folder:
            rows = reported(tool, Path(folder))
        print(f"| {tool.name} | {', '.join(map(str, rows)) or 'none'} |")
    return 0


def reported(tool: Tool, folder: Path) -> list[int]:
    """The lines with a call that the tool reports."""
    venv.create(folder / "env", with_pip=True)
    bin_folder = folder / "env" / ("Scripts" if sys.platform == "win32" else "bin")
    pip = [str(bin_folder / "python"), "-m", "pip", "install", "--quiet", *tool.requirements]
    subprocess.run(pip, check=True)
    program = folder / "calls.py"
    program.write_text(PROGRAM, encoding="utf-8")
    command = [str(bin_folder / tool.command[0]), *tool.command[1:], str(program)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = {int(row) for row in re.findall(r"calls\.py:(\d+):", done.stdout)}
    return sorted(found & set(CALLS))


if __name__ == "__main__":
    sys.exit(main())
