"""A process that checks files for another one, which it talks to through a pipe."""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from flake8_forward_call.configuration.settings import GIVEN, Given
from flake8_forward_call.files.inputs import Input
from flake8_forward_call.inference.places.environment import CHOICE, Choice
from flake8_forward_call.jobs.task import Task
from flake8_forward_call.observing.joining import OBSERVED

# Ctrl-C, and the end of a session, reach all processes of a terminal. This one ends when the other one lets it.
_OF_ALL = tuple(getattr(signal, name) for name in ("SIGINT", "SIGHUP") if hasattr(signal, name))
_HELD = (*_OF_ALL, signal.SIGTERM)


@dataclass(frozen=True)
class Setup:
    """What a process needs to know that starts afresh: the work, the options of the run, the chosen environment.

    ``thresholds`` are those of the garbage collector in the main process.
    """

    task: Task[Any]
    given: Given
    choice: Choice
    thresholds: tuple[int, int, int]


@contextmanager
def signals_held() -> Iterator[None]:
    """Within the block, signals wait. A process that is started there has them wait until it can deal with them."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _HELD)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def work(pipe: Connection, setup: Setup, others: Sequence[Connection]) -> None:
    """Do the work that comes through the pipe until None comes, or the other process is gone.

    Each message is a number and an input, each answer the same number and the answer, or None if it raised an error.
    ``others`` are ends of pipes that a forked process has, and that do not belong to it: as long as it had them open,
    nobody would notice at the other ends that the process that they belong to is gone.
    """
    _deal_with_signals()
    for one in others:
        one.close()
    gc.set_threshold(*setup.thresholds)
    GIVEN.set(setup.given)
    CHOICE.set(setup.choice)
    OBSERVED.set(None)
    try:
        with suppress(EOFError, OSError):
            _serve(pipe, setup.task)
    except Exception:  # The other process tells that this one has ended, and does not need a trace.
        sys.exit(1)
    gc.freeze()  # Otherwise Python would search everything for cycles at its end.


def _deal_with_signals() -> None:
    for number in _OF_ALL:
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _HELD)


def _serve(pipe: Connection, task: Task[Any]) -> None:
    while True:
        message: tuple[int, Input] | None = pipe.recv()
        if message is None:
            break
        number, each = message
        try:
            answer = task.do(each)
        except Exception:  # The other process does it again, and raises the error at the right moment.
            answer = None
        pipe.send((number, answer))
    from flake8_forward_call.checking import keep

    keep()
