"""The only module that opens files of a checked repository: regular files up to a size limit, without blocking.

An unknown repository may contain a named pipe, a socket, a device or an endless file under any name that the tool
reads. A test makes sure that no other module opens files.
"""

from __future__ import annotations

import os
import stat
import time
from typing import TypeAlias

# GitHub refuses larger files: https://docs.github.com/repositories/working-with-files/
# managing-large-files/about-large-files-on-github. So no program and no notebook is larger.
MAX_BYTES = 100_000_000

# Settings are written by hand.
MAX_SETTINGS = 1_000_000

# These do not affect regular files. O_NOCTTY: a terminal must not become the controlling terminal of this process.
_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_BINARY", 0)
)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)

_KINDS = (
    (stat.S_ISDIR, "a directory"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


# A file with another content has another one: the size, the mtime and the ctime in nanoseconds, the inode.
Stamp: TypeAlias = list[int]

# In nanoseconds. A younger file can change and keep its stamp, because FAT stores times in steps of two seconds.
SETTLED = 2_000_000_000


class NotPlainError(OSError):
    """What is at the path is not a regular file, or is too large. The text says what it is, and follows the path."""


class TooLargeError(NotPlainError):
    """A regular file above the size limit."""


def kind_of(mode: int) -> str:
    """The kind of a file with this mode, in words, if it is not a regular file."""
    return next((name for is_kind, name in _KINDS if is_kind(mode)), "something else")


def read_bytes(path: str | os.PathLike[str], limit: int = MAX_BYTES, *, follow: bool = True) -> bytes:
    """The bytes of a regular file, at most ``limit``; ``follow``: also through a link.

    Raises NotPlainError for anything else and for a larger file, and OSError if it cannot be read.
    """
    data = _read(path, limit + 1, limit, follow=follow)
    if len(data) > limit:  # It has grown, or its size is unknown, as under /proc.
        raise _too_large(limit)
    return data


def read_head(path: str | os.PathLike[str], count: int) -> bytes:
    """The first bytes of a regular file of any size. Raises the same errors as ``read_bytes``."""
    return _read(path, count, None, follow=True)


def stamp_of(path: str) -> Stamp:
    """The stamp of a file, through links. Raises OSError, and ValueError for what can be no path."""
    status = os.stat(path)  # noqa: PTH116 (A Path for each of thousands of files is slow.)
    return [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]


def is_settled(stamp: Stamp) -> bool:
    """Whether any further change of a file with this stamp gives it a new stamp."""
    return max(stamp[1:3]) < time.time_ns() - SETTLED


def is_missing(path: str | os.PathLike[str]) -> bool:
    """Whether nothing exists at the path, or this cannot be determined, for example because access is denied."""
    try:
        os.stat(path)  # noqa: PTH116 (To a Path, the empty string is the current directory.)
    except (OSError, ValueError):
        return True
    return False


def _read(path: str | os.PathLike[str], count: int, limit: int | None, *, follow: bool) -> bytes:
    try:
        # Opening a pipe or a device would already affect the other end. The file is checked again after it is opened.
        _check(os.stat(path, follow_symlinks=follow), limit)  # noqa: PTH116 (As above.)
        descriptor = os.open(path, _FLAGS if follow else _FLAGS | _NO_LINK)
    except ValueError as error:  # A null byte, or a character that no path can have.
        raise NotPlainError(f"is no path: {error}") from None
    try:
        size = _check(os.fstat(descriptor), limit)
        parts: list[bytes] = []
        left = count
        while left > 0:
            # The buffer is no larger than the file needs, because a large one takes time even for a small file.
            part = os.read(descriptor, min(left, max(size, 4096) + 1))
            if not part:
                break
            parts.append(part)
            left -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)
    finally:
        os.close(descriptor)


def _check(status: os.stat_result, limit: int | None) -> int:
    """The size of a regular file. Raises NotPlainError for anything else, and if it is above the limit."""
    if stat.S_ISLNK(status.st_mode):
        raise NotPlainError("is a link")
    if not stat.S_ISREG(status.st_mode):
        raise NotPlainError(f"is {kind_of(status.st_mode)}, not a regular file")
    if limit is not None and status.st_size > limit:
        raise _too_large(limit)
    return status.st_size


def _too_large(limit: int) -> TooLargeError:
    return TooLargeError(f"is larger than {limit // 1_000_000} MB")
