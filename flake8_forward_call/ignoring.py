"""What is left out in directories: by patterns that the user gave, and by git's own."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

GITIGNORE = ".gitignore"


class PatternError(Exception):
    """A pattern that cannot be read; the text says why."""


@lru_cache(maxsize=256)
def compiled(patterns: tuple[str, ...]) -> GitIgnoreSpec:
    """The patterns, ready to be matched with paths relative to the folder that they stand in.

    Raises PatternError. The form is git's: https://git-scm.com/docs/gitignore#_pattern_format
    """
    from pathspec import GitIgnoreSpec

    try:
        return GitIgnoreSpec.from_lines(patterns)
    except ValueError as error:
        raise PatternError(str(error)) from None


@dataclass(frozen=True, slots=True)
class Ignoring:
    """The patterns that hold in a folder: each list with the folder that it is relative to, the outermost first."""

    lists: tuple[tuple[str, GitIgnoreSpec], ...] = ()

    def with_patterns(self, folder: str, patterns: Sequence[str]) -> Ignoring:
        """The same with more patterns, which are relative to a folder, given by its real path."""
        return replace(self, lists=(*self.lists, (folder, compiled(tuple(patterns))))) if patterns else self

    def with_gitignore_of(self, folder: str) -> Ignoring:
        """The same with what the ``.gitignore`` in a folder says, if there is one that can be read."""
        try:
            with open(os.path.join(folder, GITIGNORE), encoding="utf-8", errors="surrogateescape") as file:  # noqa: PTH118, PTH123
                lines = tuple(line.rstrip("\r\n") for line in file)
            return self.with_patterns(folder, lines)
        except (OSError, PatternError):  # git does without such a file as well.
            return self

    def leaves_out(self, path: str, *, is_folder: bool) -> bool:
        """Whether a path, which is real and below each of the folders, is left out: the last pattern says so."""
        for folder, spec in reversed(self.lists):
            below = os.path.relpath(path, folder).replace(os.sep, "/")
            include = spec.check_file(f"{below}/" if is_folder else below).include
            if include is not None:
                return include
        return False


def of_repository(folder: str) -> Ignoring:
    """What git's patterns say of what lies in a folder, given by its real path: those from its repository's top down.

    https://git-scm.com/docs/gitignore: what a ``.gitignore`` says holds for its folder and all below it. What only one
    user has, in the settings of git or the repository, does not count: a run gives the same result everywhere.
    """
    above: list[str] = []
    here = folder
    while True:
        above.append(here)
        if os.path.lexists(os.path.join(here, ".git")):  # noqa: PTH118
            break
        parent = os.path.dirname(here)  # noqa: PTH120
        if parent == here:
            return Ignoring()
        here = parent
    found = Ignoring()
    for one in reversed(above):
        found = found.with_gitignore_of(one)
    return found
