"""From the dotted name of a Python module to a file under a root folder of imports.

A folder that is looked at is noted as a fact, with the names in it that can matter to an import.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from flake8_forward_call.inference.project.facts import digest, note, noted

# The kinds of facts: where a module is below a folder, the names in a folder, the programs below a folder. The first
# two have another kind in folders that only contain installed packages, where nothing is unsaved.
MODULE, NAMES, BELOW = "module", "names", "below"
INSTALLED_MODULE, INSTALLED_NAMES = "installed module", "installed names"

# Python writes this next to modules, and nothing is imported from it.
_CACHE = "__pycache__"


class _Listing(NamedTuple):
    """The names in a folder, and which of them are links."""

    listed: frozenset[str]
    links: frozenset[str]


@dataclass(eq=False)
class Folders:
    """Looks up names in folders. Each folder is listed once, so case matters on every file system.

    ``new`` are the paths of files that are not saved yet; they count as existing. ``is_installed``: the folders only
    contain installed packages.
    """

    new: Sequence[str] = ()
    is_installed: bool = True
    _listings: dict[str, _Listing] = field(default_factory=dict)

    def names_in(self, folder: Path) -> frozenset[str]:
        """The names in a folder; none if it does not exist or cannot be read."""
        note(INSTALLED_NAMES if self.is_installed else NAMES, str(folder), self.told_names(folder))
        return self._listing(str(folder)).listed

    def module(self, root: Path, parts: Sequence[str], suffix: str = ".py") -> Path | None:
        """The file of the module ``parts`` under a root, for a package its ``__init__``; None if there is none."""
        path, is_linked = self._module(str(root), parts, suffix)
        subject = f"{root}\0{'.'.join(parts)}\0{suffix}"
        note(INSTALLED_MODULE if self.is_installed else MODULE, subject, _told(path, is_linked))
        return None if path is None else Path(path)

    def owns(self, root: Path, top: str) -> bool:
        """Whether a root directly contains a module of that name, or a package with an ``__init__.py``.

        Python prefers these to any folder without ``__init__.py``, wherever that folder is on its path.
        """
        return self.module(root, (top,)) is not None

    def told_names(self, folder: Path) -> str:
        """What a fact says about the names in a folder."""
        listing = self._listing(str(folder))
        return digest(*sorted(name for name in listing.listed if _matters(name)), "", *sorted(listing.links))

    def told_module(self, subject: str) -> str:
        """What a fact with this subject says about a module. Raises ValueError."""
        root, dotted, suffix = subject.split("\0")
        return _told(*self._module(root, dotted.split("."), suffix))

    # Strings instead of paths: a run that uses earlier results asks little else, thousands of times.
    def _module(self, root: str, parts: Sequence[str], suffix: str) -> tuple[str | None, bool]:
        """The file of a module, and whether there is a link on the way from the root."""
        folder, is_linked = root, False
        for part in parts[:-1]:
            listing = self._listing(folder)
            if part not in listing.listed:
                return None, False
            is_linked |= part in listing.links
            folder = _in(folder, part)
        last, listing = parts[-1], self._listing(folder)
        name = f"{last}{suffix}"
        if last in listing.listed and f"__init__{suffix}" in (inner := self._listing(_in(folder, last))).listed:
            name = f"__init__{suffix}"
            is_linked |= last in listing.links
            folder, listing = _in(folder, last), inner
        if name not in listing.listed:
            return None, False
        return _in(folder, name), is_linked or name in listing.links

    def _listing(self, folder: str) -> _Listing:
        found = self._listings.get(folder)
        if found is None:
            found = self._listings[folder] = self._listed(folder)
        return found

    def _listed(self, folder: str) -> _Listing:
        try:
            with os.scandir(folder) as scan:
                entries = {entry.name: entry.is_symlink() for entry in sorted(scan, key=lambda entry: entry.name)}
        except (OSError, ValueError):  # ValueError: a path with a null in it.
            entries = {}
        for path in self.new:
            if os.path.dirname(path) == folder:  # noqa: PTH120
                entries.setdefault(os.path.basename(path), False)  # noqa: PTH119
        return _Listing(frozenset(entries), frozenset(name for name, is_link in entries.items() if is_link))


def _in(folder: str, name: str) -> str:
    """The path of a name in a folder."""
    return f"{folder}{name}" if folder.endswith(os.sep) else f"{folder}{os.sep}{name}"


def _told(path: str | None, is_linked: bool) -> str:
    return "" if path is None else f"{path}{'@' * is_linked}"


def programs_below(folder: Path) -> list[str]:
    """The paths of the Python files below a folder, noted as one fact. Links to folders are not followed."""
    return noted(BELOW, str(folder), lambda: _programs_below(folder), lambda paths: digest(*paths))


def _programs_below(folder: Path) -> list[str]:
    walk = sorted((inner, sorted(names)) for inner, _, names in os.walk(folder))
    return [os.path.join(inner, name) for inner, names in walk for name in names if name.endswith(".py")]  # noqa: PTH118


def _matters(name: str) -> bool:
    """Whether a name in a folder can be that of a module, or part of one: no import leads to a hidden file."""
    return name != _CACHE and (name[:1] != "." or name in (".py", ".pyi"))
