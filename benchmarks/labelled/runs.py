"""One project checked in many ways that must give the same result, including messages and edits."""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from flake8_forward_call.files.cache import VARIABLE
from flake8_forward_call.rules import BY_CODE

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


@dataclass(frozen=True, slots=True)
class Way:
    """A way of checking that must not matter.

    ``files`` is how the files are given: in reverse order, in random order, or to two processes at once. ``questions``
    is the order in which the candidates of a file are judged.
    """

    seed: int
    cache: str
    files: str
    questions: str

    def name(self) -> str:
        """The way in words."""
        return f"seed {self.seed}, {self.cache} cache, files {self.files}, questions {self.questions}"


_CACHES = ("no", "an empty", "a full")
_FILES = ("in reverse order", "in random order", "for two processes")
_QUESTIONS = ("in text order", "in reverse order", "in random order")

# Each level of each factor meets each level of each other factor once: an orthogonal array of strength 2, in which nine
# runs do for 81 (https://en.wikipedia.org/wiki/Orthogonal_array).
WAYS = tuple(
    Way(first + 1, _CACHES[second], _FILES[(first + second) % 3], _QUESTIONS[(first + 2 * second) % 3])
    for first in range(3)
    for second in range(3)
)

# So many files are also checked each in a process of its own, those with findings first. All of them would take most of
# the time: 583 processes for one package.
ALONE = 12

_ASKING = Path(__file__).with_name("asking.py")


def reference(folder: Path, cache: Path) -> Said:
    """What the command reports for a folder with seed 0 and an empty cache, which it fills."""
    return _check(folder, ["."], 0, cache)


def runs(folder: Path, cache: Path, said: Said) -> Iterator[Run]:
    """Yield all other runs, two at a time, given what the reference has reported and the cache that it has filled."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.py") if path.is_file())
    wanted = [name for name in names if any(word in (folder / name).read_bytes() for word in _WORDS)]
    if not wanted:
        yield _whole(folder, cache)
        return
    found = {_path(line) for line in said}
    alone = sorted(wanted, key=lambda name: (name not in found, _mixed(name)))[:ALONE]
    todo: list[Callable[[], Run]] = [partial(_whole, folder, cache)]
    todo += [partial(_by_way, folder, wanted, way, cache) for way in WAYS]
    todo += [partial(_by_flake8, folder, wanted, jobs) for jobs in (1, 2)]
    todo += [partial(_alone, folder, name, index) for index, name in enumerate(alone)]
    with ThreadPoolExecutor(max_workers=2) as pool:
        yield from pool.map(lambda one: one(), todo)


def _whole(folder: Path, cache: Path) -> Run:
    return Run("seed 1, a full cache, the whole folder", _check(folder, ["."], 1, cache))


def _by_way(folder: Path, wanted: Sequence[str], way: Way, cache: Path) -> Run:
    names = list(wanted)[::-1]
    if way.files != "in reverse order":
        random.Random(way.seed).shuffle(names)
    parts = [names] if way.files != "for two processes" else [part for part in (names[::2], names[1::2]) if part]
    questions = {"in text order": None, "in reverse order": "reversed"}.get(way.questions, str(way.seed))
    with tempfile.TemporaryDirectory() as empty, ThreadPoolExecutor(max_workers=2) as pool:
        used = {"no": None, "an empty": Path(empty)}.get(way.cache, cache)
        said = pool.map(lambda part: _check(folder, part, way.seed, used, questions), parts)
        return Run(way.name(), sum(said, start=Said()), frozenset(wanted))


def _by_flake8(folder: Path, wanted: Sequence[str], jobs: int) -> Run:
    with tempfile.TemporaryDirectory() as empty:
        said = _flake8(folder, wanted, jobs, Path(empty))
    return Run(f"flake8 --jobs={jobs}", said, frozenset(wanted), is_flake8=True)


def _alone(folder: Path, name: str, index: int) -> Run:
    said = _check(folder, [name], index % 4, None)
    return Run(f"{name} alone", said, frozenset({name}))


def _mixed(name: str) -> str:
    """A key that puts the names in an order that has nothing to do with folders."""
    return hashlib.sha256(name.encode()).hexdigest()


def _environment(seed: int, cache: Path | None) -> dict[str, str]:
    kept = {} if cache is None else {VARIABLE: str(cache)}
    return {**os.environ, "PYTHONHASHSEED": str(seed), **kept}


def _check(folder: Path, paths: Sequence[str], seed: int, cache: Path | None, questions: str | None = None) -> Said:
    """What the command reports for some paths, without a cache if that is None."""
    command = [sys.executable, *(("-m", "flake8_forward_call") if questions is None else (str(_ASKING), questions))]
    command += ["check", "--output-format=json", f"--select={CODES}", "--no-site-packages"]
    command += ["--no-cache"] if cache is None else []
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
