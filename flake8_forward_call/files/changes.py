"""Which lines a change touches, according to git: from the common ancestor with a revision to the current files."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from flake8_forward_call.files import missing
from flake8_forward_call.files.reading import read_bytes
from flake8_forward_call.files.repository import Entry, RefusedError, Repository, RepositoryError, names
from flake8_forward_call.terminal.trouble import reason

# The lines of a hunk in the new file. In a diff, a file's lines have a prefix, so they cannot look like this.
_HUNK = re.compile(rb"^@@ -\S+ \+(\d+)(?:,(\d+))? @@", re.M)


class ChangesError(Exception):
    """git cannot determine what has changed; the text says why."""


@dataclass(frozen=True, slots=True)
class Hunk:
    """New or changed rows; ``last`` is ``first - 1`` if rows were only deleted, just before ``first``."""

    first: int
    last: int

    def touches(self, first: int, last: int) -> bool:
        """Whether a row from ``first`` to ``last`` is in the hunk, or rows were deleted between these."""
        if self.last < self.first:
            return first < self.first <= last
        return self.first <= last and first <= self.last


class Changes:
    """The changed lines in one repository.

    A new file is touched as a whole, whether it is tracked or not, unless git ignores it. In a renamed file, the lines
    that differ are touched.
    """

    def __init__(self, repository: Repository, revision: str) -> None:
        """The change since a revision in a repository. Raises ChangesError."""
        self._repository = repository
        self._revision = revision
        if not revision or revision.startswith("-"):
            raise ChangesError(f"unknown revision {revision!r}")
        try:
            commit = self._said("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
        except RefusedError:
            raise ChangesError(missing.why_unknown(repository, revision)) from None
        try:
            self._base = self._said("merge-base", commit, "HEAD")
        except RefusedError:
            raise ChangesError(missing.why_unrelated(repository, revision)) from None
        self._texts: dict[str, bytes] = {}
        self._hunks: dict[str, list[Hunk] | None] = {}

    def _said(self, *args: str) -> str:
        return os.fsdecode(self._repository.ask(*args)).strip()

    def hold(self, path: str, data: bytes) -> None:
        """Use these bytes as the file's content instead of those on disk."""
        if (name := self._name(path)) is not None:
            self._texts[name] = data

    def touch(self, path: str, rows: tuple[int, int] | None) -> bool:
        """Whether a row of a file from the first to the last of ``rows`` is touched; without ``rows``, whether any is.

        Raises ChangesError: the repository lacks the file's old content, or the new content cannot be read.
        """
        name = self._name(path)
        if name is None:
            return False
        if name not in self._hunks:
            try:
                self._hunks[name] = self._hunks_of(name)
            except RepositoryError as error:
                raise ChangesError(missing.why_refused(self._repository, self._revision, error)) from None
            except OSError as error:
                raise ChangesError(f"{path}: cannot be read: {reason(error)}") from None
        hunks = self._hunks[name]
        if hunks is None:
            return True
        return bool(hunks) if rows is None else any(hunk.touches(*rows) for hunk in hunks)

    def _name(self, path: str) -> str | None:
        """The file's name in this repository; None if it is elsewhere."""
        real = Path(os.path.realpath(path))
        top = Path(os.path.realpath(self._repository.top))
        return real.relative_to(top).as_posix() if real.is_relative_to(top) else None

    def _hunks_of(self, name: str) -> list[Hunk] | None:
        """The hunks of a file; None if all of it is touched."""
        if name in self._conflicts:
            return None
        entry = self._old.get(name) or self._old.get(self._former_names.get(name, ""))
        is_given = name in self._texts
        if entry is None or not entry.is_plain:
            return None if is_given or name in self._known or name in self._new else []
        data = self._texts[name] if is_given else read_bytes(Path(self._repository.top, name))
        before = self._repository.content(entry.oid)
        if before == data:
            return []
        out = self._repository.hunks(before, data)
        return [_hunk(int(match[1]), int(match[2] or b"1")) for match in _HUNK.finditer(out)]

    @cached_property
    def _old(self) -> dict[str, Entry]:
        """The files of the common ancestor, by name."""
        return self._repository.files_of(self._base)

    @cached_property
    def _known(self) -> frozenset[str]:
        """The tracked files."""
        return frozenset(names(self._repository.ask("ls-files", "--cached", "-z")))

    @cached_property
    def _new(self) -> frozenset[str]:
        """The untracked files that git does not ignore."""
        return frozenset(names(self._repository.ask("ls-files", "--others", "--exclude-standard", "-z")))

    @cached_property
    def _conflicts(self) -> frozenset[str]:
        records = names(self._repository.ask("ls-files", "--unmerged", "-z"))
        return frozenset(record.partition("\t")[2] for record in records)

    @cached_property
    def _former_names(self) -> dict[str, str]:
        """The old name of each renamed file. The new name must be tracked."""
        gone = {
            name: entry
            for name, entry in self._old.items()
            if entry.is_plain and _is_looked_at(name) and not Path(self._repository.top, name).exists()
        }
        new = sorted(
            name
            for name in self._known
            if name not in self._old and _is_looked_at(name) and Path(self._repository.top, name).is_file()
        )
        return self._repository.renamed(gone, new) if gone and new else {}


def _is_looked_at(name: str) -> bool:
    return name.endswith((".py", ".ipynb"))


def changes_of(paths: Sequence[str], revision: str) -> list[Changes]:
    """The changes in each repository that contains one of the paths.

    Raises ChangesError: no git, no repository, no such revision, no common ancestor.
    """
    folders = dict.fromkeys(_folder(path) for path in paths)
    try:
        repositories = {one.top: one for one in map(Repository, folders)}
        return [Changes(one, revision) for one in repositories.values()]
    except RepositoryError as error:
        raise ChangesError(str(error)) from None


def _folder(path: str) -> str:
    """The nearest existing folder at or above a path."""
    real = Path(os.path.realpath(path))
    return str(next(each for each in (real, *real.parents) if each.is_dir()))


def _hunk(first: int, count: int) -> Hunk:
    return Hunk(first, first + count - 1) if count else Hunk(first + 1, first)
