"""How many processes check the files."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Sequence
from contextvars import ContextVar
from typing import TYPE_CHECKING

from flake8_forward_call.configuration.options import AUTO
from flake8_forward_call.configuration.settings import Settings
from flake8_forward_call.files.reading import read_head

if TYPE_CHECKING:
    from multiprocessing.context import BaseContext

# Windows waits for at most 63 things at once (WaitForMultipleObjects).
MAX_PROCESSES = 60

# Without a number from the user. Each process repeats a part of the work, and takes its own memory.
MAX_OF_ITSELF = 8

# In bytes: the files that need inference must have so much text for each process. What it costs is not so much its
# start (0.02 s if it is forked, 0.3 s if it starts afresh and reads the project again) as the inference that all
# processes repeat, such as the classes of the project. On two processors, two forked processes saved 1.3 of 4.4 s in
# coqui-tts (650,000 bytes) and 0.9 of 3.2 s in monai, but only 0.2 of 2.3 s in kornia (460,000) and 0.1 of 2.1 s in
# gpytorch (310,000), for half a second and a whole second more of processor time.
WORTH_A_FORK, WORTH_A_START = 250_000, 1_000_000

# Whether this process is one of several that share the processors, and starts none.
IS_ONE_OF_SEVERAL: ContextVar[bool] = ContextVar("is_one_of_several", default=False)

# The processor time that a container may use: "max 100000", or "150000 100000" for one and a half processors.
# https://docs.kernel.org/admin-guide/cgroup-v2.html#cpu-interface-files
QUOTA = "/sys/fs/cgroup/cpu.max"


def processors() -> int:
    """How many processors this process may use."""
    if sys.platform == "linux":
        return max(1, min(len(os.sched_getaffinity(0)), _quota() or MAX_PROCESSES))
    return os.cpu_count() or 1


def _quota() -> int | None:
    """The processors that the container may use, rounded up; None if there is no limit."""
    try:
        quota, period = read_head(QUOTA, 100).split()
        return -(-int(quota) // int(period))
    except (OSError, ValueError, ZeroDivisionError):
        return None


def wanted(settings: Settings) -> int | None:
    """The number of processes that the user wants; None if the tool decides.

    A file with settings may belong to a repository that nobody trusts, so it gets no more than there are processors.
    """
    if settings.jobs == AUTO:
        return None
    number = int(settings.jobs)
    is_from_file = any(part.path is not None for part in settings.parts_of("jobs"))
    return min(number, processors()) if is_from_file else number


def worthwhile(number: int | None, sizes: Sequence[int], worth: int) -> int:
    """How many processes are started for files of these sizes in bytes; 1 means none besides this one.

    ``number`` is the one that the user wants; ``worth``: the bytes that are worth the start of a process.
    """
    if number is None:
        number = min(processors(), MAX_OF_ITSELF, sum(sizes) // worth)
    return max(1, min(number, len(sizes), MAX_PROCESSES))


def context() -> BaseContext | None:
    """How processes are started here; None if none can be.

    A process of Linux is forked, which is much faster, as long as it has no other threads: a fork does not take them
    along, nor release what they have locked. Whoever calls this program from another one may have chosen a way.
    """
    try:
        import multiprocessing
        from multiprocessing.connection import wait  # noqa: F401 (Some systems have no multiprocessing.)
    except ImportError:
        return None
    if IS_ONE_OF_SEVERAL.get() or multiprocessing.current_process().daemon:
        return None
    chosen = multiprocessing.get_start_method(allow_none=True)
    if chosen is None and sys.platform == "linux":
        chosen = "fork" if threading.active_count() == 1 else "spawn"
    return multiprocessing.get_context(chosen)
