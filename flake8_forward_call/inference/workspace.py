"""Where the modules of a project lie: from a checked file to the roots of its imports, and from a name to a file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import InitVar, dataclass, field
from functools import cached_property
from itertools import takewhile
from pathlib import Path

from flake8_forward_call.cache import Store, default_folder
from flake8_forward_call.inference.apart import apart_from
from flake8_forward_call.inference.disk import Disk
from flake8_forward_call.inference.folders import Folders
from flake8_forward_call.inference.homes import HEIGHT, home_of_package, is_package, name_of_top, repository_of
from flake8_forward_call.inference.layout import is_marked, layout_of
from flake8_forward_call.inference.namesakes import Namesake
from flake8_forward_call.inference.project import File
from flake8_forward_call.inference.shelf import Shelf
from flake8_forward_call.inference.siblings import Siblings, siblings_of
from flake8_forward_call.inference.texts import Texts
from flake8_forward_call.source import Source, is_notebook

# The folders of an environment that packages are installed in.
PACKAGES = frozenset(("site-packages", "dist-packages"))


@dataclass(eq=False)
class Workspace:
    """The project that a folder belongs to. Each file is read at most once, when a name leads there.

    ``roots`` are the folders that imports are counted from, nearest first; ``top`` is the project's own; ``renamed``
    are packages that go by another name than their folder; ``repository`` holds the projects that go with this one;
    ``cache_folder`` is the configured one; ``apart`` is a folder that a search from the top skips, and that the file at
    hand lies in. What another workspace knew of the project at an ``earlier`` time serves again, where it still holds.
    ``is_known`` tells whether a top-level name is one that is installed, in the catalogue or of the standard library.
    """

    roots: tuple[Path, ...] = ()
    top: Path | None = None
    renamed: tuple[tuple[str, Path], ...] = ()
    repository: Path | None = None
    cache_folder: str | None = None
    apart: Path | None = None
    disk: Disk = field(default_factory=Disk)
    earlier: InitVar[Workspace | None] = None
    folders: Folders = field(init=False)
    is_known: Callable[[str], bool] = lambda _: False
    _offered: dict[tuple[Path, str], bool] = field(init=False, default_factory=dict)
    _homes: dict[Path, Path] = field(init=False, default_factory=dict)
    _shelf: Shelf = field(init=False)
    _project: Texts = field(init=False)

    def __post_init__(self, earlier: Workspace | None) -> None:
        self.folders = Folders(self.disk.new)
        self._shelf = Shelf(self.disk, self.name_of, None if earlier is None else earlier._shelf)
        known = None if earlier is None else earlier._project
        store = Store(default_folder(self.cache_folder))
        self._project = Texts(self.top, store, self.disk, known, self.apart, others=self.repository is None)

    def find(self, dotted: str, suffix: str = ".py") -> Path | None:
        """The path of a module in a package with an ``__init__.py``, or of one that stands alone; or None."""
        parts = dotted.split(".")
        for root in self.roots:
            if self.folders.owns(root, parts[0]) and self.offers(root, parts[0]):
                path = self.folders.module(root, parts, suffix)
                if path is not None:
                    return path
        for package, folder in self.renamed:
            inner = package.split(".")
            if parts[: len(inner)] == inner:
                return self.folders.module(folder.parent, [folder.name, *parts[len(inner) :]], suffix)
        return self._by_name_of_top(parts, suffix) or self._in_sibling(
            [one.declared for one in self._siblings], parts, suffix
        )

    def find_loose(self, dotted: str, suffix: str = ".py") -> Path | None:
        """The same where there is no ``__init__.py`` above. An installed package that has it goes before these."""
        parts = dotted.split(".")
        for root in self.roots:
            path = self.folders.module(root, parts, suffix)
            if path is not None and self.offers(root, parts[0]):
                return path
        return None

    def find_astray(self, dotted: str, suffix: str = ".py") -> Path | None:
        """The same in folders that may not be on the program's path. All that is installed goes before these."""
        return self._in_sibling([one.others for one in self._siblings[:1]], dotted.split("."), suffix)

    def offers(self, root: Path, name: str) -> bool:
        """Whether what a folder holds under a name, a package or module, is imported as that.

        It is but where the name is known from elsewhere, and nothing says that imports are counted from the folder.
        """
        if root in self._sure or not self.is_known(name):
            return True
        if (root, name) not in self._offered:
            namesake = Namesake(root, name, self.disk.read_small)
            self._offered[root, name] = namesake.goes_by_its_name(self._project.mentioning(name, root.name))
        return self._offered[root, name]

    @cached_property
    def _sure(self) -> frozenset[Path]:
        """The folders that imports are counted from for certain."""
        if self.top is None or self.repository is None:
            return frozenset()
        return frozenset((self.top, *layout_of(self.top).folders))

    def _by_name_of_top(self, parts: list[str], suffix: str) -> Path | None:
        """The module by a name that starts with that of the project's own folder."""
        own = self._name_of_top
        if not own or tuple(parts[: len(own)]) != own or self.is_known(own[0]):
            return None
        assert self.top is not None
        return self.folders.module(self.top.parent, [self.top.name, *parts[len(own) :]], suffix)

    @cached_property
    def _name_of_top(self) -> tuple[str, ...]:
        return () if self.top is None or self.repository is None else name_of_top(self.top)

    def _in_sibling(self, tables: list[dict[str, list[Path]]], parts: list[str], suffix: str) -> Path | None:
        """The module, if only one folder of the project has one of that name: which of several is meant nobody says."""
        for places in tables:
            match places.get(parts[0]):
                case None:
                    continue
                case [folder]:
                    return self.folders.module(folder, parts, suffix)
                case _:
                    return None
        return None

    @cached_property
    def _siblings(self) -> tuple[Siblings, ...]:
        """What lies in other folders of the project, then of the repository."""
        if self.top is None or self.repository is None:
            return (Siblings(),)
        return tuple(map(siblings_of, dict.fromkeys((self.top, self.repository))))

    def file_at(self, path: Path, dotted: str = "") -> File | None:
        """The file at a path, None if it cannot be read as Python; ``dotted`` is for one that is not the project's."""
        return self._shelf.file_at(path, dotted)

    def in_hand(self, source: Source) -> File:
        """The file whose text is being checked."""
        return self._shelf.in_hand(source)

    def name_of(self, path: Path) -> str:
        """The name that a module goes by, whoever leads there: counted from its outermost package.

        Without any it may be part of a namespace package, and counts from the folder of sources or the project's top.
        """
        if is_notebook(path.name):
            return ""  # A name is for imports, and `train.ipynb` must not hide `train.py`.
        own = [] if path.stem == "__init__" else [path.stem]
        for package, folder in self.renamed:
            if folder in path.parents:
                return ".".join([package, *path.parent.relative_to(folder).parts, *own])
        home = self._home(path.parent)
        if home == path.parent or not self.offers(home, path.relative_to(home).parts[0].partition(".")[0]):
            home = next((one for one in self._bases if one in path.parents), home)
        parts = [*path.parent.relative_to(home).parts, *own]
        return ".".join([*(one.removesuffix("-stubs") for one in parts[:1]), *parts[1:]])

    def _home(self, folder: Path) -> Path:
        if folder not in self._homes:
            self._homes[folder] = home_of_package(folder)
        return self._homes[folder]

    @cached_property
    def _bases(self) -> list[Path]:
        """The project's top and the folders of sources below it, the inner before the outer."""
        if self.top is None:
            return []
        return sorted((self.top, *layout_of(self.top).folders), key=lambda one: len(one.parts), reverse=True)

    def is_own(self, path: Path) -> bool:
        """Whether a file lies in the project, and not in an environment there."""
        real = Path(os.path.realpath(path))
        if self.top is None or self.top not in real.parents:
            return False
        return PACKAGES.isdisjoint(real.relative_to(self.top).parts)

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
    """The workspace of the file at a path. Raises ConfigError."""
    folder = Path(os.path.realpath(path)).parent
    package = home_of_package(folder)
    # A home folder is no project, even where it is under version control.
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 (Path.home() raises where there is none.)
    heights = list(takewhile(home.__ne__, [package, *package.parents]))
    marked = next((index for index, one in enumerate(heights) if is_marked(one)), None)
    roots, renamed = [package], dict[str, Path]()
    for one in heights[: HEIGHT if marked is None else marked + 1]:
        layout = layout_of(one)
        roots += [*layout.folders, one]
        renamed = layout.renamed | renamed
    if not is_package(folder):
        roots.append(folder)  # It may be a folder of scripts, whatever it lies in.
    top = heights[marked] if marked is not None else package if package.name else None  # Not the whole disk.
    repository = None if marked is None else repository_of(heights[marked:])
    apart = None if top is None else apart_from(top, os.path.realpath(path))
    return Workspace(tuple(dict.fromkeys(roots)), top, tuple(renamed.items()), repository, apart=apart)
