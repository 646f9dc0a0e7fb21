"""The outcomes of earlier scans in a folder, so that a scan that was stopped goes on where it was.

A file has one outcome: a line with the version of the format and a checksum, then JSON. A file that is damaged, or from
another format, counts as missing.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flake8_forward_call import __version__
from flake8_forward_call.files.cache import tool
from flake8_forward_call.files.reading import read_bytes
from flake8_forward_call.files.writing import WriteError, write
from flake8_forward_call.scanning.records import Order, Outcome, State, kept
from flake8_forward_call.terminal.trouble import reason

# To be raised when the content of a file means something else.
_FORMAT = 1
_MARK = f"forward-call scan {_FORMAT} "
_SUFFIX = ".scan"

# In bytes: a larger output is not kept.
_MOST = 90_000_000


class KeepError(Exception):
    """An outcome cannot be kept; the text says why."""


class Kept:
    """The outcomes in a folder, which is created if it is missing. Raises KeepError if that is not possible."""

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise KeepError(f"cannot be used: {reason(error)}") from None

    def find(self, order: Order, stamp: str) -> Outcome | None:
        """The outcome of the same order for the same files; None if there is none."""
        try:
            head, _, body = read_bytes(self._path(order)).decode("ascii").partition("\n")
            if head != _MARK + _checksum(body):
                return None
            held = json.loads(body)
            return _restored(held["outcome"]) if held["key"] == _key(order, stamp) else None
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return None

    def keep(self, order: Order, stamp: str, outcome: Outcome) -> None:
        """Write the outcome of a complete check to disk; others are tried again. Raises KeepError."""
        if not outcome.state.is_complete:
            return
        body = json.dumps({"key": _key(order, stamp), "outcome": _stored(outcome)})
        if len(body) > _MOST:
            return
        try:
            write(str(self._path(order)), f"{_MARK}{_checksum(body)}\n{body}".encode("ascii"))
        except WriteError as error:
            raise KeepError(str(error)) from None

    def _path(self, order: Order) -> Path:
        name = _checksum(json.dumps([order.root, order.output_format]))
        return self._folder / f"{name}{_SUFFIX}"


def _key(order: Order, stamp: str) -> dict[str, Any]:
    """What must be the same for an outcome to count again. The limits do not change a complete check."""
    return {
        "root": order.root,
        "format": order.output_format,
        "arguments": list(order.arguments),
        "stamp": stamp,
        "version": __version__,
        "tool": tool(),
        "python": platform.python_version(),
    }


def _stored(outcome: Outcome) -> Mapping[str, Any]:
    return {
        "state": outcome.state.value,
        "output": outcome.output,
        "counts": dict(outcome.counts),
        "seconds": outcome.seconds,
        "messages": list(outcome.messages),
    }


def _restored(held: Mapping[str, Any]) -> Outcome:
    counts = {str(code): int(number) for code, number in held["counts"].items()}
    messages = tuple(map(str, held["messages"]))
    return kept(Outcome(State(held["state"]), str(held["output"]), counts, float(held["seconds"]), "", messages))


def _checksum(text: str) -> str:
    return hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=20).hexdigest()
