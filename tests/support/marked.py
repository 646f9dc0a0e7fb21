"""Projects given as one text, with what is to be found in them marked where it stands.

A line `# --- use.py` begins a file. The marks are those of `golden.py`: `# FWD001` at the end of a line says that its
call is found and has a safe fix, `# FWD003` that it is found and its fix is unsafe; what has no mark is not found.
"""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

from golden import marks

from flake8_forward_call.analysis import analyse
from flake8_forward_call.findings.finding import Applicability, Finding
from flake8_forward_call.sources.source import Source

# A module, one whose call means something else, and what only looks like a module.
NET = """
# --- net.py
from torch import nn

class Net(nn.Module):
    def forward(self, x): return x

class Odd(nn.Module):
    def __call__(self, x): return -x

class Robot:
    def forward(self, x): return x
"""

_HEAD = re.compile(r"^# --- (\S+)\n", re.MULTILINE)


def as_marks(findings: list[Finding]) -> list[tuple[int, str]]:
    """What is found, in the form of the marks."""
    found = []
    for finding in findings:
        expected = {"FWD002": None, "FWD003": Applicability.UNSAFE, "FWD005": None}.get(
            finding.code, Applicability.SAFE
        )
        given = finding.fix and finding.fix.applicability
        note = "" if given is expected else f" {given.value if given else 'without a fix'}"
        found.append((finding.start.row, f"{finding.code}{note}"))
    return found


def annotated(text: str, found: list[tuple[int, str]]) -> list[str]:
    """The lines of a text, each with what was found on it."""
    marked: dict[int, list[str]] = {}
    for row, mark in found:
        marked.setdefault(row, []).append(mark)
    return [f"{row}: {line} <- {marked.get(row, [])}" for row, line in enumerate(text.splitlines(), 1)]


def files_of(text: str) -> dict[str, str]:
    """The files of a project, by path; what stands above the first head is put before each of them."""
    common, *rest = _HEAD.split(textwrap.dedent(text).lstrip("\n"))
    return {name: common + body for name, body in zip(rest[::2], rest[1::2], strict=True)}


def written(root: Path, text: str, *, is_marked: bool = True) -> dict[str, str]:
    """Write the files of a project, with a mark of its top, and give them."""
    files = files_of(text)
    for name, body in {**({"setup.py": ""} if is_marked else {}), **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body, encoding="utf-8")
    return files


def found_in(path: Path) -> list[tuple[int, str]]:
    """What is found of calls in a file as it is on disk, in the form of the marks; FWD005 is about definitions."""
    found = analyse(Source(str(path), path.read_text(encoding="utf-8")))
    return as_marks([finding for finding in found if finding.code != "FWD005"])


def hold(root: Path, text: str) -> None:
    """Assert that in each file of the project the marked calls are found, and no others."""
    _hold(root, written(root, text))


def hold_unmarked(root: Path, text: str) -> None:
    """Assert the same of files that only those among them mark as a project."""
    _hold(root, written(root, text, is_marked=False))


def _hold(root: Path, files: dict[str, str]) -> None:
    found = {name: annotated(body, found_in(root / name)) for name, body in files.items()}
    assert found == {name: annotated(body, list(marks(body))) for name, body in files.items()}
