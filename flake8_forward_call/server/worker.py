"""The one thread in which everything is looked at, so that the client is heard meanwhile."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

# As large as a main thread's mostly is: parsers take much of it, and on macOS other threads have half a megabyte.
_STACK = 8 * 1024 * 1024

_T = TypeVar("_T")


class Worker:
    """Runs one function after another: inference has all that it knows in one place, and one question at a time."""

    def __init__(self) -> None:
        threading.stack_size(_STACK)
        self._pool = ThreadPoolExecutor(1, "forward-call")

    async def run(self, function: Callable[[], _T]) -> _T:
        """What the function returns; it sees the context of whoever asks. One that has begun is run to its end."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, copy_context().run, function)

    def close(self) -> None:
        """Begin nothing more."""
        self._pool.shutdown(wait=False, cancel_futures=True)
