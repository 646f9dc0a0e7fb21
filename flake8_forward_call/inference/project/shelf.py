"""The parsed files, each parsed once. Shelves of the same files share what was parsed, if it has not changed."""

from __future__ import annotations

import ast
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from flake8_forward_call.files.reading import is_settled
from flake8_forward_call.inference.places.layout import real
from flake8_forward_call.inference.project.disk import Disk
from flake8_forward_call.inference.project.facts import Memo
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.syntax.scopes import take_apart
from flake8_forward_call.sources.source import Source, SourceError


@dataclass(frozen=True, slots=True, eq=False)
class _Entry:
    """A file, or None if it cannot be parsed, with its text and its stamp on disk when it was read."""

    file: File | None
    text: str
    stamp: list[int]

    def is_of(self, source: Source) -> bool:
        """Whether the file is that of a source. Two notebooks with different cells may have the same program."""
        return self.text == source.text and (self.file is None or self.file.cells == _cells(source))


class Shelf:
    """The files of one project. ``name_of`` returns the dotted name of the module at a path.

    What is parsed for this shelf is there for the one it was made from, and the other way round.
    """

    def __init__(self, disk: Disk, name_of: Callable[[Path], str], earlier: Shelf | None = None) -> None:
        self._disk = disk
        self._name_of = name_of
        self.parsed: int = 0 if earlier is None else earlier.parsed  # The length of all texts that were, in characters.
        self.replaced = 0  # How often a file that was read before gave way to the one that is checked.
        self._entries: Memo[str, _Entry] = Memo()
        self._shared: dict[str, _Entry] = {} if earlier is None else earlier._shared

    def forget(self, facts: int) -> None:
        """Look again at the files about which anything rests on these facts. Those with the same text are reused."""
        self._entries.forget(facts)

    def file_at(self, path: Path, dotted: str = "") -> File | None:
        """The file at a path; None if it cannot be parsed."""
        place = real(path)

        def found() -> _Entry:
            entry = self._shared[place] = self._looked_at(place, dotted)
            return entry

        return self._entries.get(place, found).file

    def let_go(self) -> None:
        """Free all files. Nobody may need them any more."""
        for entry in (*self._shared.values(), *self._entries.items().values()):
            if entry.file is not None:
                take_apart(entry.file)
        self._entries, self._shared = Memo(), {}

    def in_hand(self, source: Source) -> File:
        """The file whose text is being checked."""
        path = os.path.realpath(source.path)
        entry = self._entries.peek(path)
        if entry is not None and entry.file is not None and entry.is_of(source):
            return self._entries.get(path, lambda: entry).file or entry.file
        if entry is not None:
            self.replaced += 1
        old = self._shared.get(path)

        def held() -> _Entry:
            self._disk.digest(path)  # To note it.
            file = self._again(old, "") if old is not None and old.is_of(source) else None
            return _Entry(file or self._made(path, source, ""), source.text, [])

        made = self._shared[path] = self._entries.put(path, held)
        assert made.file is not None
        return made.file

    def _looked_at(self, path: str, dotted: str) -> _Entry:
        old, stamp = self._shared.get(path), self._disk.stamp(path)
        if old is not None and old.stamp == stamp:
            self._disk.digest(path)  # To note it.
            return _Entry(self._again(old, dotted), old.text, stamp)
        kept = stamp if is_settled(stamp) else []
        source = self._disk.source(path)
        if source is None:
            return _Entry(None, "", kept)
        if old is not None and old.is_of(source):
            return _Entry(self._again(old, dotted), old.text, kept)
        try:
            return _Entry(self._made(path, source, dotted), source.text, kept)
        except (SourceError, RecursionError):
            return _Entry(None, source.text, kept)

    def _again(self, old: _Entry, dotted: str) -> File | None:
        """The file of an entry; another one with the same tree if it is not the same module here.

        Shelves that share it may still need it as it is, so nothing about it may change.
        """
        file = old.file
        if file is None:
            return None
        path = Path(file.path)
        name = dotted or self._name_of(path)
        if (file.name, file.is_installed) == (name, bool(dotted)):
            return file
        return _file(path, file.tree, name, old.text, file.cells, is_installed=bool(dotted))

    def _made(self, at: str, source: Source, dotted: str) -> File:
        path = Path(at)
        self.parsed += len(source.text)
        name = dotted or self._name_of(path)
        return _file(path, source.tree, name, source.text, _cells(source), is_installed=bool(dotted))


def _cells(source: Source) -> tuple[int, ...]:
    return tuple(cell.rows_above for cell in source.cells())


def _file(path: Path, tree: ast.Module, name: str, text: str, cells: tuple[int, ...], *, is_installed: bool) -> File:
    is_package = path.stem == "__init__"  # Also for a stub.
    return File(str(path), tree, name, is_package, is_installed, text, cells)
