"""The text of a project's files, which is searched for names before any file is parsed."""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TypeAlias

from flake8_forward_call.files.cache import Store
from flake8_forward_call.files.discovery import find_files
from flake8_forward_call.files.reading import is_settled
from flake8_forward_call.inference.places.layout import is_marked
from flake8_forward_call.inference.project.disk import Disk
from flake8_forward_call.inference.project.facts import digest, noted, numbers_in
from flake8_forward_call.inference.project.headers import headers, headers_in_notebook
from flake8_forward_call.inference.project.prose import without_prose
from flake8_forward_call.inference.project.searching import BESIDE, search, word_of
from flake8_forward_call.inference.project.words import Words, is_word, words_in
from flake8_forward_call.terminal.trouble import Unheard

# The kinds of facts: the files with a word, and those that may have a subclass of a class, or one with a `__call__`.
WORD, SUBCLASSES, CALLING = "word", "subclasses", "subclasses with a call"

# At most so many files are searched; the largest PyTorch projects have fewer.
MAX_FILES = 20_000

# How many bytes are kept for the next search: twice what the largest PyTorch projects have. The rest is read again.
MAX_KEPT = 100_000_000

# With fewer files there is no record, because reading them takes no longer.
MIN_FILES = 100

# A list of all words takes as long as about so many searches. It is made when that much was spent on searches.
MANY_SEARCHES = 150

# The number of words whose results are stored for the next process.
MAX_WORDS = 20_000

# If more files than this have changed, the words are searched again when they are needed.
MAX_CHANGED = 50

# After a write that took a second, nothing is written for so many seconds.
PAUSE = 20

_KIND = "texts"


@dataclass(frozen=True, slots=True)
class _Told:
    """What is known from the text of a file, and the stamp of the file when it was read."""

    stamp: list[int]
    digest: str  # Of its content.
    calls: bool  # Whether it has the word `__call__`.
    headers: str  # A line for each class with bases, or alias of a class: its name, and those of its bases.


# What is known about each file, by its path; and for each word, a number with a bit for each of the files that has it.
_Known: TypeAlias = tuple[dict[str, _Told], dict[str, int]]


