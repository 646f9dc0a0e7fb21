"""The rest of a project: packages beside the one at hand, and modules in folders that only ``sys.path`` knows of.

They are followed where an import names them, and say nothing else of the project at hand.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from flake8_forward_call.discovery import is_environment, is_searched
from flake8_forward_call.inference.layout import has_settings, is_marked, layout_of

# Folders outside packages. The largest monorepos looked at have a few hundred; past this the search costs more time
# than the file in hand.
MAX_FOLDERS = 2_000

# How far below a project's top its packages are looked for: `packages/group/name/src` is four.
MAX_DEPTH = 5


@dataclass(eq=False)
class Siblings:
    """The folders of a project that have a module or package of a name in them, found in one walk.

    ``declared`` are those of folders with settings of their own, as the packages of a monorepo have; ``others`` those
    of all other folders, which a program may or may not have on its path.
    """

    declared: dict[str, list[Path]] = field(default_factory=dict)
    others: dict[str, list[Path]] = field(default_factory=dict)


def siblings_of(top: Path) -> Siblings:
    """Walk a project, not into its packages. Nothing is found where there are too many folders."""
    found = Siblings()
    for count, (folder, names, is_declared) in enumerate(_folders(top)):
        if count == MAX_FOLDERS:
            return Siblings()
        table = found.declared if is_declared else found.others
        for name in names:
            table.setdefault(name, []).append(folder)
    return found


def _folders(top: Path) -> Iterator[tuple[Path, list[str], bool]]:
    """Yield the folders that are no packages, breadth first: each with the modules in it, and if it is declared."""
    declared: set[Path] = set()
    waiting = deque([(top, 0)])
    while waiting:
        folder, depth = waiting.popleft()
        below: list[Path] = []
        modules: list[str] = []
        entries = _entries(folder)
        if folder != top and is_environment(entries):
            continue
        for entry in entries:
            if entry.name.endswith(".py"):
                modules.append(entry.name[:-3])
            elif is_searched(entry):
                below.append(folder / entry.name)
        if "__init__" in modules and folder != top:
            yield folder.parent, [folder.name], folder.parent in declared
            continue
        if is_marked(folder) if folder != top else has_settings(folder):
            declared |= {folder, *layout_of(folder).folders}
        yield folder, modules, folder in declared
        if depth < MAX_DEPTH:
            waiting += [(one, depth + 1) for one in below]


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as scan:
            return sorted(scan, key=lambda entry: entry.name)
    except OSError:
        return []
