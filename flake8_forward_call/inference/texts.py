"""The text of a project's files, searched for names before any of them is read as Python."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TypeAlias

from flake8_forward_call.cache import Store
from flake8_forward_call.discovery import find_files
from flake8_forward_call.inference.disk import Disk, is_settled
from flake8_forward_call.inference.layout import is_marked
from flake8_forward_call.trouble import Unheard

# More files than the largest PyTorch projects have; past this a search over all of them is left undone.
MAX_FILES = 20_000

# So much text is kept for the next search, twice what the largest PyTorch projects have; the rest is read again.
MAX_KEPT = 100_000_000

# To read fewer files takes no longer than to look after a record of them.
MIN_FILES = 100

# The answers for so many words are kept from one process to the next.
MAX_WORDS = 1_000

# If more files than this have changed, the answers for words are asked anew when they are wanted.
MAX_CHANGED = 50

# After writing the record, nothing is written for so many times as long.
PAUSE = 20

_KIND = "texts"

# Longer names are not looked for before an `as`.
MAX_NAME = 100

# How far behind its opening the end of a class header is looked for.
MAX_HEADER = 1_000

# `class Net(` and `class Net[`. A pattern that starts with plain letters is found seven times as fast as one with `^`.
_CLASS = re.compile(rb"class[ \t]+([\w\x80-\xff]+)[ \t]*[(\[]")
_COMMENT = re.compile(rb"#[^\r\n]*")
# A class by another name, `Base as _Base` in an import or `Base = lib.Base`, as far as it is written like a class.
_IMPORTED_AS = re.compile(rb" as ([A-Z_][\w\x80-\xff]*)")
_ASSIGNED = re.compile(rb"\n([A-Z_][\w\x80-\xff]*) = (?:[\w\x80-\xff]+\.)*([\w\x80-\xff]+)[ \t\r]*(?=[\n#])")
_BEFORE = re.compile(rb"([\w\x80-\xff]+) *$")
# Each name that a dotted one ends with: the bases, and what stands in their brackets, which does no harm.
_LAST_NAME = re.compile(rb"([\w\x80-\xff]+)(?![\w\x80-\xff])(?!\s*[.=])")


# Between a word and what is to stand beside it, in the key of an answer.
_BESIDE = "\0"

# Before a word: what is looked for is code that may store something under the name in an object not its own.
_STORED = "="

# What such code has where it gives the name as a text.
_BY_TEXT = re.compile(rb"setattr|patch|__dict__|globals\(|vars\(")


@dataclass(frozen=True, slots=True)
class _Told:
    """What the text of a file tells, and the state of the file in which it was read."""

    stamp: list[int]
    calls: bool  # Whether it has the word `__call__`.
    headers: str  # A line for each class with bases, or other name for one: the name, and theirs.


# What each file tells, by its path; and by word, a number with a bit for each of these files that has it.
_Known: TypeAlias = tuple[dict[str, _Told], dict[str, int]]


class Texts:
    """The files below a project's top folder, not read at all as far as the cache knows what they tell.

    None for the top is a project without files. A folder that lies ``apart``, because a search from the top skips
    it, is searched as well. What was known ``earlier`` in this process goes before the cache. Where nothing marks the
    top, what lies below it may be ``others``: the projects there that have a mark are none of it.
    """

    def __init__(
        self,
        top: Path | None,
        store: Store | None = None,
        disk: Disk | None = None,
        earlier: Texts | None = None,
        apart: Path | None = None,
        *,
        others: bool = False,
    ) -> None:
        self._top = top
        self._tops = [str(one) for one in (top, apart) if one is not None]
        self._others = others
        self._disk = disk or Disk()
        self._prefix = os.path.join(str(top), "")  # noqa: PTH118 (With the separator at its end.)
        self._store = store or Store(None)
        self._kept: dict[str, bytes] = {}
        self._room = MAX_KEPT
        self._words: dict[str, int] = {}  # By word: a number with a bit for each file that has it.
        self._order: list[str] = []  # The files by their bits.
        self._news = False
        self._next = 0.0
        self._earlier: _Known | None = None
        if earlier is not None:
            self._next = earlier._next
            self._kept, self._room = earlier._kept, earlier._room
            self._earlier = earlier._known()

    @property
    def _key(self) -> str:
        """What the record goes by."""
        return "\0".join(self._tops)

    def _known(self) -> _Known | None:
        """What a later look at the same project can start from."""
        if "_files" not in self.__dict__:
            return self._earlier
        return {path: self._files[path] for path in self._order}, self._words

    def mentioning(self, word: str, beside: str = "") -> list[str]:
        """The paths of the files in whose text the word stands as a whole, and ``beside``. Cheap to ask again."""
        files = self._files
        key = f"{word}{_BESIDE}{beside}" if beside else word
        if key not in self._words:
            has = _search(key)
            self._words[key] = _bits(has(self._data(path)) for path in self._order)
            self._news = True
        found = {path for path, bit in zip(self._order, reversed(f"{self._words[key]:b}"), strict=False) if bit == "1"}
        return [path for path in files if path in found]

    def heirs(self, name: str) -> Iterable[str]:
        """The paths of the files with the word ``__call__`` in which a class may derive from one of that name."""
        first = _text(name.encode(errors="replace"))
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
    def _heirs(self) -> dict[str, list[tuple[str, str | None]]]:
        """By bare name of a class: the classes that name it as a base, each with its file if `__call__` is there."""
        heirs: dict[str, list[tuple[str, str | None]]] = {}
        for path, told in self._files.items():
            place = path if told.calls else None
            for line in told.headers.splitlines():
                name, *bases = line.split(" ")
                for base in bases:
                    heirs.setdefault(base, []).append((name, place))
        return heirs

    @cached_property
    def _new(self) -> list[str]:
        """The paths of programs that lie in the project and are not saved yet."""
        if self._top is None:
            return []
        return [path for path in self._disk.new if path.startswith(self._prefix) and path.endswith(".py")]

    @cached_property
    def _files(self) -> dict[str, _Told]:
        """What each file tells, in the order in which they are found: from the record, and anew where it changed."""
        paths = [*islice(self._found(), MAX_FILES), *self._new]
        known, words = self._earlier or (self._recorded() if len(paths) >= MIN_FILES else ({}, {}))
        files: dict[str, _Told] = {}
        changed: dict[str, None] = {}
        for path in paths:
            stamp, told = self._disk.stamp(path), known.get(path)
            if told is None or told.stamp != stamp:
                changed[path] = None
                self._drop(path)
                data = self._disk.read_small(path)  # Not kept: most processes ask for no word that the record has not.
                lines = (_text(b" ".join([name, *bases])) for name, bases in headers(data))
                told = _Told(stamp if is_settled(stamp) else [], b"__call__" in data, "\n".join(lines))
            files[path] = told
        self._order = [*(path for path in known if path in files), *(path for path in changed if path not in known)]
        if len(changed) <= MAX_CHANGED and all(path in files for path in known):
            self._words = self._updated(words, changed)
        self._news = bool(changed) or len(files) < len(known)
        return files

    def _found(self) -> Iterator[str]:
        """Yield the paths of the files below the folders that are searched."""
        own = dict.fromkeys(self._tops, True)

        def is_own(folder: str) -> bool:
            if folder not in own:
                outer = os.path.dirname(folder)  # noqa: PTH120 (For thousands of files, a Path for each takes its time.)
                own[folder] = is_own(outer) and not is_marked(Path(folder))
            return own[folder]

        paths = find_files(self._tops, Unheard())
        yield from (one for one in paths if is_own(os.path.dirname(one))) if self._others else paths  # noqa: PTH120

    def _updated(self, words: dict[str, int], changed: Collection[str]) -> dict[str, int]:
        """The files that have each word, asked anew for the few that have changed."""
        bits = {path: 1 << index for index, path in enumerate(self._order) if path in changed}
        return {word: self._asked_anew(word, having, bits) for word, having in words.items()}

    def _asked_anew(self, word: str, having: int, changed: dict[str, int]) -> int:
        has = _search(word)
        for path, bit in changed.items():
            having = having | bit if has(self._data(path)) else having & ~bit
        return having

    def _recorded(self) -> tuple[dict[str, _Told], dict[str, int]]:
        """What the cache tells of each file, and for some words, which files have them."""
        record = self._store.read(_KIND, self._key)
        try:
            files = {
                self._prefix + path: _Told(stamp, bool(calls), str(lines))
                for path, (stamp, calls, lines) in record["files"].items()
            }
            return files, {word: int(bits, 16) for word, bits in record["words"].items()}
        except (AttributeError, KeyError, TypeError, ValueError):
            return {}, {}

    def keep(self) -> None:
        """Write to the cache what this process has found out: each time at first, then now and then."""
        start = time.monotonic()
        if not self._news or start < self._next or len(self._order) < MIN_FILES or self._new:
            return  # What is not saved yet is not there for others.
        files = {path.removeprefix(self._prefix): self._files[path] for path in self._order}
        record = {
            "files": {path: [told.stamp, int(told.calls), told.headers] for path, told in files.items()},
            "words": {word: f"{bits:x}" for word, bits in list(self._words.items())[-MAX_WORDS:]},
        }
        self._store.write(_KIND, self._key, record)
        self._news = False
        end = time.monotonic()
        self._next = end + PAUSE * (end - start)

    def _data(self, path: str) -> bytes:
        """The bytes of a file, kept for the next word."""
        data = self._kept.get(path)
        if data is None:
            data = self._disk.read_small(path)
            if len(data) <= self._room:
                self._room -= len(data)
                self._kept[path] = data
        return data

    def _drop(self, path: str) -> None:
        self._room += len(self._kept.pop(path, b""))


def storing(name: str) -> str:
    """The word to look for where a name may be stored in an object: ``x.name = ...``, ``setattr(x, "name", ...)``.

    Not ``self.name = ...``, which is for the class to tell.
    """
    return f"{_STORED}{name}"


def _search(key: str) -> Callable[[bytes], bool]:
    """Give the test whether the word stands as a whole in a text, and what is to stand beside it."""
    plain, _, beside = (part.encode(errors="replace") for part in key.partition(_BESIDE))
    if key.startswith(_STORED):
        return _search_for_stores(plain.removeprefix(_STORED.encode()), beside)
    # The letter before is looked at last, so that the pattern starts with plain letters.
    whole = re.compile(rb"%b(?!\w)(?<!\w%b)" % (re.escape(plain), re.escape(plain)))
    return lambda data: plain in data and beside in data and whole.search(data) is not None


def _search_for_stores(name: bytes, beside: bytes) -> Callable[[bytes], bool]:
    word, attribute = re.escape(name), b"." + name
    after = rb"\s*(?:=(?!=)|,[^=\n(]*=(?!=)|:[^=\n]*=(?!=))"
    plainly = re.compile(rb"%b(?!\w)(?<=\.%b)(?<!\bself\.%b)%b" % (word, word, word, after))
    by_text = re.compile(rb"""%b(?=["'])(?<=["'.]%b)""" % (word, word))
    by_keyword = re.compile(rb"(?:multiple|update)\([^)]*\b%b\s*=(?!=)" % word)

    def stores(data: bytes) -> bool:
        if name not in data or beside not in data:
            return False
        if attribute in data and plainly.search(data):
            return True
        if by_text.search(data) and _BY_TEXT.search(data):
            return True
        return (b"multiple(" in data or b"__dict__.update(" in data) and by_keyword.search(data) is not None

    return stores


def _bits(flags: Iterable[bool]) -> int:
    return int("".join("01"[flag] for flag in flags)[::-1] or "0", 2)


def _text(name: bytes) -> str:
    """Give bytes as a text that JSON can hold, whatever they are encoded in."""
    return name.decode("latin-1")


def headers(data: bytes) -> Iterator[tuple[bytes, list[bytes]]]:
    """Yield the name of each class that has bases, and theirs, as far as a search through text can tell.

    Another name for a class is one as well, with the class for its base.
    """
    for match in _IMPORTED_AS.finditer(data):
        before = _BEFORE.search(data, max(0, match.start() - MAX_NAME), match.start())
        if before is not None:
            yield match[1], [before[1]]
    for match in _ASSIGNED.finditer(data):
        yield match[1], [match[2]]
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
