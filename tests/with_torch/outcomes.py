"""What small programs print, as they stand and after their safe fixes: the same, or a rewrite was wrong.

A program is a text of one file, `main.py`, or of several, each behind a line `# --- name.py`. It runs in a process of
its own that is forked from this one, for torch is slow to import and a program may replace parts of it.
"""

from __future__ import annotations

import os
import re
import signal
import sys
import textwrap
import types
from dataclasses import dataclass
from pathlib import Path

from flake8_forward_call.analysis import analyse
from flake8_forward_call.findings.finding import Applicability
from flake8_forward_call.fixing.rewriter import rewrite
from flake8_forward_call.sources.source import Source

# What most programs begin with: a module, and an object that only looks like one and cannot be called.
NET = """
import torch
from torch import nn

torch.manual_seed(0)
X = torch.ones(1, 2)

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(2, 2)
    def forward(self, x, scale=1):
        return self.fc(x) * scale

class Robot:
    def forward(self, *args, **kwargs):
        return "robot"
"""

_HEAD = re.compile(r"^# --- (\S+)\n", re.MULTILINE)

# Seconds that a program may take; real ones take a fraction of one.
_LIMIT = 40


@dataclass(frozen=True)
class Outcome:
    """What a program printed before and after its safe fixes, and which codes with which fix it had."""

    before: str
    after: str
    findings: tuple[str, ...]  # "FWD001 safe", "FWD001 unsafe", "FWD002".

    @property
    def is_rewritten(self) -> bool:
        return any(one.endswith(" safe") for one in self.findings)


def outcome(tmp_path: Path, program: str) -> Outcome:
    """Run a program as it stands, and as its safe fixes leave it."""
    import torch  # noqa: F401 (Once, for all programs.)

    findings = fixed(tmp_path, program)
    return Outcome(_printed_by(tmp_path / "before"), _printed_by(tmp_path / "after"), findings)


def fixed(tmp_path: Path, program: str) -> tuple[str, ...]:
    """Write a program to `before`, and to `after` as its safe fixes leave it; the codes found, each with its fix."""
    files = _files(program)
    before, after = tmp_path / "before", tmp_path / "after"
    for folder in (before, after):
        folder.mkdir()
        (folder / "pyproject.toml").touch()
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
    sources = [Source(str(after / name), text) for name, text in files.items()]
    found = [analyse(source) for source in sources]
    for source, findings in zip(sources, found, strict=True):
        fixes = [one.fix for one in findings if one.fix is not None and one.fix.applicability is Applicability.SAFE]
        Path(source.path).write_text(rewrite(source, fixes), encoding="utf-8")
    return tuple(
        f"{one.code} {one.fix.applicability.value}" if one.fix is not None else one.code
        for findings in found
        for one in findings
    )


def _files(program: str) -> dict[str, str]:
    common, *rest = _HEAD.split(textwrap.dedent(program).lstrip("\n"))
    files = dict(zip(rest[::2], rest[1::2], strict=True))
    return files if files else {"main.py": common}


def _printed_by(folder: Path) -> str:
    """What `main.py` prints, and the error that ends it, if one does."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _become(folder, writer)
    os.close(writer)
    with os.fdopen(reader, encoding="utf-8", errors="replace") as output:
        printed = output.read()
    os.waitpid(child, 0)
    return printed


def _become(folder: Path, output: int) -> None:
    """Run the program in this process, and end it."""
    try:
        os.dup2(output, 1)
        sys.stdout = os.fdopen(1, "w", encoding="utf-8")
        os.chdir(folder)
        sys.path.insert(0, str(folder))
        signal.alarm(_LIMIT)
        main = types.ModuleType("__main__")
        sys.modules["__main__"] = main
        exec(compile((folder / "main.py").read_text(encoding="utf-8"), "main.py", "exec"), main.__dict__)
    except BaseException as error:
        print("raises", type(error).__name__, error)
    finally:
        sys.stdout.flush()
        os._exit(0)
