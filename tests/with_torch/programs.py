"""Runs a program as it stands, and as the tool leaves it."""

from __future__ import annotations

import runpy
import textwrap
from pathlib import Path
from typing import Any

import torch

from flake8_forward_call.analysis import analyse
from flake8_forward_call.fixing.rewriter import rewrite
from flake8_forward_call.sources.source import Source

Names = dict[str, Any]


def run_both(tmp_path: Path, program: str, calls: int) -> tuple[Names, Names]:
    """The names that the program leaves behind: with its direct calls, and after the tool rewrote ``calls`` of them.

    Both run from files, for torch.jit.script reads the source of what it compiles, and from the same seed.
    """
    before = textwrap.dedent(program).lstrip("\n")
    return run(tmp_path / "before.py", before), run(tmp_path / "after.py", fixed(before, calls))


def fixed(program: str, calls: int) -> str:
    """What the tool makes of the program, having found that many calls and having left none."""
    source = Source("program.py", program)
    findings = analyse(source)
    assert [finding.code for finding in findings] == ["FWD001"] * calls
    fixes = [finding.fix for finding in findings if finding.fix is not None]
    result = rewrite(source, fixes)
    assert result.count(".forward(") == program.count(".forward(") - calls
    assert analyse(Source("program.py", result)) == []
    return result


def run(file: Path, program: str) -> Names:
    """The names that the program leaves behind."""
    file.write_text(program, encoding="utf-8")
    torch.manual_seed(0)
    torch._dynamo.reset()  # What one program compiled must not serve the next.
    return runpy.run_path(str(file))
