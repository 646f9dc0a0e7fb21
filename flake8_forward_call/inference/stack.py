"""The interpreter's stack, as deep for one caller as for another."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

# What Python gives a program that has called nothing yet.
ROOM = 1_000


@contextmanager
def own_room() -> Iterator[None]:
    """Give what runs inside as many calls as a new program has, so that its answers are the same for every caller.

    flake8, an editor's server and a test runner have used up different parts of the stack when they come here.
    """
    limit, used = sys.getrecursionlimit(), _depth()
    sys.setrecursionlimit(max(limit, used + ROOM))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


def _depth() -> int:
    """How many calls are open."""
    frame, count = sys._getframe(), 0
    while frame.f_back is not None:
        frame, count = frame.f_back, count + 1
    return count
