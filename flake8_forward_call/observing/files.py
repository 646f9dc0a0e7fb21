"""The files of a running program, each read once: their calls, and a digest of their content."""

from __future__ import annotations

import hashlib
import os
import time
from dataclasses import dataclass
from functools import cached_property
from types import FrameType
from typing import TYPE_CHECKING

from flake8_forward_call.files.reading import read_bytes
from flake8_forward_call.observing.frames import Home, Homes
from flake8_forward_call.observing.record import CALLED, INDIRECT, PASSED, Spot, shortened

# What reads source is imported once a file has a direct call. Many test suites have none.
if TYPE_CHECKING:
    from flake8_forward_call.observing.calls import Calls, Use


@dataclass(frozen=True)
class File:
    """A file that code comes from. If it ``is_changed`` since the run began, this may not be the code that runs."""

    home: Home
    data: bytes
    is_changed: bool = False

    @cached_property
    def calls(self) -> Calls:
        """The calls in it; none if it cannot be read any longer."""
        from flake8_forward_call.observing.calls import Calls

        return Calls(self._text)

    @cached_property
    def _text(self) -> str:
        from flake8_forward_call.sources.source import Source, SourceError

        try:
            return Source.from_bytes("", self.data).text
        except SourceError:
            return ""

    @cached_property
    def digest(self) -> str:
        """A text that is different for another content; empty if the content is not known."""
        return "" if self.is_changed else digest_of(self.data)

    def spot(self, use: Use) -> Spot:
        """The spot of a use of ``forward``."""
        form = PASSED if use.is_passed else CALLED
        return self._spot(use.place.row, use.place.column, form, use.scope, use.line)

    def at(self, row: int) -> Spot:
        """The spot of another call on a row."""
        from flake8_forward_call.observing.calls import digest

        lines = self._text.splitlines()
        line = lines[row - 1] if 0 < row <= len(lines) else ""
        return self._spot(row, 0, INDIRECT, "", digest(line))

    def _spot(self, row: int, column: int, form: str, scope: str, line: str) -> Spot:
        path, is_outside = shortened(self.home.path), not self.home.is_project
        return Spot(path, self.digest, row, column, form, shortened(scope), line, is_outside)


class Files:
    """The files of the program, read when code of theirs makes a direct call for the first time."""

    def __init__(self, homes: Homes) -> None:
        self.homes = homes
        self._began = time.time()
        self._files: dict[str, File | None] = {}

    def of(self, frame: FrameType) -> File | None:
        """The file of the code in a frame; None if there is none, or it is one of Python's own."""
        name = frame.f_code.co_filename
        if name not in self._files:
            self._files[name] = self._read(name)
        return self._files[name]

    def _read(self, name: str) -> File | None:
        home = self.homes.of(name)
        if home is None:
            return None
        try:
            return File(home, read_bytes(name), os.stat(name).st_mtime > self._began)  # noqa: PTH116
        except OSError:
            return File(home, b"", is_changed=True)


def digest_of(data: bytes) -> str:
    """A text that is different for other bytes of a file."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()
