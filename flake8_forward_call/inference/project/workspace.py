"""Where the modules of a project are: the roots of a checked file's imports, and the file of a name."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import InitVar, dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

from flake8_forward_call.inference.places.apart import apart_from
from flake8_forward_call.inference.places.folders import Folders
from flake8_forward_call.inference.places.homes import (
    HEIGHT,
    PACKAGES,
    home_of_package,
    is_package,
    name_of_top,
    repository_of,
)
from flake8_forward_call.inference.places.layout import is_marked, layout_of, real, told_existing
from flake8_forward_call.inference.places.namesakes import Namesake
from flake8_forward_call.inference.places.siblings import Siblings, siblings_of
from flake8_forward_call.inference.project.disk import Disk
from flake8_forward_call.inference.project.facts import Memo, forget_in, noted_property, summed_up
from flake8_forward_call.inference.project.shelf import Shelf
from flake8_forward_call.inference.project.texts import Texts
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.sources.source import Source, is_document, is_notebook

# The kind of a fact: whether a package or module in a folder is imported under its name.
OFFERED = "offered"


@dataclass(eq=False)
class Workspace:
    """The project that a folder belongs to. Each file is read at most once, when a name leads to it.

    ``roots`` are the folders from which imports are looked up, nearest first; ``top`` is the project's own folder;
    ``renamed`` are packages whose name is not that of their folder; ``repository`` is the folder with related
    projects; ``cache_folder`` is the configured one; ``apart`` is a folder that a search from the top skips, but that
    contains the checked file. What an ``earlier`` workspace read is reused where it is still valid. ``searched`` is the
    text of the project, if other workspaces search it too.
    ``is_known`` says whether a top-level name is installed, in the catalogue or in the standard library.
    """

    roots: tuple[Path, ...] = ()
    top: Path | None = None
    renamed: tuple[tuple[str, Path], ...] = ()
    repository: Path | None = None
    cache_folder: str | None = None
    apart: Path | None = None
    disk: Disk = field(default_factory=Disk)
    earlier: InitVar[Workspace | None] = None
    searched: InitVar[Texts | None] = None
    folders: Folders = field(init=False)
    is_known: Callable[[str], bool] = lambda _: False
    _offered: Memo[tuple[Path, str], bool] = field(init=False, default_factory=Memo)
    _homes: Memo[Path, Path] = field(init=False, default_factory=Memo)
    _shelf: Shelf = field(init=False)
    texts: Texts = field(init=False)

    def __post_init__(self, earlier: Workspace | None, searched: Texts | None) -> None:
        self.folders = Folders(self.disk.new, is_installed=False)
        self._shelf = Shelf(self.disk, self.name_of, None if earlier is None else earlier._shelf)
        self.texts = searched or Texts(self.top, None, self.disk, None, self.apart, others=self.repository is None)

    def find(self, dotted: str, suffix: str = ".py") -> Path | None:
        """The path of a module in a package with an ``__init__.py``, or of a top-level module; or None."""
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
        """The same without an ``__init__.py`` above. An installed package with one takes precedence over these."""
        parts = dotted.split(".")
        for root in self.roots:
            path = self.folders.module(root, parts, suffix)
            if path is not None and self.offers(root, parts[0]):
                return path
        return None

    def find_astray(self, dotted: str, suffix: str = ".py") -> Path | None:
        """The same in folders that may not be on the program's path. Installed packages take precedence over these."""
        return self._in_sibling([one.others for one in self._siblings[:1]], dotted.split("."), suffix)

    def offers(self, root: Path, name: str) -> bool:
        """Whether a package or module in a folder is imported under its name.

        It is, unless the name is known from elsewhere and nothing says that imports are looked up from the folder.
        """
        if root in self._sure or not self.is_known(name):
            return True
        return self._offered.get((root, name), lambda: self._as_noted(root, name))

    def _as_noted(self, root: Path, name: str) -> bool:
        subject = f"{root}\0{name}"
        return summed_up(OFFERED, subject, lambda: self._goes_by_its_name(root, name), told_existing)

    def told_offered(self, subject: str) -> str:
        """What a fact with this subject says, as things are now. Raises ValueError."""
        root, name = subject.split("\0")
        return told_existing(self._goes_by_its_name(Path(root), name))

    def forget(self, facts: int) -> None:
        """Forget the answers that rest on any of these facts."""
        forget_in(self, facts)
        self._shelf.forget(facts)

    def _goes_by_its_name(self, root: Path, name: str) -> bool:
        namesake = Namesake(root, name, self.disk.read_small, self.folders)
        return namesake.goes_by_its_name(self.texts.mentioning(name, root.name))

    @noted_property
    def _sure(self) -> frozenset[Path]:
        """The folders from which imports are certainly looked up."""
        if self.top is None or self.repository is None:
            return frozenset()
        return frozenset((self.top, *layout_of(self.top).folders))

    def _by_name_of_top(self, parts: list[str], suffix: str) -> Path | None:
        """The path of a module whose name starts with that of the project's own folder."""
        own = self._name_of_top
        if not own or tuple(parts[: len(own)]) != own or self.is_known(own[0]):
            return None
        assert self.top is not None
        return self.folders.module(self.top.parent, [self.top.name, *parts[len(own) :]], suffix)

    @noted_property
    def _name_of_top(self) -> tuple[str, ...]:
        return () if self.top is None or self.repository is None else name_of_top(self.top)

    def _in_sibling(self, tables: list[dict[str, list[Path]]], parts: list[str], suffix: str) -> Path | None:
        """The path of a module, if only one folder of the project has its name; None if it is ambiguous."""
        for places in tables:
            match places.get(parts[0]):
                case None:
                    continue
                case [folder]:
                    return self.folders.module(folder, parts, suffix)
                case _:
                    return None
        return None

    @noted_property
    def _siblings(self) -> tuple[Siblings, ...]:
        """The contents of other folders of the project, then of the repository."""
        if self.top is None or self.repository is None:
            return (Siblings(),)
        return tuple(map(siblings_of, dict.fromkeys((self.top, self.repository))))

    def file_at(self, path: Path, dotted: str = "") -> File | None:
        """The file at a path; None if it cannot be parsed. ``dotted`` is the name of a file outside the project."""
        return self._shelf.file_at(path, dotted)

    @property
    def parsed(self) -> int:
        """The length of all texts whose trees are kept, in characters."""
        return self._shelf.parsed

    @property
    def replaced(self) -> int:
        """How often a file that was read before gave way to the one that is checked, because their texts differ."""
        return self._shelf.replaced

    def let_go(self) -> None:
        """Free all files that were parsed. Nobody may need them any more."""
        self._shelf.let_go()

    def in_hand(self, source: Source) -> File:
        """The file whose text is being checked."""
        return self._shelf.in_hand(source)

    def name_of(self, path: Path) -> str:
        """The one name of a module, whichever import leads to it: from its outermost package.

        Without a package, it may be part of a namespace package, and the name starts at the source folder or the top.
        """
        if is_notebook(path.name) or is_document(path.name):
            return ""  # Names are for imports, and `train.ipynb` must not hide `train.py`.
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
        return self._homes.get(folder, lambda: home_of_package(folder))

    @noted_property
    def _bases(self) -> list[Path]:
        """The project's top folder and the source folders below it, innermost first."""
        if self.top is None:
            return []
        return sorted((self.top, *layout_of(self.top).folders), key=lambda one: len(one.parts), reverse=True)

    def is_own(self, path: Path) -> bool:
        """Whether a file is in the project, and not in an environment inside it."""
        place = Path(real(path))
        if self.top is None or self.top not in place.parents:
            return False
        return PACKAGES.isdisjoint(place.relative_to(self.top).parts)

    def subclasses(self, name: str, limit: int) -> Iterator[File] | None:
        """The files that may have a subclass of a class with that name; None if more than the limit.

        They are found by the names in the text, so that only files that can matter are parsed.
        """
        paths = self.texts.subclasses(name)
        return None if len(paths) > limit else self._files_at(paths)

    def calling_subclasses(self, name: str) -> Iterator[File]:
        """Yield the files with the word ``__call__`` that may have a subclass of a class with that name."""
        return self._files_at(self.texts.calling_subclasses(name))

    def mentioning(self, word: str, beside: str, limit: int) -> Iterator[File] | None:
        """The files of the project whose text contains a whole word, and ``beside``; None if more than the limit.

        They are parsed one by one while the caller iterates.
        """
        paths = self.texts.few_mentioning(word, beside, limit)
        return None if paths is None else self._files_at(paths)

    def _files_at(self, paths: Iterable[str]) -> Iterator[File]:
        for path in paths:
            file = self.file_at(Path(path))
            if file is not None:
                yield file


