"""From the dotted name of a Python module to a file under a root folder of imports.

A folder that is looked at is noted as a fact, with the names in it that can matter to an import.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from flake8_forward_call.inference.project.facts import digest, note, noted

# The kinds of facts: the names in a folder of the project, and in one that only contains installed packages; the
# programs below a folder.
NAMES, INSTALLED, BELOW = "names", "installed", "below"

# Names without a dot are packages, or folders that contain some. What programs write next to modules does not matter.
_ENDINGS = (".py", ".pyi", ".dist-info", ".pth", "-stubs", ".egg-link")
_WRITTEN_BY_PROGRAMS = frozenset(("__pycache__",))


@dataclass(eq=False)
class Folders:
    """Looks up names in folders. Each folder is listed once, so case matters on every file system.

    ``new`` are the paths of files that are not saved yet; they count as existing. ``kind`` is that of the facts.
    """

    new: Sequence[str] = ()
    kind: str = INSTALLED
    _names: dict[Path, tuple[frozenset[str], str]] = field(default_factory=dict)

    def names_in(self, folder: Path) -> frozenset[str]:
        """The names in a folder; none if it does not exist or cannot be read."""
        found = self._names.get(folder)
        if found is None:
            found = self._names[folder] = self._listed(folder)
        note(self.kind, str(folder), found[1])
        return found[0]

    def told(self, folder: Path) -> str:
        """What a fact says about a folder: a short text that is different if other modules are in it."""
        self.names_in(folder)
        return self._names[folder][1]

    def _listed(self, folder: Path) -> tuple[frozenset[str], str]:
        links: set[str] = set()
        try:
            with os.scandir(folder) as scan:
                names = set()
                for entry in sorted(scan, key=lambda entry: entry.name):
                    names.add(entry.name)
                    if entry.is_symlink():
                        links.add(entry.name)
        except (OSError, ValueError):  # ValueError: a path with a null in it.
            names = set()
        if self.new:
            names |= {os.path.basename(path) for path in self.new if os.path.dirname(path) == str(folder)}  # noqa: PTH119, PTH120
        matters = sorted(name for name in names if _matters(name))
        return frozenset(names), digest(*(f"{name}@" if name in links else name for name in matters))

    def module(self, root: Path, parts: Sequence[str], suffix: str = ".py") -> Path | None:
        """The file of the module ``parts`` under a root, for a package its ``__init__``; None if there is none."""
        folder = root
        for part in parts[:-1]:
            if part not in self.names_in(folder):
                return None
            folder /= part
        last, names = parts[-1], self.names_in(folder)
        if last in names and f"__init__{suffix}" in self.names_in(folder / last):
            return folder / last / f"__init__{suffix}"
        return folder / f"{last}{suffix}" if f"{last}{suffix}" in names else None

    def owns(self, root: Path, top: str) -> bool:
        """Whether a root directly contains a module of that name, or a package with an ``__init__.py``.

        Python prefers these to any folder without ``__init__.py``, wherever that folder is on its path.
        """
        return self.module(root, (top,)) is not None


def programs_below(folder: Path) -> list[str]:
    """The paths of the Python files below a folder, noted as one fact. Links to folders are not followed."""
    return noted(BELOW, str(folder), lambda: _programs_below(folder), lambda paths: digest(*paths))


def _programs_below(folder: Path) -> list[str]:
    walk = sorted((inner, sorted(names)) for inner, _, names in os.walk(folder))
    return [os.path.join(inner, name) for inner, names in walk for name in names if name.endswith(".py")]  # noqa: PTH118


def _matters(name: str) -> bool:
    return ("." not in name or name.endswith(_ENDINGS)) and name not in _WRITTEN_BY_PROGRAMS
