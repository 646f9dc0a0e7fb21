"""Where the modules of a project lie: from a checked file to the roots of its imports, and from a name to a file."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import InitVar, dataclass, field
from functools import cached_property
from itertools import takewhile
from pathlib import Path

from flake8_forward_call.cache import Store, default_folder
from flake8_forward_call.inference.disk import Disk
from flake8_forward_call.inference.folders import Folders
from flake8_forward_call.inference.layout import REPOSITORY_MARKS, exists, is_marked, layout_of
from flake8_forward_call.inference.project import File
from flake8_forward_call.inference.shelf import Shelf
from flake8_forward_call.inference.siblings import Siblings, siblings_of
from flake8_forward_call.inference.texts import Texts
from flake8_forward_call.source import Source, is_notebook

# Without a mark: how far above a file's package its siblings are looked for. An unpacked wheel has no mark, and
# namespace packages are nested two or three deep. So deep lie folders without an `__init__.py` in packages, too.
_HEIGHT = 4


@dataclass(eq=False)
class Workspace:
    """The project that a folder belongs to. Each file is read at most once, when a name leads there.

    ``roots`` are the folders that imports are counted from, nearest first; ``top`` is the project's own; ``renamed``
    are packages that go by another name than their folder; ``repository`` holds the projects that go with this one;
    ``cache_folder`` is the configured one. What another workspace knew of the project at an ``earlier`` time serves
    again, where it still holds.
    """

    roots: tuple[Path, ...] = ()
    top: Path | None = None
    renamed: tuple[tuple[str, Path], ...] = ()
    repository: Path | None = None
    cache_folder: str | None = None
    disk: Disk = field(default_factory=Disk)
    earlier: InitVar[Workspace | None] = None
    folders: Folders = field(init=False)
    _shelf: Shelf = field(init=False)
    _project: Texts = field(init=False)

    def __post_init__(self, earlier: Workspace | None) -> None:
        self.folders = Folders(self.disk.new)
        self._shelf = Shelf(self.disk, self._name_of, None if earlier is None else earlier._shelf)
        known = None if earlier is None else earlier._project
        self._project = Texts(self.top, Store(default_folder(self.cache_folder)), self.disk, known)

    def find(self, dotted: str, suffix: str = ".py") -> Path | None:
        """The path of a module in a package with an ``__init__.py``, or of one that stands alone; or None."""
        parts = dotted.split(".")
        for root in self.roots:
            if self.folders.owns(root, parts[0]):
                path = self.folders.module(root, parts, suffix)
                if path is not None:
                    return path
        for package, folder in self.renamed:
            inner = package.split(".")
            if parts[: len(inner)] == inner:
                return self.folders.module(folder.parent, [folder.name, *parts[len(inner) :]], suffix)
        return self._in_sibling(self._siblings.declared, parts, suffix)

    def find_loose(self, dotted: str, suffix: str = ".py") -> Path | None:
        """The same where there is no ``__init__.py`` above, or where the folder may not be on the program's path.

        What is installed under the name goes before these.
        """
        parts = dotted.split(".")
        for root in self.roots:
            path = self.folders.module(root, parts, suffix)
            if path is not None:
                return path
        return self._in_sibling(self._siblings.others, parts, suffix)

    def _in_sibling(self, places: dict[str, list[Path]], parts: list[str], suffix: str) -> Path | None:
        """The module, if only one folder of the project has one of that name: which of several is meant nobody says."""
        match places.get(parts[0]):
            case [folder]:
                return self.folders.module(folder, parts, suffix)
            case _:
                return None

    @cached_property
    def _siblings(self) -> Siblings:
        return Siblings() if self.repository is None else siblings_of(self.repository)

    def file_at(self, path: Path, dotted: str = "") -> File | None:
        """The file at a path, None if it cannot be read as Python."""
        return self._shelf.file_at(path, dotted)

    def in_hand(self, source: Source) -> tuple[File, bool]:
        """The file whose text is being checked, and whether it has changed since its text was last seen."""
        return self._shelf.in_hand(source)

    def _name_of(self, path: Path) -> str:
        """The name that a module goes by: counted from its outermost package, or from the project's top.

        Without an ``__init__.py`` beside it, it may be part of a namespace package, for all that relative imports need.
        """
        if is_notebook(path.name):
            return ""  # A name is for imports, and `train.ipynb` must not hide `train.py`.
        parts = [] if path.stem == "__init__" else [path.stem]
        folder = path.parent
        while "__init__.py" in self.folders.names_in(folder):
            parts.append(folder.name)
            folder = folder.parent
        if folder == path.parent and self.top is not None and self.top in folder.parents:
            parts += reversed(folder.relative_to(self.top).parts)
        return ".".join(reversed(parts))

    def heirs(self, name: str) -> Iterator[File]:
        """Yield the files with the word ``__call__`` in which a class stands that may derive from one of that name.

        Found by the names in the text, so that only files are read as Python which can matter.
        """
        return self._files_at(self._project.heirs(name))

    def mentioning(self, word: str, beside: str, limit: int) -> Iterator[File] | None:
        """The files of the project in whose text, as it is on disk, the word stands as a whole, and ``beside`` too.

        Read one by one as they are taken; None if they are more than the limit.
        """
        paths = self._project.mentioning(word, beside)
        return None if len(paths) > limit else self._files_at(paths)

    def _files_at(self, paths: Iterable[str]) -> Iterator[File]:
        for path in paths:
            file = self.file_at(Path(path))
            if file is not None:
                yield file

    def keep(self) -> None:
        """Keep what was found in the text of the project for the processes to come."""
        self._project.keep()


def workspace_of(path: str) -> Workspace:
    """The workspace of the file at a path."""
    folder = Path(os.path.realpath(path)).parent
    package = _home_of_package(folder)
    # A home folder is no project, even where it is under version control.
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 (Path.home() raises where there is none.)
    heights = list(takewhile(home.__ne__, [package, *package.parents]))
    marked = next((index for index, one in enumerate(heights) if is_marked(one)), None)
    roots, renamed = [package], dict[str, Path]()
    for one in heights[: _HEIGHT if marked is None else marked + 1]:
        layout = layout_of(one)
        roots += [*layout.folders, one]
        renamed = layout.renamed | renamed
    if not exists(folder / "__init__.py"):
        roots.append(folder)  # It may be a folder of scripts, whatever it lies in.
    top = heights[marked] if marked is not None else package if package.name else None  # Not the whole disk.
    repository = None if marked is None else _repository(heights[marked:])
    return Workspace(tuple(dict.fromkeys(roots)), top, tuple(renamed.items()), repository)


def _home_of_package(folder: Path) -> Path:
    """The folder that holds the outermost package which a folder is part of; the folder itself if it is of none.

    A folder without ``__init__.py`` in a package that has it is part of it all the same, but for a project of its own.
    """
    home, gap = folder, 0
    for one in (folder, *folder.parents):
        if exists(one / "__init__.py"):
            home, gap = one.parent, 0
            continue
        gap += 1
        if gap == _HEIGHT or is_marked(one):
            break
    return home


def _repository(heights: Sequence[Path]) -> Path:
    """The folder of all projects that go with one, whose top is the first of the folders: they are given upward.

    Without version control it is the outermost with a mark. Without any mark nobody could tell where to stop.
    """
    for one in heights:
        if any(exists(one / mark) for mark in REPOSITORY_MARKS):
            return one
    return [one for one in heights[: _HEIGHT + 1] if is_marked(one)][-1]