class Surroundings(NamedTuple):
    """What is the same for all files in a folder: see ``Workspace``."""

    roots: tuple[Path, ...]
    top: Path | None
    renamed: tuple[tuple[str, Path], ...]
    repository: Path | None


def workspace_of(path: str) -> Workspace:
    """The workspace of the file at a path."""
    real = os.path.realpath(path)
    around = surroundings_of(Path(real).parent)
    return Workspace(*around, apart=apart_from(around.top, real))


def surroundings_of(folder: Path) -> Surroundings:
    """The surroundings of the files in a folder, given by its real path."""
    package = home_of_package(folder)
    # A home folder is not a project, even if it is under version control.
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 (Path.home() raises if there is none.)
    heights = list(takewhile(home.__ne__, [package, *package.parents]))
    # Each installed package is a project of its own, even if one of them has left a `setup.py` beside them.
    marks = (index for index, one in enumerate(heights) if one.name not in PACKAGES and is_marked(one))
    marked = next(marks, None)
    roots, renamed = [package], dict[str, Path]()
    for one in heights[: HEIGHT if marked is None else marked + 1]:
        layout = layout_of(one)
        roots += [*layout.folders, one]
        renamed = layout.renamed | renamed
    if not is_package(folder):
        roots.append(folder)  # It may be a folder of scripts, wherever it is.
    if marked is not None:
        top: Path | None = heights[marked]
    elif package.name in PACKAGES:
        top = next((one for one in (folder, *folder.parents) if one.parent == package), None)
    else:
        top = package if package.name else None  # Not the whole disk.
    repository = None if marked is None else repository_of(heights[marked:])
    return Surroundings(tuple(dict.fromkeys(roots)), top, tuple(renamed.items()), repository)
