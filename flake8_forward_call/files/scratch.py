"""A temporary folder for one process, which a later run removes if the process is killed.

Its name contains its inode number, so such a folder cannot come from a repository or an archive. It is locked while its
process is running.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

_PREFIX = "forward-call-"
_NAME = re.compile(rf"{re.escape(_PREFIX)}[a-z0-9_]+-([0-9a-f]+)")


def make() -> tuple[Path, Callable[[], None]]:
    """A new, empty folder that only this user may enter, and a function that removes it. Raises OSError."""
    _clear(Path(tempfile.gettempdir()))
    made = Path(tempfile.mkdtemp(prefix=_PREFIX))
    lock: int | None = None
    try:
        with suppress(OSError):  # Some file systems have no locks. Nothing is removed there later.
            lock = _locked(made)
        folder = made.rename(f"{made}-{made.stat().st_ino:x}")
    except BaseException:
        _remove(made, lock)
        raise
    return folder, lambda: _remove(folder, lock)


def _remove(folder: Path, lock: int | None) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    if lock is not None:
        with suppress(OSError):
            os.close(lock)


def _clear(parent: Path) -> None:
    """Remove the folders that killed processes left behind. Never raises."""
    try:
        with os.scandir(parent) as scan:
            names = sorted(entry.name for entry in scan if entry.name.startswith(_PREFIX))
    except OSError:
        return
    for name in names:
        with suppress(OSError, ValueError):
            _clear_one(parent / name)


def _clear_one(folder: Path) -> None:
    """Remove a folder if this module created it and its process no longer exists. Raises OSError if not."""
    named, status = _NAME.fullmatch(folder.name), folder.lstat()
    if named is None or not stat.S_ISDIR(status.st_mode):
        return
    if hasattr(os, "geteuid") and os.geteuid() != status.st_uid:
        return
    if int(named[1], 16) == status.st_ino:
        lock = _locked(folder)
        if lock is not None:
            _remove(folder, lock)


if sys.platform == "win32":

    def _locked(_folder: Path) -> int | None:
        """Nothing, because a folder cannot be locked on Windows. So it is not known whether it is still used."""
        return None

else:
    import fcntl

    def _locked(folder: Path) -> int:
        """A descriptor of the folder, which is locked as long as it is open. Raises OSError if another one locks it."""
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor
