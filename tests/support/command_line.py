"""The two doors as users start them, and programs as input."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from flake8_forward_call.cli import main

PROGRAM = """\
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Linear(8, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.stem.forward(x)
"""
FIXED = PROGRAM.replace("self.stem.forward(x)", "self.stem(x)")
PLACE = "11:26"
MESSAGE = "FWD001 self.stem.forward(...) skips Module.__call__, so hooks do not run; call self.stem(...)"


@dataclass(frozen=True)
class Result:
    """The result of a command: exit status, standard output, standard error."""

    status: int
    out_bytes: bytes
    err: str

    @property
    def out(self) -> str:
        return self.out_bytes.decode()

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


class _Stream(io.TextIOWrapper):
    def __init__(self, data: bytes = b"", *, terminal: bool = False) -> None:
        self.bytes = io.BytesIO(data)
        self.terminal = terminal
        super().__init__(self.bytes, encoding="utf-8", newline="")

    def isatty(self) -> bool:
        return self.terminal


def forward_call(*args: str | Path, stdin: bytes = b"", terminal: bool = False) -> Result:
    """Run the command in this process."""
    out, err = _Stream(terminal=terminal), _Stream()
    with mock.patch.multiple(sys, stdin=_Stream(stdin), stdout=out, stderr=err):
        status = main([str(arg) for arg in args])
        out.flush()
        err.flush()
    return Result(status, out.bytes.getvalue(), err.bytes.getvalue().decode())


def run(module: str, *args: str | Path, cwd: Path | None = None, stdin: bytes = b"") -> Result:
    """Run a module in a separate process."""
    command = [sys.executable, "-m", module, *map(str, args)]
    done = subprocess.run(command, cwd=cwd, input=stdin, capture_output=True, timeout=120, check=False)
    return Result(done.returncode, done.stdout, done.stderr.decode())


def flake8(*args: str | Path, cwd: Path | None = None, stdin: bytes = b"") -> Result:
    """Run the real flake8 for this plugin's codes, in one process, without any project's configuration."""
    return run("flake8", "--isolated", "-j", "1", "--select", "FWD,E9", *args, cwd=cwd, stdin=stdin)


def python(code: str, *args: str | Path, cwd: Path | None = None) -> Result:
    """Run a piece of code in a separate process."""
    command = [sys.executable, "-c", code, *map(str, args)]
    done = subprocess.run(command, cwd=cwd, capture_output=True, timeout=120, check=False, env=os.environ)
    return Result(done.returncode, done.stdout, done.stderr.decode())
