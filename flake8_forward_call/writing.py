"""Replacing a file's content as one step: whoever looks, and whenever the power fails, it is the old or the new."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from flake8_forward_call.trouble import reason


class WriteError(Exception):
    """The file was left as it was; the text says why, and what can be done."""


def replace(path: str, data: bytes, *, expected: bytes) -> None:
    """Put ``data`` in the place of ``expected``, keeping the file's mode, owner and group.

    Where the path is a link, the file that it leads to is written. Raises WriteError, the file being untouched, where
    it is read-only, has changed since ``expected`` was read, its owner could not be kept, or the disk is full.
    """
    target = Path(os.path.realpath(path))
    try:
        status = target.stat()
        _refuse_if_read_only(target, status)
        _swap(target, data, status, expected)
    except OSError as error:
        raise WriteError(f"could not be written and is as it was: {reason(error)}") from None


def write(path: str, data: bytes) -> None:
    """Put ``data`` there, whatever there was. A pipe or a device is written to as it is.

    Raises WriteError, what was there being untouched, where there is no such folder, the file is read-only, its owner
    could not be kept, or the disk is full.
    """
    target = Path(os.path.realpath(path))
    try:
        status = target.stat() if target.exists() else None
        if status is not None and not stat.S_ISREG(status.st_mode):
            target.write_bytes(data)
            return
        if status is not None:
            _refuse_if_read_only(target, status)
        _swap(target, data, status)
    except OSError as error:
        raise WriteError(f"could not be written: {reason(error)}") from None


def _refuse_if_read_only(target: Path, status: os.stat_result) -> None:
    # A new file could take the place of a read-only one all the same, and root may write anywhere: ask the mode.
    if not status.st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH) or not os.access(target, os.W_OK):
        raise WriteError("is read-only; make it writable first")


def _swap(target: Path, data: bytes, status: os.stat_result | None, expected: bytes | None = None) -> None:
    """Put a new file in the place of one that has the status, or of none."""
    # In the same directory, and so on the same file system, because only there is a rename one step.
    descriptor, name = tempfile.mkstemp(prefix=".forward-call-", suffix=".tmp", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            _keep_owner_and_mode(file.fileno(), status)
            os.fsync(file.fileno())
        if expected is not None and target.read_bytes() != expected:
            raise WriteError("was changed by another program in the meantime; run the command again")
        temporary.replace(target)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


def _keep_owner_and_mode(descriptor: int, status: os.stat_result | None) -> None:
    if sys.platform == "win32":  # pragma: no cover
        return
    if status is None:  # What is made in a safe way is its maker's alone, and this is for others to read.
        mask = os.umask(0o077)
        os.umask(mask)
        os.fchmod(descriptor, 0o666 & ~mask)
        return
    new = os.fstat(descriptor)
    if (new.st_uid, new.st_gid) != (status.st_uid, status.st_gid):
        try:
            os.fchown(descriptor, status.st_uid, status.st_gid)
        except PermissionError:
            raise WriteError("belongs to another user or group, which could not be kept") from None
    os.fchmod(descriptor, stat.S_IMODE(status.st_mode))  # After fchown, which clears the set-user bits.
