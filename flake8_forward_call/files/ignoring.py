"""What is skipped in directories: by the user's patterns, and by those of git."""

from __future__ import annotations

import os
from collections.abc import Container, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from flake8_forward_call.configuration.files import FILES
from flake8_forward_call.configuration.patterns import PatternError, Patterns, compiled, lines_of
from flake8_forward_call.configuration.settings import Settings, settings_or_fault
from flake8_forward_call.files.reading import TooLargeError, read_bytes
from flake8_forward_call.files.skipping import Reason
from flake8_forward_call.terminal.printing import near, shown

GITIGNORE = ".gitignore"

# What is checked in directories by default, as suffixes, because most searches compare thousands of names.
LOOKED_AT = (".py", ".ipynb")
# What is checked as well if the settings ask for documents. Other text files are mostly data.
_DOCUMENTS = (".md", ".rst")
_BY_DEFAULT = Settings().include

# The longest real ones have a few thousand lines.
MAX_GITIGNORE = 1_000_000


class Ignoring(NamedTuple):
    """The patterns that apply in a folder: each list with the folder that it is relative to, the outermost first.

    ``named`` is the real path of a folder that the user named, or empty. Patterns are not applied to that folder itself
    or to those above it. ``fault``: why the patterns of a ``.gitignore`` are missing; without them, files that git
    ignores would be checked.
    """

    lists: tuple[tuple[str, Patterns], ...] = ()
    everything: bool = False  # A folder above is ignored, so no pattern can re-include its content.
    named: str = ""
    fault: str | None = None

    def with_patterns(self, folder: str, patterns: Sequence[bytes]) -> Ignoring:
        """The same with more patterns, which are relative to the folder with this real path."""
        if not patterns:
            return self
        if (below := _below(folder, self.named)) is None:
            return self._replace(lists=(*self.lists, (folder, compiled(tuple(patterns)))))
        parts = below.split("/")
        way = ["/".join(parts[:number]) for number in range(1, len(parts) + 1)]
        found = groupby(_set_aside(patterns, folder, self.named, way), itemgetter(0))
        more = ((base, compiled(tuple(pattern for _, pattern in group))) for base, group in found)
        return self._replace(lists=(*self.lists, *more))

    def with_gitignore_of(self, folder: str) -> Ignoring:
        """The same with the patterns of the ``.gitignore`` in a folder, if there is a readable one.

        Like git, this does not follow a link. One that is too large or has an invalid pattern is a fault.
        """
        path = os.path.join(folder, GITIGNORE)  # noqa: PTH118 (Path is slow for thousands of folders.)
        try:
            data = read_bytes(path, MAX_GITIGNORE, follow=False)
            return self.with_patterns(folder, lines_of(data))
        except (TooLargeError, PatternError) as error:
            return self._replace(fault=self.fault or f"{shown(near(path))}: {error}")
        except OSError:  # git continues without such a file too.
            return self

    def leaves_out(self, path: str, *, is_folder: bool) -> bool:
        """Whether a real path is ignored: the last pattern that matches it decides."""
        if self.everything:
            return True
        for folder, patterns in reversed(self.lists):
            below = _below(folder, path)
            if below is None:
                continue  # The patterns belong to a folder that does not contain the path.
            verdict = patterns.verdict(below, is_folder=is_folder)
            if verdict is not None:
                return verdict
        return False


def _below(folder: str, path: str) -> str | None:
    """The path relative to a folder, as patterns need it; None if it is not in that folder."""
    inside = folder.rstrip(os.sep) + os.sep
    return path[len(inside) :].replace(os.sep, "/") if path.startswith(inside) and path != inside else None


