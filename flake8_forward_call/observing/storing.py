"""Records on disk: written as a whole or not at all, and in parts while a program runs, so that a crash loses little.

Each process of a run writes its part into a folder next to the record. The process that began the run joins them.
"""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from pathlib import Path

from flake8_forward_call.files import temporary
from flake8_forward_call.files.reading import NotPlainError, read_bytes
from flake8_forward_call.observing.record import Record, RecordError

# The record of a project of a million lines takes one.
MAX_BYTES = 64_000_000

_SUFFIX = ".parts"

# In seconds: how often a process writes what is not new but only more often.
_PAUSE = 5.0


def read(path: str) -> Record:
    """The record in a file. Raises RecordError, with a text that follows the path."""
    try:
        return Record.of_json(json.loads(read_bytes(path, MAX_BYTES)))
    except NotPlainError as error:
        raise RecordError(str(error)) from None
    except OSError as error:
        raise RecordError(f"cannot be read: {error.strerror or error}") from None
    except RecursionError:
        raise RecordError("is not a record of observed calls: it is nested too deeply") from None
    except ValueError as error:  # The errors of json and of decoding are subclasses.
        raise RecordError(f"is not JSON: {str(error)[:80]}") from None


def read_all(path: str) -> Record:
    """The record in a file, or what is there of one whose run did not end. Raises RecordError."""
    try:
        return read(path)
    except RecordError:
        if Path(path).exists() or not (found := Parts(path).read()).spots:
            raise
        return found


def text_of(record: Record) -> str:
    """The text of a record."""
    return json.dumps(record.to_json(), indent=1) + "\n"


def write(path: str, record: Record) -> None:
    """Replace a file by a record, atomically. Raises OSError."""
    target = Path(os.path.realpath(path))
    descriptor, new = temporary.make(target.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text_of(record))
            temporary.make_readable(descriptor)
        new.replace(target)
    finally:
        with suppress(OSError):
            new.unlink()


def hindrance(path: str) -> str | None:
    """Why a record cannot be written to a path; None if it can. A file that is no record is never overwritten."""
    target = Path(path)
    if not target.parent.is_dir():
        return f"the folder {target.parent} does not exist"
    if target.is_dir():
        return "it is a folder"
    if target.exists():
        try:
            read(path)
        except RecordError as error:
            if "record of version" not in str(error):
                return f"it {error}, and is not overwritten"
    return None


class Parts:
    """The parts of one record: what each process of the run has seen so far."""

    def __init__(self, path: str) -> None:
        self._folder = Path(os.path.realpath(path) + _SUFFIX)
        self._next = 0.0

    def write(self, record: Record, *, is_new: bool = True) -> None:
        """Write the part of this process; at most every few seconds if nothing in it is new. Never raises."""
        now = time.monotonic()
        if not is_new and now < self._next:
            return
        self._next = now + _PAUSE
        with suppress(OSError):
            self._folder.mkdir(exist_ok=True)
            write(str(self._own), record)

    @property
    def _own(self) -> Path:
        return self._folder / f"{os.getpid()}.json"

    def read(self) -> Record:
        """What all processes have written so far."""
        found = Record()
        for path in self._paths():
            try:
                found.add(read(str(path)))
            except RecordError as error:
                found.notes[f"a part of the record was lost: it {error}"] = None
        return found

    def take(self, *, is_own: bool = False) -> tuple[Record, int]:
        """What the other processes have written, or all of them; how many there are. The parts are removed."""
        if not is_own:
            with suppress(OSError):
                self._own.unlink()
        paths = self._paths()
        found = self.read()
        for path in paths:
            with suppress(OSError):
                path.unlink()
        with suppress(OSError):
            self._folder.rmdir()
        return found, len(paths)

    def _paths(self) -> list[Path]:
        try:
            return sorted(path for path in self._folder.iterdir() if path.suffix == ".json")
        except OSError:
            return []


def finish(path: str, record: Record, *, appends: bool) -> str | None:
    """Write the record of a run; if it ``appends``, with that of earlier runs. Why it could not be written, or None."""
    try:
        if appends and Path(path).exists():
            earlier = read(path)
            earlier.add(record)
            record = earlier
        write(path, record)
    except (OSError, RecordError) as error:
        return f"{path} was not written: {error}"
    return None
