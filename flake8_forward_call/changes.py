"""Which lines a change touches, asked of git: between the common ancestor with a revision and the files as they are."""

from __future__ import annotations

import difflib
import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

# These change what git prints, or make it run other programs.
_UNWANTED = ("GIT_DIFF_OPTS", "GIT_EXTERNAL_DIFF", "GIT_LITERAL_PATHSPECS", "GIT_GLOB_PATHSPECS", "GIT_ICASE_PATHSPECS")
_OPTIONS = ("--literal-pathspecs", "--no-optional-locks", "-c", "core.fsmonitor=false")
# Renames are looked for whatever the user's configuration says, and names are those from the repository's top.
_DIFF = ("diff", "--no-ext-diff", "--no-textconv", "--no-color", "--no-relative", "--ignore-submodules", "-M", "-l0")
_HUNKS = ("--unified=0", "--inter-hunk-context=0", "--text")

# The lines of a hunk in the new file. What stands in a file has a character before it, so it cannot look like this.
_HUNK = re.compile(rb"^@@ -\S+ \+(\d+)(?:,(\d+))? @@", re.M)


class ChangesError(Exception):
    """git cannot tell what has changed; the text says why."""


@dataclass(frozen=True, slots=True)
class Hunk:
    """Rows that are new or changed; ``last`` is ``first - 1`` where rows were only taken out before ``first``."""

    first: int
    last: int

    def touches(self, first: int, last: int) -> bool:
        """Whether a row from ``first`` to ``last`` is among them, or rows were taken out between these."""
        if self.last < self.first:
            return first < self.first <= last
        return self.first <= last and first <= self.last


class Changes:
    """What a change touches in one repository.

    A new file is touched as a whole, be it known to git yet or not, unless git ignores it; of a renamed one, the lines
    that differ.
    """

    def __init__(self, top: str, revision: str) -> None:
        """The change since a revision in the repository at ``top``. Raises ChangesError."""
        self._top = top
        unknown = f"unknown revision {revision!r} (a shallow clone has not all of them)"
        if not revision or revision.startswith("-"):
            raise ChangesError(unknown)
        try:
            commit = _git(self._top, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}").decode().strip()
        except _FailedError:
            raise ChangesError(unknown) from None
        try:
            self._base = _git(self._top, "merge-base", commit, "HEAD").decode().strip()
        except _FailedError:
            raise ChangesError(
                f"HEAD and {revision!r} have no common ancestor (a shallow clone has not all revisions)"
            ) from None
        self._texts: dict[str, bytes] = {}
        self._hunks: dict[str, list[Hunk] | None] = {}

    def hold(self, path: str, data: bytes) -> None:
        """Take these bytes as the file's content, whatever lies on the disk."""
        if (name := self._name(path)) is not None:
            self._texts[name] = data

    def touch(self, path: str, rows: tuple[int, int] | None) -> bool:
        """Whether one of these rows of a file is touched, from the first to the last; without them, whether any is."""
        name = self._name(path)
        if name is None:
            return False
        if name not in self._hunks:
            self._hunks[name] = self._hunks_of(name)
        hunks = self._hunks[name]
        if hunks is None:
            return True
        return bool(hunks) if rows is None else any(hunk.touches(*rows) for hunk in hunks)

    def _name(self, path: str) -> str | None:
        """The file as git names it here, None if it lies elsewhere."""
        real = Path(os.path.realpath(path))
        top = Path(os.path.realpath(self._top))
        return real.relative_to(top).as_posix() if real.is_relative_to(top) else None

    def _hunks_of(self, name: str) -> list[Hunk] | None:
        """What is touched in a file, None for all of it."""
        old = self._changed.old_names.get(name)
        if name in self._texts:
            return self._hunks_of_text(old or name, self._texts[name])
        if name in self._changed.new:
            return None
        if old is None:
            return []
        out = _git(self._top, *_DIFF, *_HUNKS, self._base, "--", *dict.fromkeys((old, name)))
        return [_hunk(int(match[1]), int(match[2] or b"1")) for match in _HUNK.finditer(out)]

    def _hunks_of_text(self, old: str, data: bytes) -> list[Hunk] | None:
        try:
            before = _git(self._top, "cat-file", "blob", f"{self._base}:{old}")
        except _FailedError:
            return None
        matcher = difflib.SequenceMatcher(None, _lines(before), _lines(data), autojunk=False)
        return [Hunk(start + 1, end) for kind, _, _, start, end in matcher.get_opcodes() if kind != "equal"]

    @cached_property
    def _changed(self) -> _Changed:
        """The files that differ at all."""
        changed = _Changed()
        fields = iter(_names(_git(self._top, *_DIFF, "--name-status", "-z", self._base, "--")))
        for status in fields:
            name = next(fields)
            if status[:1] in ("R", "C"):
                old, name = name, next(fields)
                changed.old_names[name] = old
            elif status == "M":
                changed.old_names[name] = name
            else:  # Added, of another kind than before, in conflict; or deleted, and then there is nothing to find.
                changed.new.add(name)
        changed.new.update(_names(_git(self._top, "ls-files", "--others", "--exclude-standard", "-z")))
        return changed


@dataclass(slots=True)
class _Changed:
    """Files that are new, and for each other that has changed the name that it had."""

    new: set[str] = field(default_factory=set)
    old_names: dict[str, str] = field(default_factory=dict)


def changes_of(paths: Sequence[str], revision: str) -> list[Changes]:
    """The changes in each repository that the paths lead to.

    Raises ChangesError: no git, no repository, no such revision, no common ancestor.
    """
    folders = dict.fromkeys(_folder(path) for path in paths)
    tops = dict.fromkeys(_git(folder, "rev-parse", "--show-toplevel").rstrip(b"\r\n") for folder in folders)
    return [Changes(os.fsdecode(top), revision) for top in tops]


def _folder(path: str) -> str:
    """The folder nearest to a path that is there."""
    real = Path(os.path.realpath(path))
    return str(next(each for each in (real, *real.parents) if each.is_dir()))


class _FailedError(ChangesError):
    """git ended with an error, whose first line the text is."""


def _git(folder: str, *args: str) -> bytes:
    environment = {name: value for name, value in os.environ.items() if name not in _UNWANTED} | {"LC_ALL": "C"}
    command = ["git", *_OPTIONS, "-C", folder, *args]
    try:
        done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    except OSError:
        raise ChangesError("git cannot be run; is it installed?") from None
    if done.returncode:
        lines = done.stderr.decode(errors="replace").splitlines() or [f"exit status {done.returncode}"]
        raise _FailedError(f"git says of {folder}: {lines[0].removeprefix('fatal: ')}")
    return done.stdout


def _names(out: bytes) -> Iterator[str]:
    return (os.fsdecode(name) for name in out.split(b"\0") if name)


def _hunk(first: int, count: int) -> Hunk:
    return Hunk(first, first + count - 1) if count else Hunk(first + 1, first)


def _lines(data: bytes) -> list[bytes]:
    return [line.rstrip(b"\r") for line in data.split(b"\n")]
