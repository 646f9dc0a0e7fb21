"""Which folder a module's dotted name is counted from, and where its project ends."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from flake8_forward_call.inference.layout import REPOSITORY_MARKS, exists, is_marked

# Without a mark: how far above a file's package its siblings are looked for. An unpacked wheel has no mark, and
# namespace packages are nested two or three deep. So deep lie folders without an `__init__.py` in packages, too.
HEIGHT = 4


def is_package(folder: Path) -> bool:
    """Whether a folder has an ``__init__.py``."""
    return exists(folder / "__init__.py")


def home_of_package(folder: Path) -> Path:
    """The folder that holds the outermost package which a folder is part of; the folder itself if it is of none.

    A folder without ``__init__.py`` in a package that has it is part of it all the same. A project's top is no package,
    whatever lies in it: what is beside the top is of other projects.
    """
    home, gap = folder, 0
    for one in (folder, *folder.parents):
        if is_marked(one):
            break
        if is_package(one):
            home, gap = one.parent, 0
            continue
        gap += 1
        if gap == HEIGHT:
            break
    return home


def name_of_top(top: Path) -> tuple[str, ...]:
    """The parts of the dotted name of a project's top where it is a package, or lies in one; empty where it does not.

    The project's own files may import one another by that name.
    """
    parts, folder = [top.name], top.parent
    while is_package(folder):
        parts.insert(0, folder.name)
        folder = folder.parent
    return tuple(parts) if len(parts) > 1 or is_package(top) else ()


def repository_of(heights: Sequence[Path]) -> Path:
    """The folder of all projects that go with one, whose top is the first of the folders: they are given upward.

    Without version control it is the outermost with a mark. Without any mark nobody could tell where to stop.
    """
    for one in heights:
        if any(exists(one / mark) for mark in REPOSITORY_MARKS):
            return one
    return [one for one in heights[: HEIGHT + 1] if is_marked(one)][-1]
