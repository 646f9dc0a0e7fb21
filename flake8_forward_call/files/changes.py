"""Which lines a change touches, according to git: from the common ancestor with a revision to the current files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from flake8_forward_call.configuration.files import ConfigError
from flake8_forward_call.files import missing
from flake8_forward_call.files.git import RefusedError, RepositoryError, TooMuchError
from flake8_forward_call.files.ignoring import of_repository
from flake8_forward_call.files.reading import MAX_BYTES, read_bytes, read_head
from flake8_forward_call.files.repository import Entry, Repository
from flake8_forward_call.sources.source import DOCUMENTS, Source, SourceError, is_notebook
from flake8_forward_call.terminal.trouble import reason

# The lines of a hunk in the new file. In a diff, a file's lines have a prefix, so they cannot look like this.
_HUNK = re.compile(rb"^@@ -\S+ \+(\d+)(?:,(\d+))? @@", re.M)

# Python's line ends. git knows one of them, and would count rows in another way if a text had the others.
_END = re.compile(rb"\r\n?")

# How a file named `.git` starts that says where a repository is.
_POINTER = b"gitdir:"


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


@dataclass(frozen=True, slots=True)
class _Known:
    """What git says of a file: its entry in the common ancestor, and its stages in the index."""

    old: Entry | None
    stages: frozenset[str]

    @property
    def is_tracked(self) -> bool:
        return bool(self.stages)

    @property
    def is_conflict(self) -> bool:
        return bool(self.stages - {"0"})


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
        self._known: dict[str, _Known] = {}
        self._hunks: dict[str, list[Hunk] | None] = {}

    def _said(self, *args: str) -> str:
        return os.fsdecode(self._repository.ask(*args)).strip()

    def hold(self, path: str, data: bytes) -> None:
        """Use these bytes as the file's content instead of those on disk."""
        if (name := self._name(path)) is not None:
            self._texts[name] = data

    def look_up(self, paths: Iterable[str]) -> None:
        """Ask git about these files together, which is faster than one after the other. Raises ChangesError."""
        named = (self._name(path) for path in paths)
        asked = dict.fromkeys(name for name in named if name is not None and name not in self._known)
        try:
            old, stages = self._repository.files_at(self._base, asked), self._repository.stages(asked)
        except RepositoryError as error:
            raise ChangesError(missing.why_refused(self._repository, self._revision, error)) from None
        self._known |= {name: _Known(old.get(name), frozenset(stages.get(name, ()))) for name in asked}

    def touch(self, path: str, rows: tuple[int, int] | None) -> bool:
        """Whether a row of a file from the first to the last of ``rows`` is touched; without ``rows``, whether any is.

        Raises ChangesError: the repository lacks the file's old content, or the new content cannot be read.
        """
        name = self._name(path)
        if name is None:
            return False
        if name not in self._hunks:
            self.look_up([path])
            try:
                self._hunks[name] = self._hunks_of(name, self._known[name])
            except RepositoryError as error:
                raise ChangesError(missing.why_refused(self._repository, self._revision, error)) from None
            except ConfigError as error:
                raise ChangesError(str(error)) from None
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

    def _hunks_of(self, name: str, known: _Known) -> list[Hunk] | None:
        """The hunks of a file; None if all of it is touched."""
        if known.is_conflict:
            return None
        entry, is_given = known.old, name in self._texts
        if entry is None and known.is_tracked and (former := self._former_names.get(name)) is not None:
            entry = self._repository.files_at(self._base, [former]).get(former)
        if entry is None or not entry.is_plain:
            return None if is_given or known.is_tracked or not self._is_left_out(name) else []
        if (entry.size or 0) > MAX_BYTES:
            return None
        data = self._texts[name] if is_given else read_bytes(Path(self._repository.top, name))
        before = self._repository.content(entry.oid)
        old, new = _as_rows(name, before), _as_rows(name, data)
        if old == new:
            return []
        stored = self._repository.stored
        try:
            out = self._repository.hunks(entry.oid if old == before else stored(old), stored(new))
        except TooMuchError:
            return None
        # If git does not say what differs, everything may differ.
        return [_hunk(int(match[1]), int(match[2] or b"1")) for match in _HUNK.finditer(out)] or None

    def _is_left_out(self, name: str) -> bool:
        """Whether git would ignore a file that is not tracked, or the file belongs to another repository."""
        top = os.path.realpath(self._repository.top)
        path = Path(top, name)
        inside = path.parents[: len(Path(name).parents) - 1]
        if any(_is_repository(folder) for folder in inside):
            return True
        return of_repository(str(path.parent)).leaves_out(str(path), is_folder=False)

    @cached_property
    def _former_names(self) -> dict[str, str]:
        """The old name of each renamed file. The new name must be tracked."""
        try:
            old, tracked = self._repository.files_of(self._base), self._repository.tracked()
        except TooMuchError:
            return {}
        gone = {
            name: entry
            for name, entry in old.items()
            if entry.is_plain and _is_looked_at(name) and not Path(self._repository.top, name).exists()
        }
        new = sorted(
            name
            for name in frozenset(tracked)
            if name not in old and _is_looked_at(name) and Path(self._repository.top, name).is_file()
        )
        return self._repository.renamed(gone, new) if gone and new else {}


def _as_rows(name: str, data: bytes) -> bytes:
    """The content of a file with the same rows for git as for Python: in UTF-8, and with git's line ends.

    In some encodings, characters that are no line ends for git are line ends for Python.
    """
    if not is_notebook(name):
        with suppress(SourceError):
            data = Source.from_bytes(name, data).text.encode(errors="surrogatepass")
    return _END.sub(b"\n", data)


def _is_repository(folder: Path) -> bool:
    """Whether git takes a folder for a repository: its ``.git`` is one inside, or names another folder."""
    inside = folder / ".git"
    try:
        if inside.is_dir():
            return (inside / "HEAD").is_file() and (inside / "objects").is_dir() and (inside / "refs").is_dir()
        return read_head(inside, len(_POINTER)) == _POINTER
    except OSError:
        return False


def _is_looked_at(name: str) -> bool:
    return name.endswith((".py", ".ipynb", *DOCUMENTS))


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
