"""The text of a project's files, searched for names before any of them is read as Python."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import islice
from pathlib import Path

from flake8_forward_call.discovery import find_files
from flake8_forward_call.trouble import Unheard

# A larger file is generated, and takes longer to read than what it could tell is worth.
MAX_BYTES = 3_000_000

# More files than the largest PyTorch projects have; past this a search over all of them is left undone.
MAX_FILES = 20_000

# So much text is kept for the next search, twice what the largest PyTorch projects have; the rest is read again.
MAX_KEPT = 100_000_000

# How far behind its opening the end of a class header is looked for.
MAX_HEADER = 1_000

# `class Net(` and `class Net[`. A pattern that starts with plain letters is found seven times as fast as one with `^`.
_CLASS = re.compile(rb"class[ \t]+([\w\x80-\xff]+)[ \t]*[(\[]")
_COMMENT = re.compile(rb"#[^\r\n]*")
# Each name that a dotted one ends with: the bases, and what stands in their brackets, which does no harm.
_LAST_NAME = re.compile(rb"([\w\x80-\xff]+)(?![\w\x80-\xff])(?!\s*[.=])")


class Texts:
    """The files below a project's top folder, each read once. None for the top is a project without files."""

    def __init__(self, top: Path | None) -> None:
        self._top = top
        self._kept: dict[str, bytes] = {}
        self._room = MAX_KEPT
        self._mentions: dict[str, tuple[str, ...]] = {}

    def mentioning(self, word: str, beside: str = "") -> tuple[str, ...]:
        """The paths of the files in whose text the word stands as a whole, and ``beside``. Cheap to ask again."""
        if beside:
            other = beside.encode()
            return tuple(path for path in self.mentioning(word) if other in self._data(path))
        if word not in self._mentions:
            plain = word.encode(errors="replace")
            # The letter before is looked at last, for the same reason as above.
            whole = re.compile(rb"%b(?!\w)(?<!\w%b)" % (re.escape(plain), re.escape(plain)))
            self._mentions[word] = tuple(path for path, data in self._all() if plain in data and whole.search(data))
        return self._mentions[word]

    def heirs(self, name: str) -> Iterable[str]:
        """The paths of the files with the word ``__call__`` in which a class may derive from one of that name."""
        first = name.encode(errors="replace")
        seen, todo, found = {first}, [first], dict[str, None]()
        while todo:
            for heir, path in self._heirs.get(todo.pop(), ()):
                if path is not None:
                    found[path] = None
                if heir not in seen:
                    seen.add(heir)
                    todo.append(heir)
        return found

    @cached_property
    def _heirs(self) -> dict[bytes, list[tuple[bytes, str | None]]]:
        """By bare name of a class: the classes that name it as a base, each with its file if `__call__` is there."""
        heirs: dict[bytes, list[tuple[bytes, str | None]]] = {}
        for path, data in self._all():
            told = path if b"__call__" in data else None
            for name, bases in headers(data):
                for base in bases:
                    heirs.setdefault(base, []).append((name, told))
        return heirs

    @cached_property
    def _paths(self) -> list[str]:
        files = () if self._top is None else find_files([str(self._top)], Unheard())
        return list(islice(files, MAX_FILES))

    def _all(self) -> Iterator[tuple[str, bytes]]:
        for path in self._paths:
            yield path, self._data(path)

    def _data(self, path: str) -> bytes:
        data = self._kept.get(path)
        return self._read(path) if data is None else data

    def _read(self, path: str) -> bytes:
        """The bytes of a file, none where it cannot be read or is too large."""
        try:
            data = Path(path).read_bytes() if Path(path).stat().st_size <= MAX_BYTES else b""
        except OSError:
            data = b""
        if len(data) <= self._room:
            self._room -= len(data)
            self._kept[path] = data
        return data


def headers(data: bytes) -> Iterator[tuple[bytes, list[bytes]]]:
    """Yield the name of each class that has bases, and theirs, as far as a search through text can tell."""
    for match in _CLASS.finditer(data):
        if _starts_line(data, match.start()):
            start, limit = match.end(), match.end() + MAX_HEADER
            end = data.find(b"):", start, limit)
            # Where no end is found, it is at the next class at the latest.
            header = data[start : end if end >= 0 else limit].partition(b"class ")[0]
            yield match[1], _LAST_NAME.findall(_COMMENT.sub(b"", header) if b"#" in header else header)


def _starts_line(data: bytes, at: int) -> bool:
    while at and data[at - 1] in b" \t\f":
        at -= 1
    return at == 0 or data[at - 1] in b"\r\n"
