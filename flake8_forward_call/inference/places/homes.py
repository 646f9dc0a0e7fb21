"""Which folder a module's dotted name starts from, and where its project ends."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from flake8_forward_call.inference.places.layout import REPOSITORY_MARKS, exists, is_marked

# Without a mark: how far above a file's package its siblings are searched for. An unpacked wheel has no mark, and
# namespace packages are nested two or three deep. Folders without an `__init__.py` in packages are as deep.
HEIGHT = 4

# The folders of an environment in which packages are installed.
PACKAGES = frozenset(("site-packages", "dist-packages"))


def is_package(folder: Path) -> bool:
    """Whether a folder has an ``__init__.py``."""
    return exists(folder / "__init__.py")


def home_of_package(folder: Path) -> Path:
    """The folder that contains the outermost package around a folder; the folder itself if there is no package.

    A folder without ``__init__.py`` in a package that has one is part of it too. A project's top is not a package,
    whatever it contains, because the folders next to it belong to other projects. Nor is a folder of installed
    packages, even if one of them has left an ``__init__.py`` in it.
    """
    home, gap = folder, 0
    for one in (folder, *folder.parents):
        if is_marked(one) or one.name in PACKAGES:
            break
        if is_package(one):
            home, gap = one.parent, 0
            continue
        gap += 1
        if gap == HEIGHT:
            break
    return home


def name_of_top(top: Path) -> tuple[str, ...]:
    """The parts of the dotted name of a project's top if it is a package or in one; else empty.

    The project's own files may import one another by that name.
    """
    parts, folder = [top.name], top.parent
    while is_package(folder):
        parts.insert(0, folder.name)
        folder = folder.parent
    return tuple(parts) if len(parts) > 1 or is_package(top) else ()


def repository_of(heights: Sequence[Path]) -> Path:
    """The folder of all projects in one repository; ``heights`` are one project's top and the folders above it.

    Without version control, it is the outermost folder with a mark. One must have a mark, to show where to stop.
    """
    for one in heights:
        if any(exists(one / mark) for mark in REPOSITORY_MARKS):
            return one
    return [one for one in heights[: HEIGHT + 1] if is_marked(one)][-1]
