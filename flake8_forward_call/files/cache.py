"""Results of earlier runs, stored in the user's cache folder.

A record is a line with a checksum, followed by JSON, because reading JSON is harmless, whoever wrote it. Processes may
read and write at the same time: a record is written atomically, and the last one wins. A process that adds to what is
in a record does so while no other one does (`Store.alone`). If anything goes wrong with a file or folder here, there is
no record, and the caller computes the result again.
"""

from __future__ import annotations

import json
import os
import re
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from flake8_forward_call import __version__
from flake8_forward_call.files.reading import read_bytes, read_head

# The folder to use instead of the platform's cache folder. If it is empty, there is no cache.
VARIABLE = "FORWARD_CALL_CACHE_DIR"

_NAME = "flake8-forward-call"

# Reading a larger record would take longer than computing its content.
MAX_RECORD = 64_000_000

# If a new record exceeds one of these limits, the oldest are deleted until half of it is left. A project has two
# records, so a repository may have two thousand projects. Those of an average package have 100,000 bytes each.
MAX_RECORDS, MAX_TOTAL = 4_000, 256_000_000

# The seconds for which a process waits for another one that is adding to a record, and between two tries. The other one
# may be stopped for ever. Then the later one of the two records wins.
PATIENCE, _BREAK = 10.0, 0.005

# A record is recognised by its name and its first bytes. Nothing else is ever deleted.
_MARK = b"flake8-forward-call record "
_SUFFIX = ".forward-call"
_NAME_OF_RECORD = re.compile(rf"[0-9a-f]{{40}}{re.escape(_SUFFIX)}")
_UNFINISHED = "unfinished-"


class Store:
    """The records in a folder; without a folder, nothing is stored. No method raises because of a file."""

    def __init__(self, folder: str | None) -> None:
        self._folder = folder

    def read(self, kind: str, key: str) -> Any:
        """The record of this kind and key that this version of the tool wrote; None if there is none."""
        full = _full(kind, key)
        try:
            if self._folder is None or not _is_safe(self._folder):
                return None
            data = read_bytes(self._path(self._folder, full), MAX_RECORD)
            head, _, body = data.partition(b"\n")
            if head != _MARK + _checksum(body).encode():
                return None
            found, value = json.loads(body)
        except (OSError, ValueError, TypeError, RecursionError):
            return None
        return value if found == full else None

    def write(self, kind: str, key: str, value: Any) -> None:
        """Write a record, replacing the old one of this kind and key."""
        if self._folder is None:
            return
        full = _full(kind, key)
        body = json.dumps([full, value], separators=(",", ":")).encode()
        if len(body) > MAX_RECORD:
            return
        try:
            os.makedirs(self._folder, mode=0o700, exist_ok=True)  # noqa: PTH103 (The folder is always a string.)
            if not _is_safe(self._folder):
                return
            path = self._path(self._folder, full)
            if not path.exists():
                _prune(self._folder)
            _put(path, b"%b%b\n%b" % (_MARK, _checksum(body).encode(), body))
        except (OSError, ValueError):
            return

    def version(self, kind: str, key: str) -> list[int] | None:
        """What is different for another record of this kind and key; None if there is none."""
        if self._folder is None:
            return None
        try:
            status = os.stat(self._path(self._folder, _full(kind, key)))  # noqa: PTH116
        except (OSError, ValueError):
            return None
        return [status.st_ino, status.st_size, status.st_mtime_ns]

    @contextmanager
    def alone(self) -> Iterator[None]:
        """While no other process is in here. What is read inside is what the last process has written.

        On Windows, and in a file system without locks, others may be in here too.
        """
        lock = None
        with suppress(OSError, ValueError):
            if self._folder is not None:
                os.makedirs(self._folder, mode=0o700, exist_ok=True)  # noqa: PTH103
                lock = _lock(self._folder) if _is_safe(self._folder) else None
        try:
            yield
        finally:
            if lock is not None:
                os.close(lock)

    @property
    def is_there(self) -> bool:
        """Whether there is a folder."""
        return self._folder is not None

    def _path(self, folder: str, full: list[str]) -> Path:
        return Path(folder, _checksum("\0".join(full).encode(errors="surrogatepass")) + _SUFFIX)


def _full(kind: str, key: str) -> list[str]:
    return [__version__, tool(), kind, key]


@lru_cache(maxsize=1)
def tool() -> str:
    """A text that is different if any file of this tool is, its facts about packages included.

    The version alone does not change in a working copy, or in an installation that somebody has changed. The release
    of libcst is part of it, because libcst finds the locations.
    """
    top = os.path.dirname(os.path.dirname(__file__))  # noqa: PTH120
    found: list[str] = []
    for place in sys.path:
        if place.endswith("-packages"):
            with suppress(OSError):
                found += sorted(name for name in os.listdir(place) if name.startswith("libcst-"))  # noqa: PTH208
    waiting = [top]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(folder) as scan:
                for entry in sorted(scan, key=lambda entry: entry.name):
                    if entry.is_dir(follow_symlinks=False):
                        waiting += [entry.path] if entry.name != "__pycache__" else []
                    elif entry.name.endswith((".py", ".tsv")):
                        status = entry.stat()
                        found.append(f"{entry.path}\0{status.st_size}\0{status.st_mtime_ns}")
        except OSError:
            continue
    return _checksum("\n".join(found).encode(errors="surrogatepass"))


