"""Records on disk: written as a whole or not at all, and in parts while a program runs, so that a crash loses little.

Each process of a run writes its part into a folder next to the record. The process that began the run joins them. A
part is only removed once what it says has been written elsewhere.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from flake8_forward_call.files import temporary
from flake8_forward_call.files.reading import NotPlainError, read_bytes
from flake8_forward_call.files.writing import WriteError, unwritable, write
from flake8_forward_call.observing.record import Record, RecordError
from flake8_forward_call.terminal.trouble import reason

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
        raise RecordError(f"cannot be read: {reason(error)}") from None
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


def hindrance(path: str, *, appends: bool = False) -> str | None:
    """Why a record cannot be written to a path, or added to the one there if it ``appends``; None if it can.

    A file that is no record is never overwritten. This is asked before a run, because after it would be too late.
    """
    target = Path(path)
    if not target.parent.is_dir():
        return f"the folder {target.parent} does not exist"
    if target.is_dir():
        return "it is a folder"
    if target.exists():
        try:
            read(path)
        except RecordError as error:
            if appends or not error.is_of_another_version:
                return f"it {error}" + ("" if appends else ", and is not overwritten")
        if (why := unwritable(path)) is not None:
            return f"it {why}"
    return _refusal(Path(os.path.realpath(path)).parent)


def _refusal(folder: Path) -> str | None:
    """Why no file can be made in a folder; None if one can."""
    try:
        descriptor, made = temporary.make(folder)
        os.close(descriptor)
        made.unlink()
    except OSError as error:
        return f"no file can be made in {folder}: {reason(error)}"
    return None


class Parts:
    """The parts of one record: what each process of the run has seen so far."""

    def __init__(self, path: str) -> None:
        self._folder = Path(os.path.realpath(path) + _SUFFIX)
        self._next = 0.0
        self._process = 0
        self._name = ""

    def write(self, record: Record, *, is_new: bool = True) -> bool:
        """Write the part of this process; at most every few seconds if nothing in it is new. Whether it is there.

        Never raises.
        """
        now = time.monotonic()
        if not is_new and now < self._next:
            return True
        self._next = now + _PAUSE
        try:
            self._folder.mkdir(exist_ok=True)
            write(str(self._own), text_of(record).encode(), is_durable=False)
        except (OSError, WriteError):
            return False
        return True

    @property
    def _own(self) -> Path:
        """The part of this process. A process that has the number of one that has ended does not get its part."""
        if self._process != os.getpid():
            self._process = os.getpid()
            self._name = f"{self._process}-{time.time_ns():x}.json"
        return self._folder / self._name

    def read(self) -> Record:
        """What all processes have written so far."""
        return _joined(self._paths())

    def others(self) -> Record:
        """What the other processes have written so far."""
        return _joined(self._others())

    def inherit(self, record: Record) -> int:
        """Add the parts of a run that did not end to the record of this one. Returns how many there are."""
        paths = self._others()
        if paths:
            record.add(_joined(paths))
            if self.write(record):
                _remove(paths)
        return len(paths)

    def clear(self) -> None:
        """Remove all parts, because what they say has been written."""
        _remove(self._paths())
        with suppress(OSError):
            self._folder.rmdir()

    def _others(self) -> list[Path]:
        own = self._own
        return [path for path in self._paths() if path != own]

    def _paths(self) -> list[Path]:
        try:
            return sorted(path for path in self._folder.iterdir() if path.suffix == ".json")
        except OSError:
            return []


def _joined(paths: Sequence[Path]) -> Record:
    found = Record()
    for path in paths:
        try:
            found.add(read(str(path)))
        except RecordError as error:
            found.notes[f"a part of the record was lost: it {error}"] = None
    return found


def _remove(paths: Sequence[Path]) -> None:
    for path in paths:
        with suppress(OSError):
            path.unlink()


def finish(path: str, record: Record, *, appends: bool) -> str | None:
    """Write the record of a run; if it ``appends``, with that of earlier runs. Why it could not be written, or None.

    If it could not, the parts of the run stay, and are used in place of the record.
    """
    try:
        if appends and Path(path).exists():
            earlier = read(path)
            earlier.add(record)
            record = earlier
        write(path, text_of(record).encode())
    except (WriteError, RecordError) as error:
        return f"{path} was not written: it {error}"
    Parts(path).clear()
    return None
