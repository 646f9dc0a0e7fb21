"""Replacing a file's content atomically: readers see either the old or the new content, even after a power failure."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from flake8_forward_call.files import temporary
from flake8_forward_call.files.reading import read_bytes
from flake8_forward_call.terminal.trouble import reason

# The attributes that users set: their own, access control lists, SELinux labels. The others belong to the system. One
# of them may be a checksum of the old content, which must not be copied.
_KEPT_ATTRIBUTES = ("user.", "system.posix_acl_access", "security.selinux")


class WriteError(Exception):
    """The file is unchanged; the text says why, and what can be done."""


def outside(target: str) -> str:
    """Why a link is not followed for writing if its target is outside the given paths."""
    return f"is a link to {target}, outside the given paths; name the link itself to change that file"


def replace(path: str, data: bytes, *, expected: bytes) -> bool:
    """Replace the content ``expected`` by ``data``; mode, owner, group and extended attributes are kept.

    If the path is a link, its target is written. Returns False if another program has written the same data in the
    meantime. Raises WriteError and leaves the file unchanged if it is read-only, has several names, has changed since
    ``expected`` was read or has attributes that cannot be kept, or if the disk is full.
    """
    target = Path(os.path.realpath(path))
    try:
        status = target.stat()
        _refuse(target, status)
        with _prepared(target, data, status) as new:
            current = read_bytes(target)
            if current not in (expected, data):
                raise WriteError("was changed by another program in the meantime; run the command again")
            if current == expected:
                new.replace(target)
            return current == expected
    except OSError as error:
        raise WriteError(f"could not be written and is unchanged: {reason(error)}") from None


def unwritable(path: str) -> str | None:
    """Why an existing file must not be replaced, or cannot be; None if nothing is known that prevents it."""
    target = Path(os.path.realpath(path))
    try:
        _refuse(target, target.stat())
    except (OSError, WriteError) as error:
        return reason(error) if isinstance(error, OSError) else str(error)
    return None


def write(path: str, data: bytes, *, is_durable: bool = True) -> None:
    """Write ``data`` to a file, whatever it contained. A pipe or a device is written to directly.

    If it need not be ``is_durable``, it may be empty after a power failure, and is written faster. Raises WriteError
    and leaves the file unchanged if there is no such folder, if the file is read-only, has several names or has
    attributes that cannot be kept, or if the disk is full.
    """
    target = Path(os.path.realpath(path))
    try:
        status = target.stat() if target.exists() else None
        if status is not None and not stat.S_ISREG(status.st_mode):
            target.write_bytes(data)
            return
        if status is not None:
            _refuse(target, status)
        with _prepared(target, data, status, is_durable=is_durable) as new:
            new.replace(target)
    except OSError as error:
        raise WriteError(f"could not be written: {reason(error)}") from None


@contextmanager
def _prepared(target: Path, data: bytes, status: os.stat_result | None, *, is_durable: bool = True) -> Iterator[Path]:
    """A file with the data, next to the target and ready to replace it; it is removed in the end if it did not.

    It gets the attributes of the file with this status; without one, those of any new file.
    """
    # In the same directory, and so on the same file system, because only there a rename is atomic.
    temporary.clear(target.parent)
    descriptor, new = temporary.make(target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            if sys.platform != "win32":
                if status is None:
                    temporary.make_readable(file.fileno())
                else:
                    _keep(file.fileno(), target, status)
            if is_durable:
                os.fsync(file.fileno())
            if sys.platform != "win32":  # It stays open, and so locked, until it has replaced the target.
                yield new
        if sys.platform == "win32":  # An open file cannot replace another one there.
            yield new
    finally:  # If the file has replaced the target, this name no longer exists.
        with suppress(OSError):
            new.unlink()


def _refuse(target: Path, status: os.stat_result) -> None:
    """Raise WriteError for a file that must not be replaced, although the system would allow it."""
    # The mode counts too, because root may write anywhere.
    if not status.st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH) or not os.access(target, os.W_OK):
        raise WriteError("is read-only; make it writable first")
    # Under its other names the file would keep the old text. Writing into it would not be atomic, and could change a
    # backup.
    if status.st_nlink > 1:
        raise WriteError(f"has {status.st_nlink} names (hard links); replace it with a copy first")


def _keep(descriptor: int, target: Path, status: os.stat_result) -> None:
    """Give the new file the attributes of the old one. Raises WriteError or OSError if that is not possible."""
    new = os.fstat(descriptor)
    if (new.st_uid, new.st_gid) != (status.st_uid, status.st_gid):
        try:
            os.fchown(descriptor, status.st_uid, status.st_gid)
        except PermissionError:
            raise WriteError("belongs to another user or group, which could not be kept") from None
    if sys.platform == "linux":
        _keep_attributes(descriptor, target)
    mode = stat.S_IMODE(status.st_mode)
    os.fchmod(descriptor, mode)  # After fchown, which clears the set-user bits.
    # If the user is not in the group, setting its bit silently fails.
    if stat.S_IMODE(os.fstat(descriptor).st_mode) != mode:
        raise WriteError(f"has the mode {mode:o}, which could not be kept")


if sys.platform == "linux":  # Python has these calls only for Linux.

    def _keep_attributes(descriptor: int, target: Path) -> None:
        old, new = _attributes(target), _attributes(descriptor)
        for name in old | new:
            if old.get(name) == new.get(name):
                continue
            try:
                if name in old:
                    os.setxattr(descriptor, name, old[name])
                else:  # The folder's default access control list, which the old file does not have.
                    os.removexattr(descriptor, name)
            except OSError as error:
                raise WriteError(
                    f"has the extended attribute {name}, which could not be kept: {reason(error)}"
                ) from None

    def _attributes(file: Path | int) -> dict[str, bytes]:
        try:
            names = os.listxattr(file)
        except OSError as error:
            if error.errno == errno.ENOTSUP:
                return {}
            raise
        return {name: os.getxattr(file, name) for name in names if name.startswith(_KEPT_ATTRIBUTES)}
