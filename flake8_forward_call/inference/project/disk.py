"""The files on disk. An unsaved text in an editor replaces its file."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from flake8_forward_call.files.reading import read_bytes
from flake8_forward_call.sources.opening import read
from flake8_forward_call.sources.source import Source, SourceError, is_notebook

# Larger files are generated, and take longer to read than their contents are worth.
MAX_BYTES = 3_000_000

# In nanoseconds. A younger file can change and keep its stamp, because FAT stores times in steps of two seconds.
SETTLED = 2_000_000_000

# In the stamp of an unsaved text, this takes the place of the size. The rest is smaller than any recent time.
_UNSAVED, _SMALL = -1, (1 << 60) - 1


@dataclass(frozen=True)
class Disk:
    """Reads files. ``unsaved`` has, by path, the texts that take precedence over the files on disk."""

    unsaved: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def new(self) -> tuple[str, ...]:
        """The paths of unsaved texts without a file on disk."""
        return tuple(path for path in self.unsaved if not os.path.isfile(path))  # noqa: PTH113

    def is_file(self, path: str) -> bool:
        """Whether there is a file at the path; False if access is denied."""
        return path in self.unsaved or os.path.isfile(path)  # noqa: PTH113 (Path.is_file() raises.)

    def read(self, path: str) -> bytes:
        """The bytes of a file. Raises OSError, also if it is too large or not a regular file."""
        text = self.unsaved.get(path)
        return read_bytes(path, MAX_BYTES) if text is None else text.encode(errors="replace")

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
            text = self.unsaved.get(path)
            if text is None:
                return read(path, read_bytes(path, MAX_BYTES))
            if len(text) > MAX_BYTES:
                return None
            # The program of a notebook is held, while an editor has its JSON.
            is_json = is_notebook(path) and text.lstrip().startswith("{")
            return read(path, text.encode(errors="replace")) if is_json else Source(path, text)
        except (OSError, SourceError, RecursionError):
            return None

    def stamp(self, path: str) -> list[int]:
        """A stamp that changes with the content of a file: its size, mtime and ctime.

        The stamp of an unsaved text differs from that of any file.
        """
        text = self.unsaved.get(path)
        if text is not None:
            return [_UNSAVED, len(text), hash(text) & _SMALL]
        try:
            status = os.stat(path)  # noqa: PTH116 (A Path for each of thousands of files is slow.)
        except OSError:
            return [0, 0, 0]
        return [status.st_size, status.st_mtime_ns, status.st_ctime_ns]


def _opened(data: bytes) -> bytes:
    """A notebook's JSON as lines of text: the quotes around strings, and the escaped line ends in them, end lines."""
    return data.replace(b"\\n", b"\n").replace(b'\\"', b"'").replace(b'"', b"\n")


def is_settled(stamp: list[int]) -> bool:
    """Whether any further change of a file with this stamp gives it a new stamp."""
    return max(stamp[1:]) < time.time_ns() - SETTLED