class Texts:
    """The files below a project's top folder. Files that are in the cache are not read.

    If the top is None, the project has no files. What is ``apart``, a folder or a file that a search from the top
    skips, is searched as well. What was known ``earlier`` in this process takes precedence over the cache. ``others``
    means that nothing marks the top, so there may be other projects below it: those with a mark are skipped.
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
        self._words: dict[str, int] = {}  # For each word, a number with a bit for each file that has it.
        self._order: list[str] = []  # The files in the order of their bits.
        self._news = False
        self._searches = 0
        self._next = 0.0
        self._asked: dict[str, dict[str, None]] = {}  # By the key of a search: the subjects of the facts about it.
        self._edited: dict[str, None] = {}  # The files that the list of all words does not know as they are.
        self._earlier: _Known | None = None
        if earlier is not None:
            self._next = earlier._next
            self._kept, self._room = earlier._kept, earlier._room
            self._earlier = earlier._known()

    @property
    def _key(self) -> str:
        """The key of the record."""
        return "\0".join(self._tops)

    def _known(self) -> _Known | None:
        """What a later search of the same project can start from."""
        if "_files" not in self.__dict__:
            return self._earlier
        return {path: self._files[path] for path in self._order}, self._words

    @cached_property
    def state(self) -> str:
        """A text that is different if anything in the texts is. As long as it is the same, so is every answer."""
        return digest(*(text for path, told in self._files.items() for text in (path, told.digest)), "", *self._new)

    def get_ready(self) -> None:
        """Read now what every search needs."""
        for path in self._files:
            self._data(path)

    def edit(self, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Take the text of these files anew. Yields the questions that may have another answer now."""
        changed = [path for path in paths if path in self.__dict__.get("_files", ())]
        if not changed:
            return
        self.__dict__.pop("state", None)
        before = [(self._files[path], self._kept.get(path)) for path in changed]
        for path in changed:
            self._drop(path)
        now = [self._read(path, self._disk.stamp(path)) for path in changed]
        if any((old.calls, old.headers) != (new.calls, new.headers) for (old, _), new in zip(before, now, strict=True)):
            yield from self._change_headers(dict(zip(changed, now, strict=True)))
        self._files.update(zip(changed, now, strict=True))
        for path, (_, old) in zip(changed, before, strict=True):
            if old != self._data(path):
                self._edited[path] = None
                for key in self._change(path):
                    yield from ((WORD, subject) for subject in self._asked.get(key, ()))

    def _change_headers(self, changed: dict[str, _Told]) -> Iterator[tuple[str, str]]:
        """Take what is known about these files. Yields the questions about subclasses that have another answer now."""
        found = {SUBCLASSES: self._found_subclasses, CALLING: self._found_calling}
        asked = [(kind, name) for kind in found for name in self._asked.get(kind, ())]
        before = [found[kind](name) for kind, name in asked]
        self._files.update(changed)
        self.__dict__.pop("_subclasses", None)
        yield from (one for one, old in zip(asked, before, strict=True) if found[one[0]](one[1]) != old)

    def _change(self, path: str) -> Iterator[str]:
        """Search a file again whose text was another one. Yields the keys that only one of the texts has."""
        data, bit = self._data(path), 1 << self._order.index(path)
        words = words_in(data)
        for key, having in self._words.items():
            word = word_of(key).encode(errors="replace")
            if not having & bit and word not in words and is_word(word):
                continue
            now = having | bit if search(key)(data) else having & ~bit
            if now != having:
                self._words[key] = now
                yield key

    def are_as_before(self) -> Iterator[bool]:
        """Yield for each file on disk whether it is as it was, and at the end whether there are no others."""
        if "_files" not in self.__dict__:
            return
        yield from map(self._disk.is_as_before, self._files)
        paths: list[str] = []
        for path in islice(self._found(), MAX_FILES):
            paths.append(path)
            yield True
        yield [*paths, *self._new] == list(self._files)

    def mentioning(self, word: str, beside: str = "") -> list[str]:
        """The paths of the files whose text contains a whole word, and ``beside``. Asking again is cheap."""
        return self._noted(word, beside, None) or []

    def few_mentioning(self, word: str, beside: str, limit: int) -> list[str] | None:
        """The same; None if they are more than the limit."""
        return self._noted(word, beside, limit)

    def mentioning_as_noted(self, subject: str) -> list[str] | None:
        """The same for the subject of a fact. Raises ValueError."""
        word, beside, limit = subject.split(BESIDE)
        return self._noted(word, beside, int(limit) if limit else None)

    def _noted(self, word: str, beside: str, limit: int | None) -> list[str] | None:
        subject = BESIDE.join((word, beside, "" if limit is None else str(limit)))
        self._asked.setdefault(_key(word, beside), {})[subject] = None
        return noted(WORD, subject, lambda: self._mentioning(word, beside, limit), told_paths)

    def _mentioning(self, word: str, beside: str, limit: int | None) -> list[str] | None:
        files = self._files
        key = _key(word, beside)
        if key not in self._words:
            self._words[key] = self._searched(key)
            self._news = True
        bits = self._words[key]
        if limit is not None and bits.bit_count() > limit:
            return None
        if bits.bit_count() > len(files) // 8:
            found = {path for path, bit in zip(self._order, reversed(f"{bits:b}"), strict=False) if bit == "1"}
            return [path for path in files if path in found]
        return sorted((self._order[number] for number in numbers_in(bits)), key=self._rank.__getitem__)

    def _searched(self, key: str) -> int:
        """The files that have what a key says, as a number with a bit for each."""
        has, numbers = search(key), self._may_have(key)
        if numbers is None:
            return _bits(has(self._data(path)) for path in self._order)
        return sum(1 << number for number in numbers if has(self._data(self._order[number])))

    def _may_have(self, key: str) -> Sequence[int] | None:
        """The numbers of the files that have the word of a key; None if there is no list of words."""
        self._searches += 1
        if self._searches < MANY_SEARCHES:
            return None
        having = self._listed.having(word_of(key).encode(errors="replace"))
        if having is None or not self._edited:
            return having
        return list(dict.fromkeys((*having, *(self._order.index(path) for path in self._edited))))

    @cached_property
    def _listed(self) -> Words:
        return Words(map(self._data, self._order))

    @cached_property
    def _rank(self) -> dict[str, int]:
        return {path: rank for rank, path in enumerate(self._files)}

    def subclasses(self, name: str) -> list[str]:
        """The paths of the files that may have a subclass of a class with that name."""
        self._asked.setdefault(SUBCLASSES, {})[name] = None
        return noted(SUBCLASSES, name, lambda: self._found_subclasses(name), told_paths)

    def calling_subclasses(self, name: str) -> list[str]:
        """The same, if the file has the word ``__call__``."""
        self._asked.setdefault(CALLING, {})[name] = None
        return noted(CALLING, name, lambda: self._found_calling(name), told_paths)

    def _found_subclasses(self, name: str) -> list[str]:
        return list(self._with_subclasses(name))

    def _found_calling(self, name: str) -> list[str]:
        return [path for path in self._with_subclasses(name) if self._files[path].calls]

    def _with_subclasses(self, name: str) -> Iterable[str]:
        first = _text(name.encode(errors="replace"))
        seen, todo, found = {first}, [first], dict[str, None]()
        while todo:
            for subclass, path in self._subclasses.get(todo.pop(), ()):
                found[path] = None
                if subclass not in seen:
                    seen.add(subclass)
                    todo.append(subclass)
        return found

    @cached_property
    def _subclasses(self) -> dict[str, list[tuple[str, str]]]:
        """For each bare class name, the classes that name it as a base, each with its file."""
        subclasses: dict[str, list[tuple[str, str]]] = {}
        for path, told in self._files.items():
            for line in told.headers.splitlines():
                name, *bases = line.split(" ")
                for base in bases:
                    subclasses.setdefault(base, []).append((name, path))
        return subclasses

    @cached_property
    def _new(self) -> list[str]:
        """The paths of programs and notebooks in the project that are not saved yet."""
        if self._top is None:
            return []
        return [path for path in self._disk.new if path.startswith(self._prefix) and path.endswith((".py", ".ipynb"))]

    @cached_property
    def _files(self) -> dict[str, _Told]:
        """What is known about each file, in the order in which they are found; changed files are read again."""
        paths = [*islice(self._found(), MAX_FILES), *self._new]
        known, words = self._earlier or (self._recorded() if len(paths) >= MIN_FILES else ({}, {}))
        files: dict[str, _Told] = {}
        changed: dict[str, None] = {}
        for path in paths:
            stamp, told = self._disk.stamp(path), known.get(path)
            if told is None or told.stamp != stamp:
                changed[path] = None
                self._drop(path)
                told = self._read(path, stamp)
            elif path not in self._disk.known:
                self._disk.known[path] = stamp, told.digest
            files[path] = told
        self._order = [*(path for path in known if path in files), *(path for path in changed if path not in known)]
        if len(changed) <= MAX_CHANGED and all(path in files for path in known):
            self._words = self._updated(words, changed)
        self._news = bool(changed) or len(files) < len(known)
        return files

    def _read(self, path: str, stamp: list[int]) -> _Told:
        data = self._disk.read_small(path)  # Not kept: the record has most words that processes search for.
        read = headers_in_notebook if path.endswith(".ipynb") else headers
        lines = (_text(b" ".join([name, *bases])) for name, bases in read(data))
        kept = stamp if is_settled(stamp) else []
        return _Told(kept, self._disk.digest(path), b"__call__" in data, "\n".join(lines))

    def _found(self) -> Iterator[str]:
        """Yield the paths of the files below the folders that are searched."""
        own = dict.fromkeys(self._tops, True)

        def is_own(folder: str) -> bool:
            if folder not in own:
                outer = os.path.dirname(folder)  # noqa: PTH120 (A Path for each of thousands of files is slow.)
                own[folder] = is_own(outer) and not is_marked(Path(folder))
            return own[folder]

        paths = find_files(self._tops, Unheard(), only_reads=True)
        if self._others:  # What is searched may be a single file.
            paths = (one for one in paths if one in own or is_own(os.path.dirname(one)))  # noqa: PTH120
        yield from paths

    def _updated(self, words: dict[str, int], changed: Collection[str]) -> dict[str, int]:
        """The files that have each word, after the few changed files are searched again."""
        if not changed:
            return words
        bits = {path: 1 << index for index, path in enumerate(self._order) if path in changed}
        return {word: self._asked_anew(word, having, bits) for word, having in words.items()}

    def _asked_anew(self, word: str, having: int, changed: dict[str, int]) -> int:
        has = search(word)
        for path, bit in changed.items():
            having = having | bit if has(self._data(path)) else having & ~bit
        return having

    def _recorded(self) -> tuple[dict[str, _Told], dict[str, int]]:
        """What the cache has about each file, and for some words, which files contain them."""
        record = self._store.read(_KIND, self._key)
        try:
            files = {
                self._prefix + path: _Told(stamp, str(content), bool(calls), str(lines))
                for path, (stamp, content, calls, lines) in record["files"].items()
            }
            return files, {word: int(bits, 16) for word, bits in record["words"].items()}
        except (AttributeError, KeyError, TypeError, ValueError):
            return {}, {}

    def keep(self, *, at_once: bool = False) -> None:
        """Write new results to the cache, unless they were written a short time ago."""
        start = time.monotonic()
        if not self._news or (start < self._next and not at_once) or len(self._order) < MIN_FILES or self._new:
            return  # For other processes, unsaved files do not exist.
        files = {path.removeprefix(self._prefix): self._files[path] for path in self._order}
        record = {
            "files": {path: [told.stamp, told.digest, int(told.calls), told.headers] for path, told in files.items()},
            "words": {word: f"{bits:x}" for word, bits in list(self._words.items())[-MAX_WORDS:]},
        }
        self._store.write(_KIND, self._key, record)
        self._news = False
        end = time.monotonic()
        self._next = end + PAUSE * (end - start)

    def _data(self, path: str) -> bytes:
        """The bytes of a file without its prose, kept for the next word."""
        data = self._kept.get(path)
        if data is None:
            data = self._disk.read_small(path)
            if not path.endswith(".ipynb"):
                data = without_prose(data)
            if len(data) <= self._room:
                self._room -= len(data)
                self._kept[path] = data
        return data

    def _drop(self, path: str) -> None:
        self._room += len(self._kept.pop(path, b""))


def _key(word: str, beside: str) -> str:
    """The key of a search."""
    return f"{word}{BESIDE}{beside}" if beside else word


def told_paths(paths: Iterable[str] | None) -> str:
    """What a fact says about the files that a search found."""
    return "too many" if paths is None else digest(*paths)


def _bits(flags: Iterable[bool]) -> int:
    return int("".join("01"[flag] for flag in flags)[::-1] or "0", 2)


def _text(name: bytes) -> str:
    """The bytes as a string that JSON can represent, whatever their encoding is."""
    return name.decode("latin-1")
