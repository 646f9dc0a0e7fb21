"""A stack of its own for what goes down a tree: as deep for one caller as for another, and deep enough for programs.

Python stops after a thousand calls within one another, of which flake8, an editor's server and a test runner have used
up different parts, and a chain of 300 `elif` takes a thousand. libcst's parser is not stopped at all: it overflows the
stack of the machine, which ends the process. So both get a thread with more of either.
"""

from __future__ import annotations

import functools
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from typing import ParamSpec, TypeVar

# Bytes, of which a thread takes up what it uses. libcst's parser takes less than 40,000 for a level.
_STACK = 512 * 2**20

# Levels of nesting for which there is room. Python's own compiler gives up at 3,000.
LEVELS = 10_000

# Calls within one another. To go down one level takes three to visit libcst's tree, and four to write it out.
_CALLS = 10 * LEVELS

# What Python gives a program that has called nothing yet, for machines that have no room for a larger stack.
_CALLS_WITHOUT = 1_000

_Parameters = ParamSpec("_Parameters")
_Answer = TypeVar("_Answer")


class _Here(threading.local):
    has_room = False


_HERE = _Here()
_STARTING = threading.Lock()
_LIMIT = threading.Lock()
_running = 0
_limit_before = 0


def with_room(question: Callable[_Parameters, _Answer]) -> Callable[_Parameters, _Answer]:
    """Make a function run on a large stack of its own; one that calls another such function shares it."""

    @functools.wraps(question)
    def ask(*arguments: _Parameters.args, **keywords: _Parameters.kwargs) -> _Answer:
        if _HERE.has_room:
            return question(*arguments, **keywords)
        answers: list[_Answer] = []
        errors: list[BaseException] = []

        def run() -> None:
            _HERE.has_room = True
            try:
                answers.append(question(*arguments, **keywords))
            except BaseException as error:  # For the one who asked.
                errors.append(error)

        with _calls(_CALLS):
            thread = _started(functools.partial(copy_context().run, run))
            if thread is not None:
                _wait_for(thread)
        if thread is None:
            with _calls(_depth() + _CALLS_WITHOUT):
                return question(*arguments, **keywords)
        if errors:
            raise errors[0]
        return answers[0]

    return ask


def has_room() -> bool:
    """Whether there is a large stack here, so that what is nested deeply can be given to libcst's parser."""
    return _HERE.has_room


def _wait_for(thread: threading.Thread) -> None:
    """Wait until a thread is done. What interrupts that ends the thread as well, at the next step that it takes.

    It must not be left running: where the process ends while it is in libcst's parser, that aborts.
    """
    try:
        thread.join()
    except BaseException:
        from ctypes import c_ulong, py_object, pythonapi

        pythonapi.PyThreadState_SetAsyncExc(c_ulong(thread.ident or 0), py_object(KeyboardInterrupt))
        thread.join()
        raise


def _started(run: Callable[[], None]) -> threading.Thread | None:
    """A thread with a large stack that runs a function; None where the machine has no room for it."""
    # It must not hold up a process that a person ends a second time.
    thread = threading.Thread(target=run, name="deep", daemon=True)
    with _STARTING:
        try:
            before = threading.stack_size(_STACK)
        except ValueError:
            return None
        try:
            thread.start()
        except RuntimeError:
            return None
        finally:
            threading.stack_size(before)
    return thread


@contextmanager
def _calls(number: int) -> Iterator[None]:
    """Let as many calls be within one another meanwhile. The limit is one for all threads: the last one lowers it."""
    global _running, _limit_before  # noqa: PLW0603
    with _LIMIT:
        if not _running:
            _limit_before = sys.getrecursionlimit()
        _running += 1
        sys.setrecursionlimit(max(number, sys.getrecursionlimit()))
    try:
        yield
    finally:
        with _LIMIT:
            _running -= 1
            if not _running:
                sys.setrecursionlimit(_limit_before)


def _depth() -> int:
    """How many calls are open."""
    frame, count = sys._getframe(), 0
    while frame.f_back is not None:
        frame, count = frame.f_back, count + 1
    return count
