"""The log of the server: on standard error, or in a file. Clients show standard error in a window of their own."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

from flake8_forward_call.terminal.printing import source_line

LEVELS = ("error", "warning", "info", "debug")
DEFAULT_LEVEL = "warning"

_PACKAGE = "flake8_forward_call"


class Formatter(logging.Formatter):
    """Makes each line of a record printable, because records contain file names and exception messages."""

    def format(self, record: logging.LogRecord) -> str:
        """The text of the record, with its traceback if it has one."""
        return "\n".join(map(source_line, super().format(record).split("\n")))


def begin(level: str | None = None, file: Path | None = None) -> None:
    """Log from here on: what is at least as serious as the level, to the end of the file or to standard error.

    Raises OSError if the file cannot be written.
    """
    handler = logging.StreamHandler(sys.stderr) if file is None else logging.FileHandler(file, encoding="utf-8")
    time = "%(asctime)s " if file is not None else ""
    handler.setFormatter(Formatter(f"{time}%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    set_level(level or DEFAULT_LEVEL)
    # It logs whole texts and tracebacks for each unexpected message. The server logs what matters itself.
    logging.getLogger("pygls").setLevel(logging.CRITICAL)


def set_level(level: str) -> None:
    """Log what is at least as serious as one of the ``LEVELS``."""
    logging.getLogger(_PACKAGE).setLevel(level.upper())
