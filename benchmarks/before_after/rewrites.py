"""Which calls of a tree ``forward-call fix`` rewrites, and where they are afterwards."""

from __future__ import annotations

import ast
import bisect
import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from before_after.packages import SuiteError

FORWARD_CALL = (sys.executable, "-m", "flake8_forward_call")
# The rules with unsafe fixes, and those with fixes that are off by default.
UNSAFE = ("--extend-select", "FWD003,FWD004")


@dataclass(frozen=True, slots=True)
class Fixing:
    """How to rewrite: with the packages of which interpreter, and whether to apply unsafe fixes too."""

    python: Path
    unsafe: bool = False

    def _run(self, command: str, tree: Path, *options: str) -> str:
        rules = UNSAFE if self.unsafe else ()
        words = [*FORWARD_CALL, command, "--no-cache", "--python", str(self.python), *rules, *options, str(tree)]
        done = subprocess.run(words, check=False, capture_output=True, text=True)
        if done.returncode not in {0, 1}:
            raise SuiteError(f"forward-call {command}: exit status {done.returncode}\n{done.stderr}")
        return done.stdout

    def pending(self, tree: Path) -> dict[Path, list[Mapping[str, Any]]]:
        """The edits that ``fix`` would make, by file and in order."""
        edits: dict[Path, list[Mapping[str, Any]]] = {}
        for finding in json.loads(self._run("check", tree, "--output-format", "json")):
            if finding["fix"] is not None and (self.unsafe or finding["fix"]["applicability"] == "safe"):
                edits.setdefault(Path(finding["filename"]), []).extend(finding["fix"]["edits"])
        return edits

    def apply(self, tree: Path) -> dict[Path, list[int]]:
        """Rewrite the tree, and return the new lines of the rewritten calls, by file.

        Raises SuiteError if the tool failed, or left something to rewrite.
        """
        edits = self.pending(tree)
        texts = {path: read(path) for path in edits}
        self._run("fix", tree, *(["--unsafe-fixes"] if self.unsafe else []))
        if left := self.pending(tree):
            raise SuiteError(f"forward-call fix left what it can rewrite in {', '.join(map(str, left))}")
        return {path: rewritten_lines(texts[path], read(path), edits[path]) for path in edits}


def read(path: Path) -> str:
    """The text of a file with its original line ends."""
    return path.read_bytes().decode("utf-8")


def rewritten_lines(before: str, after: str, edits: Sequence[Mapping[str, Any]]) -> list[int]:
    """For each edit, the line of the new text that Python gives its call: that of the receiver's innermost part."""
    old, new = _starts(before), _starts(after.encode())
    lines: dict[int, int] = {}
    for node in ast.walk(ast.parse(after)):
        if isinstance(node, ast.expr) and node.end_lineno is not None and node.end_col_offset is not None:
            end = new[node.end_lineno - 1] + node.end_col_offset
            lines[end] = max(node.lineno, lines.get(end, 0))
    ends = sorted(lines)
    shift = 0
    found: list[int] = []
    for edit in edits:
        first, last = (old[edit[key]["row"] - 1] + edit[key]["column"] - 1 for key in ("location", "end_location"))
        # Python's tree counts bytes. A receiver in parentheses ends before the closing one.
        place = len(after[: first + shift].encode())
        found.append(lines[ends[bisect.bisect_right(ends, place) - 1]])
        shift += len(edit["content"]) - (last - first)
    return found


def _starts(text: str | bytes) -> list[int]:
    """The start of each line, with Python's line ends only."""
    ends = re.finditer("\r\n|\r|\n", text) if isinstance(text, str) else re.finditer(b"\r\n|\r|\n", text)
    return [0, *(end.end() for end in ends)]
