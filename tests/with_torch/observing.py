"""Programs that run with the real torch, once as they are and once observed: the same must come out."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import types
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

# What most programs begin with.
NET = """\
import torch
from torch import nn

torch.manual_seed(0)
X = torch.ones(2, 3)

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(3, 3)

    def forward(self, x, scale=1):
        return self.inner(x) * scale

net = Net()
"""
ROWS = NET.count("\n")

# Seconds that a program may take.
_LIMIT = 100


@dataclass(frozen=True)
class Run:
    """What an observed program printed, and its record as JSON."""

    printed: str
    record: Any

    @property
    def calls(self) -> dict[int, str]:
        """By row after ``NET``: the form of the call, the classes, and how often."""
        return {
            one["row"] - ROWS: " ".join(
                (one["form"], *(f"{each['class'].rpartition('.')[2]}={each['calls']}" for each in one["receivers"]))
            )
            for file in self.record["files"]
            if not file["outside"]
            for one in file["calls"]
        }

    @property
    def hooks(self) -> dict[int, list[str]]:
        """By row after ``NET``: what each call skipped."""
        return {
            one["row"] - ROWS: [f"{each['kind']}: {each['hook']}" for each in one["skipped"]]
            for file in self.record["files"]
            for one in file["calls"]
            if one["skipped"]
        }


def observed(folder: Path, lines: str) -> Run:
    """Run the lines after ``NET`` as they are, and observed. Both must print the same."""
    path = folder / "main.py"
    path.write_text(NET + textwrap.dedent(lines), encoding="utf-8")
    plain = _printed_by(path, is_observed=False)
    printed = _printed_by(path, is_observed=True)
    assert printed == plain
    return Run(printed, json.loads((folder / "seen.json").read_text(encoding="utf-8")))


def _printed_by(path: Path, *, is_observed: bool) -> str:
    output = path.with_suffix(".observed" if is_observed else ".plain")
    starter = _starter()
    assert starter.stdin is not None
    assert starter.stdout is not None
    print(json.dumps([str(path), str(output), is_observed]), file=starter.stdin, flush=True)
    assert starter.stdout.readline() == "done\n"
    return output.read_text(encoding="utf-8", errors="replace")


@cache
def _starter() -> subprocess.Popen[str]:
    """A process with torch and nothing else, from which the programs are forked: to import torch takes seconds."""
    code = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import observing; observing.start_each()"
    return subprocess.Popen(  # It ends with its input.
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def start_each() -> None:
    """Run each program that the standard input names, in a process of its own."""
    import torch  # noqa: F401 (Once, for all programs.)

    for line in sys.stdin:
        path, output, is_observed = json.loads(line)
        child = os.fork()
        if child == 0:
            _become(Path(path), os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), is_observed)
        os.waitpid(child, 0)
        print("done", flush=True)


def _become(path: Path, output: int, is_observed: bool) -> None:
    """Run the program in this process, and end it."""
    try:
        os.dup2(output, 1)
        sys.stdout = os.fdopen(1, "w", encoding="utf-8")
        os.chdir(path.parent)
        sys.path.insert(0, str(path.parent))
        signal.alarm(_LIMIT)
        main = types.ModuleType("__main__")
        main.__file__ = str(path)
        sys.modules["__main__"] = main
        code = compile(path.read_text(encoding="utf-8"), str(path), "exec")
        if is_observed:
            from flake8_forward_call.observe import observe

            with observe("seen.json"):
                _run(code, main)
        else:
            _run(code, main)
    finally:
        sys.stdout.flush()
        os._exit(0)


def _run(code: types.CodeType, main: types.ModuleType) -> None:
    try:
        exec(code, main.__dict__)
    except Exception as error:
        print("raises", type(error).__name__, error)