def _set_aside(patterns: Sequence[bytes], folder: str, named: str, way: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Yield the patterns of a folder that still count below a named one, each with the folder that it is relative to.

    A pattern that matches a folder on the ``way`` there would skip everything, which is not what the user wants. If it
    is a plain name, it still counts for entries with that name further down, as it does for ruff.
    """
    if not any(compiled(tuple(patterns)).verdict(one, is_folder=True) for one in way):
        yield from ((folder, pattern) for pattern in patterns)
        return
    for pattern in patterns:
        if not any(compiled((pattern,)).verdict(one, is_folder=True) for one in way):
            yield folder, pattern
        elif b"/" not in (name := pattern.rstrip().rstrip(b"/")) and name.strip(b"*"):
            yield named, pattern


class LeftOut(NamedTuple):
    """What is skipped in a folder: by git, and by the settings that apply there.

    ``included`` has the files that are looked at, None for the default; ``with_documents``: documents as well.
    ``invalid`` is why the settings are invalid. Then the folder counts as one without settings.
    """

    by_git: Ignoring = Ignoring()
    by_user: Ignoring = Ignoring()
    included: Ignoring | None = None
    respects_git: bool = True
    invalid: str | None = None
    with_documents: bool = False

    @property
    def fault(self) -> str | None:
        """Why the files in the folder cannot be checked as their project wants it; None if they can."""
        return self.invalid or self.by_git.fault

    @classmethod
    def at(cls, folder: str, *, is_named: bool = True) -> LeftOut:
        """What is skipped in the folder where a search starts, given by its real path.

        If the user named the folder, patterns that match the folder itself do not count.
        """
        (settings, invalid), named = settings_or_fault(Path(folder)), folder if is_named else ""
        by_git = of_repository(folder, named) if settings.respect_gitignore else Ignoring()
        by_user, included = _of_user(settings, named), included_by(settings)
        return cls(by_git, by_user, included, settings.respect_gitignore, invalid, settings.documents)

    def below(self, folder: str, names: Container[str]) -> LeftOut:
        """What is skipped in a folder further down, whose entries have these ``names``."""
        found = self
        if any(name in names for name in FILES):
            settings, invalid = settings_or_fault(Path(folder))
            found = found._replace(
                by_user=_of_user(settings, self.by_user.named),
                included=included_by(settings),
                invalid=invalid,
                with_documents=settings.documents,
            )
        if self.respects_git and GITIGNORE in names:
            found = found._replace(by_git=found.by_git.with_gitignore_of(folder))
        return found

    def takes(self, path: str) -> bool:
        """Whether a search takes the file at this real path, if nothing skips it."""
        if self.with_documents and path.endswith(_DOCUMENTS):
            return True
        if self.included is None:
            return path.endswith(LOOKED_AT)
        return self.included.leaves_out(path, is_folder=False)

    def reason(self, path: str, *, is_folder: bool) -> Reason | None:
        """Why a real path is skipped; None if it is not."""
        if self.by_user.leaves_out(path, is_folder=is_folder):
            return Reason.EXCLUDE
        return Reason.GIT if self.by_git.leaves_out(path, is_folder=is_folder) else None


def _of_user(settings: Settings, named: str) -> Ignoring:
    return _with_parts(Ignoring(named=named), settings, "exclude", "extend-exclude")


def included_by(settings: Settings) -> Ignoring | None:
    """The files that ``include`` names, as if they were ignored; None for those of the default."""
    return None if settings.include == _BY_DEFAULT else _with_parts(Ignoring(), settings, "include")


def _with_parts(found: Ignoring, settings: Settings, *names: str) -> Ignoring:
    for part in settings.parts_of(*names):
        patterns = [os.fsencode(one) for one in part.value if isinstance(one, str)] if part.value else []  # type: ignore[union-attr]
        found = found.with_patterns(os.path.realpath(part.base), patterns)
    return found


def reason_for(path: str, *, is_folder: bool) -> Reason | None:
    """Why git or the settings skip a file or folder, given by its real path, or a folder above it; None if neither."""
    left_out = LeftOut.at(os.path.dirname(path), is_named=False)  # noqa: PTH120
    reasons = [left_out.reason(path, is_folder=is_folder)]
    while os.path.dirname(path) != path:  # noqa: PTH120
        path = os.path.dirname(path)  # noqa: PTH120
        reasons.append(left_out.reason(path, is_folder=True))
    return next((one for one in reasons if one is not None), None)


def of_repository(folder: str, named: str = "") -> Ignoring:
    """The patterns of git for the content of a folder, given by its real path: those from its repository's top down.

    https://git-scm.com/docs/gitignore: a ``.gitignore`` applies to its folder and all below it. Patterns of one user,
    in the settings of git or of the repository, do not count, so that a run gives the same result everywhere.
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
    found = Ignoring(named=named)
    for one in reversed(above):
        if not named and found.lists and found.leaves_out(one, is_folder=True):
            return Ignoring(everything=True)
        found = found.with_gitignore_of(one)
    return found
