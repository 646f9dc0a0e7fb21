"""The one thread that runs all checks, so that the server can respond to the client meanwhile."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

# The usual size for a main thread. Parsers need much of it, and on macOS other threads have half a megabyte.
_STACK = 8 * 1024 * 1024

_T = TypeVar("_T")


class Worker:
    """Runs one function at a time, because inference keeps its state in one place."""

    def __init__(self) -> None:
        threading.stack_size(_STACK)
        self._pool = ThreadPoolExecutor(1, "forward-call")

    async def run(self, function: Callable[[], _T]) -> _T:
        """Run a function in the caller's context and return its result. A function that has started runs to its end."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, copy_context().run, function)

    def close(self) -> None:
        """Start no more functions."""
        self._pool.shutdown(wait=False, cancel_futures=True)
