"""How many processes the memory is enough for.

One question can lead through all files of a project, and each process keeps its own trees of them. A machine with many
processors and little memory would stop some of the processes, or programs of the user.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from flake8_forward_call.files.reading import read_head

# What a process needs at most for each byte of a project's files: it was 37 in torch and 10 in transformers.
NEEDED = 40

# The memory that a container may use in bytes; without a limit, "max" or a number that is too large.
# https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files
# https://docs.kernel.org/admin-guide/cgroup-v1/memory.html
LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def affordable(number: int, files: Iterable[tuple[str, int]]) -> int:
    """As many of a number of processes as the memory is enough for, at least one.

    ``files`` are the paths of all files, with their sizes in bytes.
    """
    files, memory = list(files), total()
    if memory is None or number * NEEDED * sum(size for _, size in files) <= memory:
        return number
    folders = [os.path.dirname(path) for path, _ in files]  # noqa: PTH120
    tops = {folder: _project_of(folder) for folder in dict.fromkeys(folders)}
    projects = Counter[Path | str]()
    for folder, (path, size) in zip(folders, files, strict=True):
        projects[tops[folder] or path] += size
    return max(1, min(number, memory // (NEEDED * max(projects.values()))))


def _project_of(folder: str) -> Path | None:
    from flake8_forward_call.inference.project.workspace import surroundings_of

    try:
        return surroundings_of(Path(os.path.realpath(folder))).top
    except (OSError, ValueError):  # The current folder is gone, or it is no path.
        return None


def total() -> int | None:
    """The bytes of memory of this machine, or those that the container may use; None if that is not known."""
    if sys.platform == "win32":  # Python cannot tell.
        return None
    try:
        found = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (OSError, ValueError):
        return None
    if found <= 0:
        return None
    for limit in LIMITS:
        with suppress(OSError, ValueError):
            found = min(found, max(0, int(read_head(limit, 100))))
    return found
