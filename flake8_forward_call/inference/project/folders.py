"""From the dotted name of a Python module to a file under a root folder of imports."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(eq=False)
class Folders:
    """Looks up names in folders. Each folder is listed once, so case matters on every file system.

    ``new`` are the paths of files that are not saved yet; they count as existing.
    """

    new: Sequence[str] = ()
    _names: dict[Path, frozenset[str]] = field(default_factory=dict)

    def names_in(self, folder: Path) -> frozenset[str]:
        """The names in a folder; none if it does not exist or cannot be read."""
        if folder not in self._names:
            try:
                names = frozenset(os.listdir(folder))  # noqa: PTH208 (Names are all that is wanted.)
            except (OSError, ValueError):  # ValueError: a path with a null in it.
                names = frozenset()
            if self.new:
                names |= {os.path.basename(path) for path in self.new if os.path.dirname(path) == str(folder)}  # noqa: PTH119, PTH120
            self._names[folder] = names
        return self._names[folder]

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
