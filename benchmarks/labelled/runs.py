"""One project checked in many ways that must give the same result, including messages and edits."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from flake8_forward_call.files.cache import VARIABLE
from flake8_forward_call.rules import BY_CODE

SEEDS = range(4)

# The rules that read the project, including FWD900. FWD100 is about comments, and flake8 never reports it.
CODES = ",".join(code for code in sorted(BY_CODE) if code != "FWD100")

# Not compared with flake8, which reports E999 for a file that does not parse.
_UNREADABLE = "FWD900"

# A file with neither of these words has no findings.
_WORDS = (b".forward", b"__call__")

# This many names fit into one command line on every system.
_MOST_FILES = 2_000

# Separates a finding and its fix, which flake8 does not report.
_FIX = "\t"

# What a run reported: "path:row:col code message", a tab and the fix, each with its count.
Said = Counter[str]


@dataclass(frozen=True, slots=True)
class Run:
    """One way of checking, with what it reported, and the files that it was given; None for all."""

    name: str
    said: Said
    files: frozenset[str] | None = None
    is_flake8: bool = False

    def of(self, reference: Said) -> Said:
        """What the run should have reported: the part of the reference for its files."""
        lines = ((line, count) for line, count in reference.items() if self.files is None or _path(line) in self.files)
        if not self.is_flake8:
            return Counter(dict(lines))
        wanted = Said()
        for line, count in lines:
            wanted[_without_fix(line)] += count
        return Said({line: count for line, count in wanted.items() if f" {_UNREADABLE} " not in line})


def reference(folder: Path, cache: Path) -> Said:
    """What the command reports for a folder with seed 0 and an empty cache, which it fills."""
    return _check(folder, ["."], 0, cache)


def runs(folder: Path, cache: Path) -> Iterator[Run]:
    """Yield all other runs, given the cache that the reference has filled.

    Only one of them uses it: with the results of an earlier run, the order of the files would not matter.
    """
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.py") if path.is_file())
    wanted = [name for name in names if any(word in (folder / name).read_bytes() for word in _WORDS)]
    yield Run("seed 0, full cache", _check(folder, ["."], 0, cache))
    for seed in SEEDS[1:]:
        with tempfile.TemporaryDirectory() as empty:
            yield Run(f"seed {seed}", _check(folder, ["."], seed, Path(empty)))
    if not wanted:
        return
    some = frozenset(wanted)
    with tempfile.TemporaryDirectory() as own:
        caches = (Path(own) / str(number) for number in itertools.count())
        yield Run("the files in reversed order", _check(folder, wanted[::-1], 0, next(caches)), some)
        with ThreadPoolExecutor(max_workers=2) as pool:
            shared = next(caches)
            halves = pool.map(lambda half: _check(folder, half, 0, shared), filter(None, (wanted[::2], wanted[1::2])))
            yield Run("two commands, each with every second file", _sum(halves), some)
            alone = next(caches)
            each = pool.map(lambda pair: _check(folder, [pair[1]], pair[0] % len(SEEDS), alone), enumerate(wanted))
            yield Run("each file alone", _sum(each), some)
        for jobs in (1, 2):
            said = _flake8(folder, wanted, jobs, next(caches))
            yield Run(f"flake8 --jobs={jobs}", said, some, is_flake8=True)


def _sum(several: Iterable[Said]) -> Said:
    return sum(several, start=Said())


def _environment(seed: int, cache: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONHASHSEED": str(seed), VARIABLE: str(cache)}


def _check(folder: Path, paths: Sequence[str], seed: int, cache: Path) -> Said:
    command = [sys.executable, "-m", "flake8_forward_call", "check", "--output-format=json", f"--select={CODES}"]
    command.append("--no-site-packages")
    said = Said()
    for part in _parts(paths):
        done = subprocess.run(
            [*command, *part], cwd=folder, env=_environment(seed, cache), capture_output=True, text=True, check=False
        )
        if done.returncode > 1:
            raise SystemExit(f"forward-call check failed: {done.stderr}")
        for one in json.loads(done.stdout):
            place = one["location"]
            path = Path(one["filename"]).relative_to(folder.resolve()).as_posix()
            fix = json.dumps(one["fix"], sort_keys=True)
            line = f"{path}:{place['row']}:{place['column']} {one['code']} {one['message']}"
            said[line + _FIX + fix] += 1
    return said


def _flake8(folder: Path, paths: Sequence[str], jobs: int, cache: Path) -> Said:
    command = [sys.executable, "-m", "flake8", "--isolated", f"--select={CODES}", "--exclude=.git", f"--jobs={jobs}"]
    command += ["--forward-call-no-site-packages", "--format=%(path)s:%(row)d:%(col)d %(code)s %(text)s"]
    said = Said()
    for part in _parts(paths):
        done = subprocess.run(
            [*command, *part], cwd=folder, env=_environment(jobs, cache), capture_output=True, text=True, check=False
        )
        if done.returncode > 1:
            raise SystemExit(f"flake8 failed: {done.stderr}")
        said.update(line.removeprefix("./") for line in done.stdout.splitlines() if f" {_UNREADABLE} " not in line)
    return said


def _parts(paths: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(paths), _MOST_FILES):
        yield paths[start : start + _MOST_FILES]


def _path(line: str) -> str:
    return line.split(" ", 1)[0].rsplit(":", 2)[0]


def _without_fix(line: str) -> str:
    return line.partition(_FIX)[0]
