"""What the reader of a stream can show: colours, links, or plain text."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import click

# A hyperlink, which is no colour: click leaves it where it takes colours away.
_LINK = re.compile(r"\x1b\]8;;[^\x1b]*\x1b\\")

_clear: Callable[[], AbstractContextManager[None]] = nullcontext


def colours() -> bool | None:
    """Whether the environment asks for colours, or asks for none; None where each stream decides for itself."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return False if _is_dumb() else None


def is_terminal(stream: Any) -> bool:
    """Whether somebody reads the stream on a screen that can do more than take line after line."""
    return is_screen(stream) and not _is_dumb()


def is_screen(stream: Any) -> bool:
    """Whether a terminal of any kind, a dumb one as well, obeys what is written to the stream."""
    try:
        return bool(stream.isatty())
    except (AttributeError, ValueError):  # There is none, or it is closed.
        return False


def link(text: str, url: str) -> str:
    """The text as a hyperlink; ``echo`` and ``plain`` take it away where nobody could follow it."""
    return f"\x1b]8;;{url}\x1b\\{text}\x1b]8;;\x1b\\"


def plain(text: str) -> str:
    """The text without colours and hyperlinks."""
    return click.unstyle(_LINK.sub("", text))


def echo(text: str, *, err: bool = False) -> None:
    """Print a line, or several, with what the stream can show. Raises OSError."""
    shown = text if _shows_links(sys.stderr if err else sys.stdout) else _LINK.sub("", text)
    with _clear():
        click.echo(shown, err=err)


def keep_clear(clear: Callable[[], AbstractContextManager[None]] | None) -> None:
    """From here on print each line within such a context, which has the screen to itself; with None as before."""
    global _clear  # noqa: PLW0603 (There is one screen.)
    _clear = clear or nullcontext


def _shows_links(stream: Any) -> bool:
    # Windows' own console prints them as they are; its newer terminal says so.
    return is_terminal(stream) and (sys.platform != "win32" or "WT_SESSION" in os.environ)


def _is_dumb() -> bool:
    return os.environ.get("TERM") == "dumb"
