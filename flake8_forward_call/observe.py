"""The door for running programs: ``python -m flake8_forward_call.observe``, and ``observe()`` for a block of code."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flake8_forward_call.observing.record import Record


class Observed:
    """What was seen in a block of code. It is complete when the block has ended; ``print`` shows a summary."""

    def __init__(self, record: Record) -> None:
        self.record = record

    def __str__(self) -> str:
        from flake8_forward_call.observing import summary

        return "\n".join((summary.headline(self.record), *summary.lines(self.record)))

    __repr__ = __str__


@contextmanager
def observe(
    record: str | os.PathLike[str] | None = None, *, root: str | os.PathLike[str] | None = None, append: bool = False
) -> Iterator[Observed]:
    """Observe the calls in a ``with`` block: in a notebook, around a training loop.

    ``record`` is the file to write for ``forward-call check --observed``; without it, nothing is written. ``root`` is
    the folder of the project, by default the current one. With ``append``, what earlier runs saw is kept. Raises
    OSError if the record cannot be written, and ``ListeningError`` if this process cannot be observed.
    """
    from flake8_forward_call.observing import storing
    from flake8_forward_call.observing.observation import Observation

    path = None if record is None else os.path.abspath(record)  # noqa: PTH100
    if path is not None and (hindrance := storing.hindrance(path, appends=append)) is not None:
        raise OSError(f"{path} cannot be written: {hindrance}")
    observation = Observation(str(root or Path.cwd()), path)
    try:
        yield Observed(observation.record)
    finally:
        found = observation.stop()
        error = None if path is None or observation.is_part else storing.finish(path, found, appends=append)
    if error is not None:
        raise OSError(error)


if __name__ == "__main__":
    from flake8_forward_call.observing.running import main

    sys.exit(main())
