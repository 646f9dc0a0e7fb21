"""Python's cyclic garbage collector, in a process that belongs to somebody else.

Inference keeps trees and scopes of a project: a million objects for 1,500 files, and none of them is garbage. But each
full collection that flake8's own work triggers would walk all of them, which took more time than the inference. So the
collector pauses while a file is analysed, and what is kept is then moved to the generation that is never walked.

That also moves what the process itself has at that moment. Garbage is collected before, so only what becomes garbage
later is lost: the tree of the file in flake8's hands, which pyflakes makes cyclic. This is why objects are moved rarely
and not after each file, and why all of them are looked at again when their number has doubled. The files of a project
that is not needed any more are freed without the collector (``take_apart`` in ``inference/syntax/scopes.py``).

A server has time between two edits. It tidies up then, so that no answer waits for a full collection.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

# So many new objects are worth a move. To walk them takes five to ten milliseconds.
_MANY = 30_000
# Python itself may start with some objects that are never walked, 375 in Python 3.12.1. A process that moves objects
# before it forks has moved what it had imported: many thousands.
_FROZEN_AT_START = 2_000


class _Collector:
    """What was done to the collector of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running = 0
        self._was_enabled = False
        self._new = 0  # Objects since the last move, about.
        self._walked = 0  # How many objects had been moved when they were last walked.
        self._is_shared: bool | None = None  # Whether the process itself had moved objects before.

    @contextmanager
    def spared(self) -> Iterator[None]:
        """Meanwhile, the collector does not run. Nothing changes if the process has turned it off."""
        with self._lock:
            if not self._running:
                self._was_enabled = gc.isenabled()
                gc.disable()
            self._running += 1
            before = gc.get_count()[0]
        try:
            yield
        finally:
            with self._lock:
                self._new += max(0, gc.get_count()[0] - before)
                self._running -= 1
                if not self._running and self._was_enabled:
                    self._move()
                    gc.enable()

    def tidy(self) -> None:
        """Look for garbage in all that there is, and move the rest. For a large project, this takes 0.2 seconds."""
        with self._lock:
            if gc.isenabled() and not self._running:
                gc.unfreeze()
                gc.collect()
                gc.freeze()
                self._walked, self._new = gc.get_freeze_count(), 0

    def collect_new(self) -> None:
        """Look for garbage in what is new since objects were moved. If none were, this would take too long."""
        with self._lock:
            if gc.isenabled() and not self._running and gc.get_freeze_count() > _FROZEN_AT_START:
                gc.collect()

    def _move(self) -> None:
        if self._new < _MANY:
            return
        self._new = 0
        moved = gc.get_freeze_count()
        if self._is_shared is None:
            self._is_shared = moved > _FROZEN_AT_START
        if not self._is_shared and moved > 2 * max(self._walked, _MANY):
            gc.unfreeze()
            self._walked = moved
        gc.collect()
        gc.freeze()


_COLLECTOR = _Collector()

spared = _COLLECTOR.spared
tidy = _COLLECTOR.tidy
collect_new = _COLLECTOR.collect_new
