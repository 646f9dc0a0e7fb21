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
        # A new file could take the place of a read-only one all the same, and root may write anywhere: ask the mode.
        if not status.st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH) or not os.access(target, os.W_OK):
            raise WriteError("is read-only; make it writable to have it fixed")
        # In the same directory, and so on the same file system, because only there is a rename one step.
        descriptor, name = tempfile.mkstemp(prefix=".forward-call-", suffix=".tmp", dir=target.parent)
    except OSError as error:
        raise WriteError(_told(error)) from None
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            _keep_owner_and_mode(file.fileno(), status)
            os.fsync(file.fileno())
        if target.read_bytes() != expected:
            raise WriteError("was changed by another program in the meantime; run the command again")
        temporary.replace(target)
    except BaseException as error:
        with suppress(OSError):
            temporary.unlink()
        if isinstance(error, OSError):
            raise WriteError(_told(error)) from None
        raise


def _keep_owner_and_mode(descriptor: int, status: os.stat_result) -> None:
    if sys.platform == "win32":  # pragma: no cover
        return
    new = os.fstat(descriptor)
    if (new.st_uid, new.st_gid) != (status.st_uid, status.st_gid):
        try:
            os.fchown(descriptor, status.st_uid, status.st_gid)
        except PermissionError:
            raise WriteError("belongs to another user or group, which could not be kept") from None
    os.fchmod(descriptor, stat.S_IMODE(status.st_mode))  # After fchown, which clears the set-user bits.


def _told(error: OSError) -> str:
    return f"could not be written and is as it was: {reason(error)}"
