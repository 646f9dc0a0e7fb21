"""Processes that the program forks and that go on to the end of the run only have a part of the record."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from observed_runs import start, write

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows cannot fork")

# A process that only makes a call, and one that goes on.
BODY = """\
first = os.fork()
if first == 0:
    nn.Linear().forward(1)
    os._exit(0)
os.waitpid(first, 0)
second = os.fork()
nn.Linear().forward(1)
"""
# The process that began waits for the end of the other one.
END = "if second:\n    os.waitpid(second, 0)\n"


def indented(lines: str) -> str:
    return "".join(f"    {line}\n" for line in lines.splitlines())


def calls_in(record: Path) -> dict[int, int]:
    """How many calls each row has."""
    files: list[Any] = json.loads(record.read_text(encoding="utf-8"))["files"]
    return {call["row"]: call["receivers"][0]["calls"] for file in files for call in file["calls"]}


def test_pytest_goes_on_in_a_forked_process(tmp_path: Path) -> None:
    tests = f"import os\nfrom torch import nn\n\ndef test_it():\n{indented(BODY + END)}"
    write(tmp_path, {"test_it.py": tests})
    done = start(tmp_path, "-m", "pytest", "-q", "-p", "flake8_forward_call.pytest_plugin", "--forward-call")
    assert done.returncode == 0, done.stdout
    assert calls_in(tmp_path / "forward-call-observed.json") == {7: 1, 11: 2}
    assert "3 direct calls of forward() in 2 places" in done.stdout
    assert not list(tmp_path.glob("*.parts"))


def test_block_ends_in_a_forked_process(tmp_path: Path) -> None:
    block = f'with observe("block.json"):\n{indented(BODY)}'
    program = f"import os\nfrom flake8_forward_call.observe import observe\nfrom torch import nn\n{block}"
    write(tmp_path, {"main.py": program + indented(END)})
    done = start(tmp_path, "main.py")
    assert done.returncode == 0, done.stderr
    assert calls_in(tmp_path / "block.json") == {7: 1, 11: 2}
    assert not list(tmp_path.glob("*.parts"))