def _checksum(body: bytes) -> str:
    import hashlib  # It loads OpenSSL.

    return hashlib.blake2b(body, digest_size=20).hexdigest()


def _is_safe(folder: str) -> bool:
    """Whether the folder belongs to the user, and nobody else can write to it. Raises OSError."""
    status = os.stat(folder)  # noqa: PTH116 (A link to a safe folder is safe too.)
    if not stat.S_ISDIR(status.st_mode):
        return False
    if not hasattr(os, "geteuid"):  # On Windows, others cannot access the user's cache folder, and modes say nothing.
        return True
    return status.st_uid == os.geteuid() and not status.st_mode & 0o022


if sys.platform == "win32":

    def _lock(_folder: str) -> int | None:
        """Nothing, because a folder cannot be locked on Windows."""
        return None

else:

    def _lock(folder: str) -> int | None:
        """A descriptor of the folder, which is locked as long as it is open; None if it stays locked by another.

        Raises OSError if the file system has no locks.
        """
        import fcntl

        end = time.monotonic() + PATIENCE
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            while True:
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    if time.monotonic() > end:
                        os.close(descriptor)
                        return None
                    time.sleep(_BREAK)
                else:
                    return descriptor
        except BaseException:
            os.close(descriptor)
            raise


def _put(path: Path, data: bytes) -> None:
    """Write a file atomically: another process sees all of it or nothing. Raises OSError."""
    import tempfile

    handle, name = tempfile.mkstemp(prefix=_UNFINISHED, suffix=_SUFFIX, dir=path.parent)
    try:
        with open(handle, "wb") as file:  # noqa: PTH123
            file.write(data)
        os.replace(name, path)  # noqa: PTH105
    except BaseException:
        os.unlink(name)  # noqa: PTH108
        raise


def _prune(folder: str) -> None:
    """Delete the oldest records if the folder contains too many. Raises OSError."""
    with os.scandir(folder) as scan:
        entries = sorted((entry for entry in scan if _is_named_as_ours(entry.name)), key=lambda entry: entry.name)
    files = [(entry.stat(follow_symlinks=False), entry.path) for entry in entries]
    count, total = len(files), sum(status.st_size for status, _ in files)
    if count < MAX_RECORDS and total < MAX_TOTAL:
        return
    for status, path in sorted(files, key=lambda one: one[0].st_mtime_ns):
        if count < MAX_RECORDS // 2 and total < MAX_TOTAL // 2:
            break
        if stat.S_ISREG(status.st_mode) and _has_mark(path):
            Path(path).unlink(missing_ok=True)
            count, total = count - 1, total - status.st_size


def clear(folder: str) -> tuple[int, int]:
    """Delete all records in a folder, and the folder if it is then empty; the number of files and their bytes.

    Nothing else is deleted. Raises OSError, PermissionError if others may write to the folder.
    """
    number = total = 0
    try:
        is_safe = _is_safe(folder)
    except FileNotFoundError:
        return 0, 0
    if not is_safe:
        raise PermissionError("it is not a folder that only the user can write to")
    with os.scandir(folder) as scan:
        entries = sorted((entry for entry in scan if _is_named_as_ours(entry.name)), key=lambda entry: entry.name)
    for entry in entries:
        status = entry.stat(follow_symlinks=False)
        if stat.S_ISREG(status.st_mode) and _has_mark(entry.path):
            Path(entry.path).unlink(missing_ok=True)
            number, total = number + 1, total + status.st_size
    with suppress(OSError):  # It contains something else.
        os.rmdir(folder)  # noqa: PTH106
    return number, total


def _is_named_as_ours(name: str) -> bool:
    """Whether the name is that of a record, or of an unfinished one that a stopped process left behind."""
    unfinished = name.startswith(_UNFINISHED) and name.endswith(_SUFFIX)
    return unfinished or _NAME_OF_RECORD.fullmatch(name) is not None


def _has_mark(path: str) -> bool:
    """Whether a regular file starts like a record, as far as it was written. Raises OSError."""
    return _MARK.startswith(read_head(path, len(_MARK)))


def use(folder: str) -> None:
    """Use this cache folder from now on, in this process and those that it starts; none if the name is empty."""
    os.environ[VARIABLE] = folder


def default_folder(configured: str | None = None) -> str | None:
    """The cache folder: from the environment, else the configured one, else the platform's; None for no cache."""
    given = os.environ.get(VARIABLE, configured)
    if given is not None:
        return os.path.abspath(given) if given else None  # noqa: PTH100
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA", "")
    elif sys.platform == "darwin":
        base = os.path.expanduser("~/Library/Caches")  # noqa: PTH111 (Path.expanduser() raises without a home.)
    else:
        base = os.environ.get("XDG_CACHE_HOME", "")
        base = base if os.path.isabs(base) else os.path.expanduser("~/.cache")  # noqa: PTH111, PTH117
    return os.path.join(base, _NAME) if os.path.isabs(base) else None  # noqa: PTH117, PTH118
