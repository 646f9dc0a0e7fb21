"""Hearing that a function starts, at almost no cost for all other functions.

Python 3.12 and later tell it themselves (``monitors``). Before that, the functions get a few more instructions at their
start (``prologues``). Neither replaces a function: identity, signature, source and pickling stay the same.
"""

from __future__ import annotations

from collections.abc import Callable
from inspect import CO_ASYNC_GENERATOR, CO_COROUTINE, CO_GENERATOR
from types import FrameType, FunctionType
from typing import Protocol, TypeAlias

# What is called with the frame of a function that starts, and the frame that called it.
Hear: TypeAlias = Callable[[FrameType, FrameType], None]

# The body of such a function starts later than its call, and with another caller.
STARTS_LATE = CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR


class ListeningError(Exception):
    """The process cannot be listened to; the text says why, and what can be done."""


class Listener(Protocol):
    """What hears functions start. It calls ``hear`` for each start, unless one of ``quiet`` is the calling code."""

    def attend(self, function: FunctionType) -> str | None:
        """Hear this function from now on. The reason if that is not possible, else None. Never raises."""

    def stop(self) -> None:
        """Hear nothing more, and leave every function as it was."""


def hindrance(function: FunctionType) -> str | None:
    """Why the caller of a function cannot be known when its body starts; None if it can."""
    return "it is a generator or a coroutine" if function.__code__.co_flags & STARTS_LATE else None
