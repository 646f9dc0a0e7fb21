"""A progress bar for long runs, on standard error if that is a terminal."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING

from flake8_forward_call.terminal import terminal
from flake8_forward_call.terminal.interrupts import interrupts_held

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

# The bar appears after this many seconds.
_PATIENCE = 1.0


class Progress:
    """Counts files; ``is_wanted``: the bar may be shown, though only on a terminal.

    While it is active, output of ``terminal.echo`` appears above the bar.
    """

    def __init__(self, *, is_wanted: bool) -> None:
        self._is_wanted = is_wanted and terminal.is_terminal(sys.stderr)
        # The bar may be drawn in another thread than the one that prints.
        self._lock = threading.RLock()
        self._timer = self._new_timer()
        self._bar: Bar | None = None
        self._done = 0
        self._total: int | None = None
        self._is_over = False

    def __enter__(self) -> Progress:
        if self._is_wanted:
            terminal.keep_clear(self._aside)
            self._timer.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if not self._is_wanted:
            return
        with interrupts_held(), self._lock:  # Whatever ends the work, the cursor is restored.
            self._is_over = True
            self._timer.cancel()
            terminal.keep_clear(None)
            if self._bar is not None:
                self._bar.stop()

    def expect(self, names: Iterable[str]) -> Iterator[str]:
        """Yield the names of files. ``advance`` is called for each that is done, in any order."""
        if not self._is_wanted:
            yield from names
            return
        listed = list(names)
        self._total = len(listed)
        self._draw()
        yield from listed

    def over(self, names: Iterable[str]) -> Iterator[str]:
        """Yield the names of files; each file counts as done when the next is requested."""
        for name in self.expect(names):
            yield name
            self.advance()

    def advance(self) -> None:
        """Count one more file as done."""
        if self._is_wanted:
            self._done += 1
            self._draw()

    @contextmanager
    def still(self) -> Iterator[None]:
        """Within the block there is no thread for the bar, because a process with threads cannot be forked safely."""
        if not self._is_wanted:
            yield
            return
        self._timer.cancel()
        self._timer.join()
        with self._aside():
            yield
        if self._bar is None:
            self._timer = self._new_timer()
            self._timer.start()

    def _new_timer(self) -> threading.Timer:
        timer = threading.Timer(_PATIENCE, self._appear)
        timer.daemon = True
        return timer

    def _appear(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bar

        is_plain = terminal.colours() is False
        console = Console(stderr=True, color_system=None if is_plain else "auto", no_color=is_plain)
        columns = (TextColumn("Checking files"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with self._lock:
            if self._is_over:
                return
            # Standard output may be a file, so the bar must not redirect it.
            self._bar = Bar(*columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False)
            self._bar.add_task("", total=None)
            self._draw()
            self._bar.start()

    def _draw(self) -> None:
        with self._lock:
            if self._bar is not None:
                self._bar.update(self._bar.task_ids[0], total=self._total, completed=self._done)

    @contextmanager
    def _aside(self) -> Iterator[None]:
        with self._lock:
            if self._bar is not None:
                self._bar.stop()
            try:
                yield
            finally:
                if self._bar is not None and not self._is_over:
                    self._bar.start()
