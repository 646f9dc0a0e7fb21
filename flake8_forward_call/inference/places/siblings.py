"""The rest of a project: packages next to the current one, and modules in folders that only ``sys.path`` may contain.

They are read if an import names them, and do not count for anything else.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from flake8_forward_call.files.discovery import is_environment, is_searched
from flake8_forward_call.inference.places.layout import has_settings, is_marked, layout_of
from flake8_forward_call.inference.project.facts import digest, noted

# The kind of a fact: the modules in other folders of a project.
SIBLINGS = "siblings"

# The maximum number of folders outside packages. The largest monorepos that were examined have a few hundred; with more
# folders than this, the search costs more time than the checked file.
MAX_FOLDERS = 2_000

# How far below a project's top folder its packages are searched: `packages/group/name/src` is four.
MAX_DEPTH = 5


@dataclass(eq=False)
class Siblings:
    """The folders of a project that contain a module or package, by its name, found in one walk.

    ``declared`` are the folders with their own settings, such as the packages of a monorepo; ``others`` are all other
    folders, which may or may not be on a program's path.
    """

    declared: dict[str, list[Path]] = field(default_factory=dict)
    others: dict[str, list[Path]] = field(default_factory=dict)


def siblings_of(top: Path) -> Siblings:
    """The result of a walk over a project without its packages; empty if there are too many folders."""
    return noted(SIBLINGS, str(top), lambda: _siblings_of(top), told_siblings)


def told_siblings(found: Siblings) -> str:
    """What a fact says about the folders of a project."""
    tables = (found.declared, found.others)
    return digest(
        *("/".join((name, *map(str, folders))) for table in tables for name, folders in (*table.items(), ("", ())))
    )


def _siblings_of(top: Path) -> Siblings:
    found = Siblings()
    for count, (folder, names, is_declared) in enumerate(_folders(top)):
        if count == MAX_FOLDERS:
            return Siblings()
        table = found.declared if is_declared else found.others
        for name in names:
            table.setdefault(name, []).append(folder)
    return found


def _folders(top: Path) -> Iterator[tuple[Path, list[str], bool]]:
    """Yield the folders that are not packages, breadth first: each with its modules and whether it is declared."""
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
