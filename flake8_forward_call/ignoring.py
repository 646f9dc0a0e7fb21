"""What is left out in directories: by patterns that the user gave, and by git's own."""

from __future__ import annotations

import os
from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from flake8_forward_call.configuration.files import FILE
from flake8_forward_call.configuration.patterns import PatternError, compiled
from flake8_forward_call.configuration.settings import Settings, settings_of

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

GITIGNORE = ".gitignore"


@dataclass(frozen=True, slots=True)
class Ignoring:
    """The patterns that hold in a folder: each list with the folder that it is relative to, the outermost first."""

    lists: tuple[tuple[str, GitIgnoreSpec], ...] = ()
    everything: bool = False  # A folder above is left out, and then no pattern brings back what lies in it.

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
        """Whether a real path is left out: the last pattern that speaks of it says so."""
        if self.everything:
            return True
        for folder, spec in reversed(self.lists):
            inside = folder.rstrip(os.sep) + os.sep
            if not path.startswith(inside):
                continue  # The patterns are of a folder that the path is not in.
            below = path[len(inside) :].replace(os.sep, "/")
            include = spec.check_file(f"{below}/" if is_folder else below).include
            if include is not None:
                return include
        return False


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What is left out in a folder: by git, and by the settings that hold there."""

    by_git: Ignoring = Ignoring()
    by_user: Ignoring = Ignoring()
    respects_git: bool = True

    @classmethod
    def at(cls, folder: str) -> LeftOut:
        """What holds in a folder, given by its real path, where a search begins. Raises ConfigError."""
        settings = settings_of(Path(folder))
        by_git = of_repository(folder) if settings.respect_gitignore else Ignoring()
        return cls(by_git, _of_user(settings), settings.respect_gitignore)

    def below(self, folder: str, names: Container[str]) -> LeftOut:
        """What holds in a folder further down, which has entries of these names. Raises ConfigError."""
        found = self
        if FILE in names:
            settings = settings_of(Path(folder))
            found = replace(found, by_user=_of_user(settings))
        if self.respects_git and GITIGNORE in names:
            found = replace(found, by_git=found.by_git.with_gitignore_of(folder))
        return found

    def holds(self, path: str, *, is_folder: bool) -> bool:
        """Whether a real path is left out."""
        return any(one.leaves_out(path, is_folder=is_folder) for one in (self.by_git, self.by_user))


def _of_user(settings: Settings) -> Ignoring:
    return Ignoring().with_patterns(os.path.realpath(settings.base_of("exclude")), settings.exclude)


def is_left_out(path: str) -> bool:
    """Whether git or the settings leave out a file, given by its real path, or a folder that it lies in."""
    folder = os.path.dirname(path)  # noqa: PTH120
    left_out = LeftOut.at(folder)
    parts = [path]
    while os.path.dirname(parts[-1]) != parts[-1]:  # noqa: PTH120
        parts.append(os.path.dirname(parts[-1]))  # noqa: PTH120
    return any(left_out.holds(one, is_folder=one != path) for one in parts)


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
        if found.lists and found.leaves_out(one, is_folder=True):
            return Ignoring(everything=True)
        found = found.with_gitignore_of(one)
    return found
