"""Where the modules of a project lie: from a checked file to the roots of its imports, and from a name to a file."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import takewhile
from pathlib import Path

from flake8_forward_call.cache import Store, default_folder
from flake8_forward_call.inference.project import File
from flake8_forward_call.inference.texts import MAX_BYTES, Texts
from flake8_forward_call.source import Source, SourceError

# Any of these marks the top of a project.
_MARKS = ("pyproject.toml", "setup.py", "setup.cfg", ".git", ".hg")

# Without a mark: how far above a file's package its siblings are looked for. An unpacked wheel has no mark, and
# namespace packages are nested two or three deep.
_HEIGHT = 4

# Folders that hold packages and are none.
_SOURCE_FOLDERS = ("src", "lib", "python")


@dataclass(eq=False)
class Workspace:
    """The project that a folder belongs to. Each file is read at most once, when a name leads there.

    ``roots`` are the folders that imports are counted from, nearest first; ``top`` is the project's own.
    """

    roots: tuple[Path, ...] = ()
    top: Path | None = None
    _by_path: dict[str, File | None] = field(default_factory=dict)
    _texts: dict[str, str] = field(default_factory=dict)
    _folders: dict[Path, frozenset[str]] = field(default_factory=dict)

    def find(self, dotted: str) -> File | None:
        """The file of a dotted module name, or None."""
        parts = dotted.split(".")
        for root in self.roots:
            path = self._path_under(root, parts)
            if path is not None:
                return self.file_at(path, dotted)
        return None

    def _path_under(self, root: Path, parts: list[str]) -> Path | None:
        folder = root
        for part in parts[:-1]:
            if part not in self._names_in(folder):
                return None
            folder /= part
        last, names = parts[-1], self._names_in(folder)
        if last in names and "__init__.py" in self._names_in(folder / last):
            return folder / last / "__init__.py"
        return folder / f"{last}.py" if f"{last}.py" in names else None

    def _names_in(self, folder: Path) -> frozenset[str]:
        if folder not in self._folders:
            try:
                names = frozenset(os.listdir(folder))  # noqa: PTH208 (Names are all that is wanted.)
            except OSError:
                names = frozenset()
            self._folders[folder] = names
        return self._folders[folder]

    def file_at(self, path: Path, dotted: str = "") -> File | None:
        """The file at a path, None if it cannot be read as Python."""
        real = os.path.realpath(path)
        if real not in self._by_path:
            source = _read(real)
            self._by_path[real] = None if source is None else self._made(real, source, dotted)
        return self._by_path[real]

    def in_hand(self, source: Source) -> tuple[File, bool]:
        """The file whose text is being checked, and whether it has changed since its text was last seen."""
        real = os.path.realpath(source.path)
        file = self._by_path.get(real)
        if file is not None and self._texts[real] == source.text:
            return file, False
        self._by_path[real] = made = self._made(real, source, "")
        return made, file is not None

    def _made(self, real: str, source: Source, dotted: str) -> File:
        path = Path(real)
        self._texts[real] = source.text
        return File(real, source.tree, dotted or self._name_of(path), path.name == "__init__.py")

    def _name_of(self, path: Path) -> str:
        """The name that a module goes by: counted from its outermost package, or from the nearest root above it."""
        parts = [] if path.stem == "__init__" else [path.stem]
        folder = path.parent
        while "__init__.py" in self._names_in(folder):
            parts.append(folder.name)
            folder = folder.parent
        return ".".join(reversed(parts))

    def heirs(self, name: str) -> Iterator[File]:
        """Yield the files with the word ``__call__`` in which a class stands that may derive from one of that name.

        Found by the names in the text, so that only files are read as Python which can matter.
        """
        return self._files_at(self._project.heirs(name))

    def mentioning(self, word: str) -> Iterator[File]:
        """Yield the files of the project in whose text, as it is on disk, the word stands as a whole."""
        return self._files_at(self._project.mentioning(word))

    def _files_at(self, paths: Iterable[str]) -> Iterator[File]:
        for path in paths:
            file = self.file_at(Path(path))
            if file is not None:
                yield file

    @cached_property
    def _project(self) -> Texts:
        return Texts(self.top, Store(default_folder()))

    def keep(self) -> None:
        """Keep what was found in the text of the project for the processes to come."""
        self._project.keep()


def workspace_of(path: str) -> Workspace:
    """The workspace of the file at a path."""
    package = Path(os.path.realpath(path)).parent
    while _exists(package / "__init__.py") and package != package.parent:
        package = package.parent
    # A home folder is no project, even where it is under version control.
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 (Path.home() raises where there is none.)
    heights = list(takewhile(home.__ne__, [package, *package.parents]))
    marked = next((index for index, one in enumerate(heights) if any(_exists(one / mark) for mark in _MARKS)), None)
    roots = [package]
    for one in heights[: _HEIGHT if marked is None else marked + 1]:
        roots += [*(one / name for name in _SOURCE_FOLDERS if _exists(one / name)), one]
    return Workspace(tuple(dict.fromkeys(roots)), package if marked is None else heights[marked])


def _exists(path: Path) -> bool:
    return os.path.exists(path)  # noqa: PTH110 (Path.exists() raises where one may not look.)


def _read(path: str) -> Source | None:
    try:
        data = Path(path).read_bytes()
        source = Source.from_bytes(path, data)
        return source if len(data) <= MAX_BYTES and source.tree else None
    except (OSError, SourceError, RecursionError):
        return None
