"""Replacing a file's content as one step: whoever looks, and whenever the power fails, it is the old or the new."""

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

# What the user gives a file: attributes of one's own, a list of who may do what, SELinux's label. The others are the
# system's; it keeps a checksum of the content there, which a new content must not have.
_KEPT_ATTRIBUTES = ("user.", "system.posix_acl_access", "security.selinux")


class WriteError(Exception):
    """The file was left as it was; the text says why, and what can be done."""


def outside(target: str) -> str:
    """Why a link is not written through that leads to a file which the user did not give."""
    return f"is a link to {target}, outside the given paths; name the link itself to change that file"


def replace(path: str, data: bytes, *, expected: bytes) -> bool:
    """Put ``data`` in the place of ``expected``, keeping the file's mode, owner, group and extended attributes.

    Where the path is a link, the file that it leads to is written. Returns False if another program has put the same
    data there in the meantime. Raises WriteError, the file being untouched, where it is read-only or has several names,
    has changed since ``expected`` was read, something of it could not be kept, or the disk is full.
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


def write(path: str, data: bytes) -> None:
    """Put ``data`` there, whatever there was. A pipe or a device is written to as it is.

    Raises WriteError, what was there being untouched, where there is no such folder, the file is read-only or has
    several names, something of it could not be kept, or the disk is full.
    """
    target = Path(os.path.realpath(path))
    try:
        status = target.stat() if target.exists() else None
        if status is not None and not stat.S_ISREG(status.st_mode):
            target.write_bytes(data)
            return
        if status is not None:
            _refuse(target, status)
        with _prepared(target, data, status) as new:
            new.replace(target)
    except OSError as error:
        raise WriteError(f"could not be written: {reason(error)}") from None


@contextmanager
def _prepared(target: Path, data: bytes, status: os.stat_result | None) -> Iterator[Path]:
    """A file with the data beside the target, ready to take its place, and gone in the end if it did not.

    It has what the one with the status has; where there is none, what any new file has.
    """
    # In the same directory, and so on the same file system, because only there is a rename one step.
    temporary.clear(target.parent)
    descriptor, new = temporary.make(target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            if sys.platform != "win32":
                if status is None:
                    _make_readable(file.fileno())
                else:
                    _keep(file.fileno(), target, status)
            os.fsync(file.fileno())
            if sys.platform != "win32":  # Open, and so locked, until it has taken its place.
                yield new
        if sys.platform == "win32":  # An open file can take no other's place there.
            yield new
    finally:  # Whatever happened; where it has taken its place, there is no file of that name.
        with suppress(OSError):
            new.unlink()


def _refuse(target: Path, status: os.stat_result) -> None:
    """Raise WriteError for a file that a new one must not take the place of, although it could."""
    # Root may write anywhere: ask the mode.
    if not status.st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH) or not os.access(target, os.W_OK):
        raise WriteError("is read-only; make it writable first")
    # Under its other names it would keep the old text; and to write into it is not one step, and would change what may
    # be a backup.
    if status.st_nlink > 1:
        raise WriteError(f"has {status.st_nlink} names (hard links); replace it with a copy first")


def _make_readable(descriptor: int) -> None:
    """What is made in a safe way is its maker's alone; give it the mode of any new file."""
    mask = os.umask(0o077)
    os.umask(mask)
    os.fchmod(descriptor, 0o666 & ~mask)


def _keep(descriptor: int, target: Path, status: os.stat_result) -> None:
    """Give the new file what the old one has. Raises WriteError or OSError where that cannot be."""
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
    # Who is not in the group cannot set its bit, and is not told.
    if stat.S_IMODE(os.fstat(descriptor).st_mode) != mode:
        raise WriteError(f"has the mode {mode:o}, which could not be kept")


if sys.platform == "linux":  # Python has these calls for no other system.

    def _keep_attributes(descriptor: int, target: Path) -> None:
        old, new = _attributes(target), _attributes(descriptor)
        for name in old | new:
            if old.get(name) == new.get(name):
                continue
            try:
                if name in old:
                    os.setxattr(descriptor, name, old[name])
                else:  # The folder's default list of who may do what, which the old file does not have.
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
