"""What a search for files skipped, and what a run reports about it."""

from __future__ import annotations

import enum
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeAlias

from flake8_forward_call.configuration.settings import GIVEN
from flake8_forward_call.terminal.printing import near
from flake8_forward_call.terminal.trouble import Trouble


class Reason(enum.Enum):
    """Why a file is skipped."""

    GIT = "ignored by git (--no-respect-gitignore)"
    EXCLUDE = "excluded"
    NOT_PYTHON = "not Python by name or first line"
    DOCUMENT = "a document (--documents)"
    SPECIAL = "not a regular file"


# Yields the real path of each file that is skipped below a folder, with the reason, and None for everything else there.
Counting: TypeAlias = Callable[[], "Iterator[tuple[str, Reason] | None]"]

# How many files that are not Python are named; the others are only counted.
_MAX_NAMED = 3

# A folder ignored by git may contain millions of files that are not programs. Beyond this number they are not counted.
MAX_COUNTED = 20_000
_TURN = 500


@dataclass
class Skipped:
    """What one run checks and skips. The files below a skipped folder are only counted when the result is needed."""

    looked_at: set[str] = field(default_factory=set)  # By real path.
    _files: dict[str, Reason] = field(default_factory=dict)
    _folders: list[Counting] = field(default_factory=list)
    _empty: list[str] = field(default_factory=list)
    _not_python: list[str] = field(default_factory=list)
    _is_forced: bool = False

    def file(self, path: str, reason: Reason) -> None:
        """Note a skipped file, given by its real path."""
        self._files[path] = reason

    def folder(self, counting: Counting) -> None:
        """Note a skipped folder."""
        self._folders.append(counting)

    def forced(self) -> None:
        """Note that --force-exclude skipped a path that the user named."""
        self._is_forced = True

    def not_python(self, name: str, real: str, *, is_document: bool = False) -> None:
        """Note a file that the user named and that is not Python, by its name as given and its real path."""
        if real not in self._files and not is_document:
            self._not_python.append(name)
        self.file(real, Reason.DOCUMENT if is_document else Reason.NOT_PYTHON)

    def nothing_in(self, path: str) -> None:
        """Note a folder that the user named and that contains nothing to check."""
        self._empty.append(path)

    def tell_if_all(self, trouble: Trouble) -> None:
        """Report if no files were checked: as an error, unless --force-exclude is the only reason."""
        if self.looked_at or trouble.errors:
            return
        if self._is_forced and not self._empty and not self._not_python:
            trouble.warn(f"no files were checked, because of --force-exclude: {self._counts() or 'no files are left'}")
        else:
            trouble.error(f"no files were checked: {self._counts() or self._nothing_found()}")

    def tell(self, trouble: Trouble) -> None:
        """Report how many files were skipped, and why, and which of the named folders contain nothing to check."""
        if not self.looked_at or trouble.is_quiet:
            return
        if self._empty:
            trouble.warn(self._nothing_found())
        if counts := self._counts():
            trouble.warn(counts)

    def _counts(self) -> str:
        from flake8_forward_call.report.rewrites import count  # The plugin prints nothing and needs no click.

        reasons, is_all = self._reasons()
        numbers = Counter(reasons.values())
        bound = "" if is_all else "at least "
        told = ((reason, f"{bound}{count(numbers[reason], 'file')}") for reason in Reason if numbers[reason])
        return "; ".join(f"{number} skipped: {self._why(reason)}" for reason, number in told)

    def _why(self, reason: Reason) -> str:
        if reason is Reason.EXCLUDE:
            is_given = GIVEN.get().sets("exclude", "extend-exclude")
            return f"{reason.value} ({'--exclude' if is_given else 'exclude in the settings'})"
        if reason is Reason.NOT_PYTHON:
            named = ", ".join(map(near, self._not_python[:_MAX_NAMED]))
            return f"{reason.value} ({named}{', ...' if len(self._not_python) > _MAX_NAMED else ''})"
        return str(reason.value)

    def _reasons(self) -> tuple[dict[str, Reason], bool]:
        """The reason for each skipped file that was not checked under another path, and whether these are all files."""
        found, room = dict(self._files), MAX_COUNTED
        # The folders take turns, so that a huge one does not prevent the others from being counted.
        waiting = deque(counting() for counting in self._folders)
        while waiting and room > 0:
            counting = waiting.popleft()
            some = list(islice(counting, _TURN))
            found.update(each for each in some if each is not None)
            room -= len(some)
            if len(some) == _TURN:
                waiting.append(counting)
        return {path: reason for path, reason in found.items() if path not in self.looked_at}, not waiting

    def _nothing_found(self) -> str:
        return f"no Python files or notebooks found in {', '.join(repr(near(each)) for each in self._empty)}"
