"""A separate, large stack for code that walks trees: equally deep for every caller, and deep enough for programs.

Python stops after a thousand nested calls. flake8, an editor's server and a test runner have already used different
parts of these, and a chain of 300 `elif` needs a thousand. libcst's parser does not stop at all: it overflows the
stack of the machine, which ends the process. So both run in a thread with a larger stack and a higher limit.
"""

from __future__ import annotations

import functools
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import copy_context
from typing import ParamSpec, TypeVar

# In bytes. A thread only takes up what it uses. libcst's parser needs less than 40,000 for a level.
_STACK = 512 * 2**20

# The supported levels of nesting. Python's own compiler gives up at 3,000.
LEVELS = 10_000

# Nested calls. One level takes three of them to visit libcst's tree, and four to write it out.
_CALLS = 10 * LEVELS

# In bytes, for each further stack of a question that is nested deeper than the first allows.
_FURTHER_STACK = 64 * 2**20

# Python's default limit, for machines without room for a larger stack.
_CALLS_WITHOUT = 1_000

# In seconds: how long it takes until an interrupt reaches a further stack.
_PATIENCE = 0.1

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
    """Make a function run on a large stack. If it calls another such function, both share the stack."""

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
            except BaseException as error:  # Raised again in the caller's thread.
                errors.append(error)

        with _calls(_CALLS):
            has_run = _ran(functools.partial(copy_context().run, run))
        if not has_run:
            with _calls(_depth() + _CALLS_WITHOUT):
                return question(*arguments, **keywords)
        if errors:
            raise errors[0]
        return answers[0]

    return ask


def on_new_stack(question: Callable[[], _Answer]) -> _Answer:
    """The answer of a function that runs on another stack, because this one is used up to a good part.

    Python 3.12 and 3.13 also count nested calls through C, per thread and with a fixed limit. They start again, too.
    """
    answers: list[_Answer] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            answers.append(question())
        except BaseException as error:  # Raised again in the caller's thread.
            errors.append(error)

    if not _ran(functools.partial(copy_context().run, run), _FURTHER_STACK, every=_PATIENCE):
        return question()
    if errors:
        raise errors[0]
    return answers[0]


def has_room() -> bool:
    """Whether this thread has a large stack, so that libcst can parse deeply nested code."""
    return _HERE.has_room


def _ran(run: Callable[[], None], size: int = _STACK, every: float | None = None) -> bool:
    """Run a function in a thread with a stack of this many bytes. Returns False if the machine has no room for it.

    An interrupt also ends the thread, at its next step. It must not be left running: if the process ends while it is in
    libcst's parser, the process aborts. A thread other than the main one notices an interrupt only if it looks up
    ``every`` so many seconds.
    """
    # Who takes it first decides: the thread runs, or it does nothing because the interrupt came before it began. Until
    # then, nothing else tells whether there is a thread that will begin.
    turn = threading.Lock()

    def begin() -> None:
        if turn.acquire(blocking=False):
            with suppress(KeyboardInterrupt):  # The one below; it is raised in the caller.
                run()

    # The thread must not keep the process alive when a user interrupts it a second time.
    thread = threading.Thread(target=begin, name="deep", daemon=True)
    try:
        if not _is_started(thread, size):
            return False
        while thread.is_alive():
            thread.join(every)
    except BaseException:
        if not turn.acquire(blocking=False) and thread.is_alive():  # The interrupt may have come before the wait, too.
            from ctypes import c_ulong, py_object, pythonapi

            pythonapi.PyThreadState_SetAsyncExc(c_ulong(thread.ident or 0), py_object(KeyboardInterrupt))
            thread.join()
        raise
    return True


def _is_started(thread: threading.Thread, size: int) -> bool:
    """Start a thread with a stack of this many bytes. Returns False if the machine has no room for it."""
    with _STARTING:
        try:
            before = threading.stack_size(size)
        except ValueError:
            return False
        try:
            thread.start()
        except RuntimeError:
            return False
        finally:
            threading.stack_size(before)
    return True


@contextmanager
def _calls(number: int) -> Iterator[None]:
    """Allow this number of nested calls meanwhile. All threads share the limit; the last one restores it."""
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
    """The number of nested calls at this point."""
    frame, count = sys._getframe(), 0
    while frame.f_back is not None:
        frame, count = frame.f_back, count + 1
    return count
