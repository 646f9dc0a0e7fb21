"""Signals that end the command: raised as an exception, and delayed where that would do harm."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

# The signals that a shell, a time limit or the end of a session sends; Windows has no SIGHUP.
_ENDS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


@contextmanager
def ends_raised() -> Iterator[None]:
    """Within the block, a signal that would end the process is raised as KeyboardInterrupt, like Ctrl-C."""
    # A signal that is ignored (nohup), or that has another handler, is left alone.
    taken = [number for number in _ENDS if _is_main_thread() and signal.getsignal(number) is signal.SIG_DFL]
    for number in taken:
        signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, signal.SIG_DFL)


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Delay KeyboardInterrupt until the end of the block."""
    raised = [number for number in (signal.SIGINT, *_ENDS) if signal.getsignal(number) is signal.default_int_handler]
    if not raised or not _is_main_thread():
        yield  # The signals have other handlers, or are ignored.
        return
    came = False

    def remember(_number: int, _frame: FrameType | None) -> None:
        nonlocal came
        came = True

    for number in raised:
        signal.signal(number, remember)
    try:
        yield
    finally:
        for number in raised:
            signal.signal(number, signal.default_int_handler)
    if came:
        raise KeyboardInterrupt


def _is_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
