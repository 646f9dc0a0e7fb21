"""One observation of this process: from its begin, over the import of torch, to the record."""

from __future__ import annotations

import os
import weakref
from contextlib import suppress
from typing import Any

from flake8_forward_call.observing.arrivals import Arrival
from flake8_forward_call.observing.files import Files
from flake8_forward_call.observing.frames import Homes
from flake8_forward_call.observing.listening import ListeningError
from flake8_forward_call.observing.observer import Observer
from flake8_forward_call.observing.record import Record
from flake8_forward_call.observing.storing import Parts

# The observations that processes forked from this one continue.
_RUNNING: weakref.WeakSet[Observation] = weakref.WeakSet()


class Observation:
    """Watches this process, and those that are forked from it, until ``stop``.

    ``root`` is the folder of the project. ``path`` is where the record will be; parts of it are kept next to it as long
    as the program runs. Without it, nothing is written, and forked processes are lost. A process whose record
    ``is_part`` of that of another process only writes its part. So does a process that was forked meanwhile.
    """

    def __init__(self, root: str, path: str | None = None, *, is_part: bool = False) -> None:
        """Begin to watch; if torch is not imported yet, as soon as the program imports it. Raises ListeningError."""
        self.record = Record()
        self.observer: Observer | None = None
        self._files = Files(Homes(root))
        self._parts = None if path is None else Parts(path)
        self.is_part = is_part
        self._is_over = False
        self._arrival: Arrival | None = None
        self._failure: ListeningError | None = None
        if self._parts is not None and not is_part:
            count = self._parts.inherit(self.record)
            if count:
                verb = "were" if count > 1 else "was"
                self.record.notes[f"{count} part{'s' if count > 1 else ''} of a run that did not end {verb} added"] = (
                    None
                )
        self._arrival = Arrival("torch", self._begin)
        if self._failure is not None:
            raise self._failure
        _RUNNING.add(self)
        _follow_forks()
        with suppress(ImportError):
            from multiprocessing.util import register_after_fork

            # Its processes forget what was registered when they were forked.
            register_after_fork(self, Observation._flush_at_the_end)

    def _begin(self) -> None:
        try:
            is_early = self._arrival is not None
            self.observer = Observer(self._files, self.record, self._changed, is_early=is_early)
        except ListeningError as error:
            self._failure = error
            self.record.notes[str(error)] = None
        except Exception as error:  # An unknown torch must not break the program.
            self.record.notes[f"torch could not be observed: {type(error).__name__}: {str(error)[:80]}"] = None

    def _changed(self, is_new: bool) -> None:
        if self._parts is not None:
            self._parts.write(self.record, is_new=is_new)

    def test(self, name: str | None) -> None:
        """Note the test that runs from now on. Classes of modules that were imported meanwhile are looked at."""
        if self.observer is not None:
            self.observer.test = name
            if name is not None:
                self.observer.classes.search()

    def stop(self) -> Record:
        """Watch no longer, and return the record with what other processes have written. Again, it does nothing."""
        if self._is_over:
            return self.record
        self._is_over = True
        _RUNNING.discard(self)
        if self._arrival is not None:
            self._arrival.cancel()
        if self.observer is not None:
            self.observer.stop()
            self.observer = None
        if self._parts is not None and self.is_part:
            self._parts.write(self.record)
        elif self._parts is not None:
            self.record.add(self._parts.others())
        return self.record

    def flush(self) -> None:
        """Write the part of a process that ends."""
        if self._parts is not None and self.record.spots and not self._is_over:
            self._parts.write(self.record)

    def forked(self) -> None:
        """Begin the part of a process that was just forked."""
        for table in (self.record.spots, self.record.runs, self.record.unseen, self.record.notes):
            table.clear()
        self.record.untraced = self.record.lost = 0
        self.is_part = True
        if self.observer is not None:
            self.observer.begin_again()
        self._flush_at_the_end()

    def _flush_at_the_end(self) -> None:
        """Write the part of this process when it ends. Processes of multiprocessing run only these functions then."""
        with suppress(ImportError):  # Some systems have no multiprocessing.
            from multiprocessing.util import Finalize

            Finalize(None, self.flush, exitpriority=0)


_follows: list[Any] = []


def _follow_forks() -> None:
    """Let observations continue in forked processes. This cannot be undone, but does nothing without observations."""
    if not _follows and hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_forked)
        _follows.append(_forked)


def _forked() -> None:
    for one in list(_RUNNING):
        one.forked()
