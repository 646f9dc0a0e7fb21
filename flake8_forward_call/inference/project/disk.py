"""The files on disk. An unsaved text in an editor replaces its file.

What is read here is noted as a fact: the path, and a digest of the content.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from flake8_forward_call.files.reading import is_settled, read_bytes, stamp_of
from flake8_forward_call.inference.project.facts import digest_of_bytes, forget, note
from flake8_forward_call.sources.opening import read
from flake8_forward_call.sources.source import Source, SourceError, is_notebook

# Larger files are generated, and take longer to read than their contents are worth.
MAX_BYTES = 3_000_000

# The kind of a fact: the content of a file.
CONTENT = "content"

# The answer for a file that cannot be read.
_UNREADABLE = "unreadable"

# In the stamp of an unsaved text, this takes the place of the size. The rest is smaller than any recent time.
_UNSAVED, _SMALL = -1, (1 << 60) - 1


@dataclass(frozen=True)
class Disk:
    """Reads files. ``unsaved`` has, by path, the texts that take precedence over the files on disk.

    ``known`` has a stamp for files that were read earlier, and the digest of what had that stamp.
    """

    unsaved: dict[str, str] = field(default_factory=dict)
    known: dict[str, tuple[list[int], str]] = field(default_factory=dict)
    _digests: dict[str, str] = field(default_factory=dict)
    _stamps: dict[str, list[int]] = field(default_factory=dict)

    @cached_property
    def new(self) -> tuple[str, ...]:
        """The paths of unsaved texts without a file on disk."""
        return tuple(_missing(self.unsaved))

    def has_other_files(self) -> bool:
        """Whether an unsaved text has got a file on disk, or has lost it."""
        return self.new != tuple(_missing(self.unsaved))

    def edit(self, unsaved: Mapping[str, str]) -> list[str] | None:
        """Use these unsaved texts from here on, and nothing else anew. Returns the paths whose text is another one.

        None, and nothing is done, if there would be another file or one less.
        """
        if list(unsaved) != list(self.unsaved) and self.new != tuple(_missing(unsaved)):
            return None
        changed = [path for path in {**self.unsaved, **unsaved} if self.unsaved.get(path) != unsaved.get(path)]
        for path in changed:
            self._digests.pop(path, None)
            self._stamps.pop(path, None)
        self.unsaved.clear()
        self.unsaved.update(unsaved)
        return changed

    def is_as_before(self, path: str) -> bool:
        """Whether a file has the content that it had when it was first looked at. It is only read if need be."""
        before = self._stamps.get(path)
        if path in self.unsaved or before is None:
            return True
        stamp, known = self._stamp(path), self.known.get(path)
        if stamp == before and known is not None and known[0] == stamp:
            return True
        first = self._digests.get(path)
        if first is None:  # The stamp is all that anybody asked for.
            return stamp == before
        try:
            digest = digest_of_bytes(self._read(path))
        except OSError:
            digest = _UNREADABLE
        if digest != first:
            return False
        self._stamps[path] = stamp
        if digest != _UNREADABLE and is_settled(stamp):
            self.known[path] = stamp, digest
        return True

    def is_file(self, path: str) -> bool:
        """Whether there is a file at the path; False if access is denied."""
        return path in self.unsaved or os.path.isfile(path)  # noqa: PTH113 (Path.is_file() raises.)

    def read(self, path: str) -> bytes:
        """The bytes of a file. Raises OSError, also if it is too large or not a regular file."""
        stamp = self.stamp(path)
        try:
            data = self._read(path)
        except OSError:
            self._learn(path, stamp, _UNREADABLE)
            raise
        self._learn(path, stamp, digest_of_bytes(data))
        return data

    def read_small(self, path: str) -> bytes:
        """The bytes of a file to search; empty if it cannot be read or is too large.

        In a notebook, each string of the JSON is on lines of its own, so that its cells look like a program.
        """
        try:
            data = self.read(path)
        except OSError:
            return b""
        return _opened(data) if is_notebook(path) else data

    def source(self, path: str) -> Source | None:
        """The text of a file; None if it cannot be read or decoded, or is too large. For a notebook, its program."""
        try:
            data = self.read(path)
            text = self.unsaved.get(path)
            if text is None:
                return read(path, data)
            # The program of a notebook is held, while an editor has its JSON.
            is_json = is_notebook(path) and text.lstrip().startswith("{")
            return read(path, data) if is_json else Source(path, text)
        except (OSError, SourceError, RecursionError):
            return None

    def digest(self, path: str) -> str:
        """A digest of the content of a file. The file is only read if its stamp is new."""
        if path not in self._digests:
            stamp = self.stamp(path)
            known = self.known.get(path)
            if known is not None and known[0] == stamp:
                self._digests[path] = known[1]
            else:
                self.read_small(path)
        digest = self._digests[path]
        note(CONTENT, path, digest)
        return digest

    def assume(self, path: str, digest: str) -> None:
        """Use this as the digest of a file's content from here on, whatever is on disk."""
        forget(CONTENT, path)
        self._digests[path] = digest

    def _read(self, path: str) -> bytes:
        text = self.unsaved.get(path)
        if text is None:
            return read_bytes(path, MAX_BYTES)
        data = encoded(text)
        if len(data) > MAX_BYTES:
            raise OSError(f"is larger than {MAX_BYTES} bytes")
        return data

    def _learn(self, path: str, stamp: list[int], digest: str) -> None:
        if path not in self._digests:
            self._digests[path] = digest
            if digest != _UNREADABLE and path not in self.unsaved and is_settled(stamp):
                self.known[path] = stamp, digest
            else:
                self.known.pop(path, None)
        note(CONTENT, path, digest)

    def stamp(self, path: str) -> list[int]:
        """A stamp that changes with the content of a file: its size, mtime, ctime and inode, as first looked at.

        The stamp of an unsaved text differs from that of any file.
        """
        if path not in self._stamps:
            self._stamps[path] = self._stamp(path)
        return self._stamps[path]

    def _stamp(self, path: str) -> list[int]:
        text = self.unsaved.get(path)
        if text is not None:
            return [_UNSAVED, len(text), hash(text) & _SMALL, 0]
        try:
            return stamp_of(path)
        except OSError:
            return [0, 0, 0, 0]


def _missing(paths: Iterable[str]) -> Iterator[str]:
    """Yield the paths without a file on disk."""
    return (path for path in paths if not os.path.isfile(path))  # noqa: PTH113


def _opened(data: bytes) -> bytes:
    """A notebook's JSON as lines of text: the quotes around strings, and the escaped line ends in them, end lines."""
    return data.replace(b"\\n", b"\n").replace(b'\\"', b"'").replace(b'"', b"\n")


def encoded(text: str) -> bytes:
    """The bytes of a text, also of one with characters that UTF-8 cannot represent."""
    return text.encode(errors="surrogatepass")
