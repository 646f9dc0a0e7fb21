"""The tool's doors on one release: ``forward-call check``, flake8, and ``forward-call fix`` on a copy."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from flake8_forward_call.rules import BY_CODE
from labelled.labels import Site
from labelled.score import Answer

Findings: TypeAlias = Mapping[Site, Answer]

# The rules about a call of ``forward``, on by default or not, and the one for files that cannot be analysed.
CODES = ",".join(code for code in ("FWD001", "FWD002", "FWD003", "FWD900") if code in BY_CODE)


def check(folder: Path, paths: Sequence[str] = (".",)) -> Findings:
    """What ``forward-call check`` finds in a folder, or in some of its files, without a cache."""
    command = [sys.executable, "-m", "flake8_forward_call", "check", "--output-format=json", f"--select={CODES}"]
    command.append("--no-site-packages")
    with tempfile.TemporaryDirectory() as empty:
        nothing_kept = {**os.environ, "XDG_CACHE_HOME": empty}
        done = subprocess.run(
            [*command, *paths], cwd=folder, env=nothing_kept, capture_output=True, text=True, check=False
        )
    if done.returncode > 1:
        raise SystemExit(f"forward-call check failed: {done.stderr}")
    return {
        (_inside(one["filename"], folder), one["location"]["row"], one["location"]["column"]): _answer(one)
        for one in json.loads(done.stdout)
    }


def _answer(finding: dict[str, Any]) -> Answer:
    return Answer(finding["code"], finding["fix"] and finding["fix"]["applicability"])


def differences(folder: Path, findings: Findings) -> list[str]:
    """The locations at which flake8 and ``forward-call check`` disagree; there should be none.

    flake8 also runs its other plugins, whatever is selected, so it only gets the files that can have findings.
    """
    wanted = {path for path, _, _ in findings}
    wanted |= {_inside(path, folder) for path in folder.rglob("*.py") if b".forward" in path.read_bytes()}
    if not wanted:
        return []
    # For a file that does not parse, flake8 reports E999 and runs no plugin.
    command = [sys.executable, "-m", "flake8", "--isolated", f"--select={CODES},E9", "--exclude=.git"]
    command.append("--forward-call-no-site-packages")
    command.append("--format=%(path)s\t%(row)d\t%(col)d\t%(code)s")
    done = subprocess.run([*command, *sorted(wanted)], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode > 1:
        raise SystemExit(f"flake8 failed: {done.stderr}")
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    said = {(_inside(folder / path, folder), int(row), int(column)) for path, row, column, _ in rows}
    return [
        f"only {'flake8' if site in said else 'forward-call check'} reports {site[0]}:{site[1]}:{site[2]}"
        for site in sorted(said ^ set(findings))
    ]


def rewrite(folder: Path, findings: Findings) -> list[str]:
    """Fix a copy of the folder, and return what changed except the calls with a safe fix; it should be nothing."""
    copy = folder.with_name(f"{folder.name}.fixed")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(folder, copy)
    try:
        command = [sys.executable, "-m", "flake8_forward_call", "fix", "--no-site-packages", str(copy)]
        subprocess.run(command, capture_output=True, check=False)
        return _faults(folder, copy, findings)
    finally:
        shutil.rmtree(copy)


def _faults(folder: Path, copy: Path, findings: Findings) -> list[str]:
    faults = []
    rewritten = []
    safe = [site for site, answer in findings.items() if answer.fix == "safe"]
    for path in sorted(folder.rglob("*.py")):
        inside = _inside(path, folder)
        named = {(row, column) for file, row, column in safe if file == inside}
        old, new = path.read_bytes(), (copy / inside).read_bytes()
        if old != new:
            rewritten.append(inside)
        if (old != new) is not bool(named):
            faults.append(f"{inside}: {'not ' * (old == new)}rewritten")
        elif named and ast.dump(_expected(ast.parse(old), named)) != ast.dump(ast.parse(new)):
            faults.append(f"{inside}: more was rewritten than the calls named")
    # Files that were not rewritten the first time are unchanged.
    if rewritten and any(answer.fix == "safe" for answer in check(copy, rewritten).values()):
        faults.append("a second run would rewrite more")
    return faults


def _expected(tree: ast.Module, named: set[tuple[int, int]]) -> ast.Module:
    """The tree with the named calls rewritten; the locations are those of the name ``forward``, in ASCII lines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "forward":
            place = (node.func.end_lineno, (node.func.end_col_offset or 0) - len("forward") + 1)
            if place in named:
                node.func = node.func.value
    return tree


def _inside(path: str | Path, folder: Path) -> str:
    return Path(path).resolve().relative_to(folder.resolve()).as_posix()
