"""The files of the disk, but for those whose text stands in an editor and is not saved."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from flake8_forward_call.files.reading import read_bytes
from flake8_forward_call.sources.source import Source, SourceError

# A larger file is generated, and takes longer to read than what it could tell is worth.
MAX_BYTES = 3_000_000

# A file younger than this, in nanoseconds, can change and look the same: the clock of FAT ticks every two seconds.
SETTLED = 2_000_000_000

# Stands in a stamp where a file's has its size. The rest of such a stamp is less than any time of these days.
_UNSAVED, _SMALL = -1, (1 << 60) - 1


@dataclass(frozen=True)
class Disk:
    """Reads files. ``unsaved`` holds, by path, the texts that go before those of the disk."""

    unsaved: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def new(self) -> tuple[str, ...]:
        """The paths of unsaved texts at which the disk has no file."""
        return tuple(path for path in self.unsaved if not os.path.isfile(path))  # noqa: PTH113

    def is_file(self, path: str) -> bool:
        """Whether there is a file at the path, as far as one may look."""
        return path in self.unsaved or os.path.isfile(path)  # noqa: PTH113 (Path.is_file() raises.)

    def read(self, path: str) -> bytes:
        """The bytes of a file. Raises OSError, also where it is too large or no plain file."""
        text = self.unsaved.get(path)
        return read_bytes(path, MAX_BYTES) if text is None else text.encode(errors="replace")

    def read_small(self, path: str) -> bytes:
        """The bytes of a file, none where it cannot be read or is too large."""
        try:
            return self.read(path)
        except OSError:
            return b""

    def source(self, path: str) -> Source | None:
        """The text of a file; None where it cannot be decoded, or is too large."""
        try:
            text = self.unsaved.get(path)
            if text is not None:
                return Source(path, text) if len(text) <= MAX_BYTES else None
            return Source.from_bytes(path, read_bytes(path, MAX_BYTES))
        except (OSError, SourceError):
            return None

    def stamp(self, path: str) -> list[int]:
        """What changes with the content of a file: size, and the times of the last change of content and of anything.

        That of an unsaved text is no stamp that any file can have.
        """
        text = self.unsaved.get(path)
        if text is not None:
            return [_UNSAVED, len(text), hash(text) & _SMALL]
        try:
            status = os.stat(path)  # noqa: PTH116 (For thousands of files, a Path for each takes its time.)
        except OSError:
            return [0, 0, 0]
        return [status.st_size, status.st_mtime_ns, status.st_ctime_ns]


def is_settled(stamp: list[int]) -> bool:
    """Whether a file with this stamp cannot change any more without getting another one."""
    return max(stamp[1:]) < time.time_ns() - SETTLED
