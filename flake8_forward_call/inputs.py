"""What the command works on: files by path, or standard input."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from flake8_forward_call.discovery import find_files
from flake8_forward_call.skipping import Skipped
from flake8_forward_call.trouble import Trouble, reason

STDIN = "-"
# What flake8 calls standard input where --stdin-display-name does not name it.
STDIN_NAME = "stdin"


@dataclass(frozen=True, slots=True)
class Input:
    """Bytes to look at, and the name that findings in them go by."""

    name: str
    data: bytes
    is_stdin: bool = False


def read_inputs(
    paths: Sequence[str],
    stdin_filename: str,
    trouble: Trouble,
    skipped: Skipped,
    over: Callable[[Iterable[str]], Iterable[str]] = iter,
) -> Iterator[Input]:
    """All that the paths lead to, read one after another; what cannot be read is told to ``trouble``.

    ``skipped`` takes note of what is looked at and what is skipped. ``over`` yields the names of files as it is given
    them: it is for who wants to know how far the work has come.
    """
    if list(paths) == [STDIN]:
        if (data := _read_stdin(trouble)) is not None:
            skipped.looked_at.add(STDIN)
            yield Input(stdin_filename, data, is_stdin=True)
        return
    for name in over(find_files(paths, trouble, skipped)):
        try:
            data = Path(name).read_bytes()
        except OSError as error:
            trouble.error(f"{name}: cannot be read: {reason(error)}")
        else:
            yield Input(name, data)


def _read_stdin(trouble: Trouble) -> bytes | None:
    if sys.stdin is None:  # So it is where the caller closed it.
        trouble.error("standard input cannot be read: it is closed")
        return None
    try:
        return sys.stdin.buffer.read()
    except OSError as error:
        trouble.error(f"standard input cannot be read: {reason(error)}")
        return None
