"""The temporary file, next to another file, that the new content is written to before it replaces the old file.

If the process is killed before that, the file is left behind, and the next run removes it. Its name contains its inode
number, so such a file cannot come from a repository. It is locked while its process is running.
"""

from __future__ import annotations

import os
import re
import stat
import sys
import time
from contextlib import suppress
from functools import cache
from pathlib import Path

# The suffix is not ".py", so that a file left behind is not taken for a program.
_PREFIX, _SUFFIX = ".forward-call-", ".tmp"
_NAME = re.compile(rf"{re.escape(_PREFIX)}[a-z0-9_]+(?:-(?P<number>[0-9a-f]+))?{re.escape(_SUFFIX)}")

# In seconds. If a file cannot be locked, or has no number in its name yet, its process has finished by then.
_LONG_AGO = 60


def make(folder: Path) -> tuple[int, Path]:
    """A new, empty file in a folder, open for writing, and locked as long as it is open. Raises OSError."""
    import tempfile  # Late, because most runs write no file.

    descriptor, name = tempfile.mkstemp(prefix=_PREFIX, suffix=_SUFFIX, dir=folder)
    try:
        _lock(descriptor)
        marked = f"{name.removesuffix(_SUFFIX)}-{os.fstat(descriptor).st_ino:x}{_SUFFIX}"
        if sys.platform == "win32":  # An open file cannot be renamed there.
            os.close(descriptor)
            os.rename(name, marked)  # noqa: PTH104
            return os.open(marked, os.O_RDWR | os.O_BINARY | os.O_NOINHERIT), Path(marked)
        os.rename(name, marked)  # noqa: PTH104
    except BaseException:
        with suppress(OSError):
            os.close(descriptor)
        with suppress(OSError):
            os.unlink(name)  # noqa: PTH108
        raise
    return descriptor, Path(marked)


@cache
def clear(folder: Path) -> None:
    """Remove the files that killed processes left behind in a folder, once per process. Never raises."""
    try:
        with os.scandir(folder) as scan:
            names = sorted(entry.name for entry in scan if entry.name.startswith(_PREFIX))
    except OSError:
        return
    for name in names:
        with suppress(OSError, ValueError):
            if _is_left_behind(folder / name):
                (folder / name).unlink()


def _is_left_behind(path: Path) -> bool:
    """Whether this module created a file, and its process no longer exists. Raises OSError."""
    named, status = _NAME.fullmatch(path.name), path.lstat()
    if named is None or not stat.S_ISREG(status.st_mode) or status.st_nlink != 1:
        return False
    if hasattr(os, "geteuid") and os.geteuid() not in (0, status.st_uid):
        return False
    is_old = status.st_mtime < time.time() - _LONG_AGO
    if named["number"] is None:
        return is_old and status.st_size == 0  # The process was killed before it renamed the file, so nothing is lost.
    return int(named["number"], 16) == status.st_ino and _is_free(path, status, is_old=is_old)


if sys.platform == "win32":

    def make_readable(_descriptor: int) -> None:
        """Do nothing, because there are no such modes on Windows."""

    def _lock(_descriptor: int) -> None:
        """Do nothing, because an open file cannot be removed on Windows."""

    def _is_free(_path: Path, _status: os.stat_result, *, is_old: bool) -> bool:
        return is_old

else:
    import fcntl

    def make_readable(descriptor: int) -> None:
        """Give the file the mode of any new file. As a temporary file, only its owner can access it."""
        mask = os.umask(0o077)
        os.umask(mask)
        os.fchmod(descriptor, 0o666 & ~mask)

    def _lock(descriptor: int) -> None:
        with suppress(OSError):  # Some file systems have no locks. Nothing is removed there.
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _is_free(path: Path, status: os.stat_result, *, is_old: bool) -> bool:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return os.path.samestat(os.fstat(descriptor), status)
        finally:
            os.close(descriptor)
