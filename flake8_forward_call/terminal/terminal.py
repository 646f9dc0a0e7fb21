"""What a stream can show: colours, links, or plain text."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import click

# A hyperlink. click keeps it when it removes colours, because it is not a colour.
_LINK = re.compile(r"\x1b\]8;;[^\x1b]*\x1b\\")

# What the user chose for the run: with colours, without, or None.
_chosen: bool | None = None

_clear: Callable[[], AbstractContextManager[None]] = nullcontext


def colours() -> bool | None:
    """True if the user or the environment requests colours, False if it rules them out, None if each stream decides."""
    if _chosen is not None:
        return _chosen
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return False if _is_dumb() else None


def choose_colours(wanted: bool | None) -> bool | None:
    """From now on, use colours everywhere, nowhere, or as the environment says; returns what applied before."""
    global _chosen
    before, _chosen = _chosen, wanted
    return before


def are_colours_chosen() -> bool:
    """Whether the user, and not only the environment, asked for colours everywhere."""
    return _chosen is True


def is_terminal(stream: Any) -> bool:
    """Whether the stream is a terminal that is not dumb."""
    return is_screen(stream) and not _is_dumb()


def is_screen(stream: Any) -> bool:
    """Whether the stream is a terminal of any kind, including a dumb one."""
    try:
        return bool(stream.isatty())
    except (AttributeError, ValueError):  # There is no stream, or it is closed.
        return False


def link(text: str, url: str) -> str:
    """The text as a hyperlink; ``echo`` and ``plain`` remove it if the output cannot show it."""
    return f"\x1b]8;;{url}\x1b\\{text}\x1b]8;;\x1b\\"


def plain(text: str) -> str:
    """The text without colours and hyperlinks."""
    return click.unstyle(_LINK.sub("", text))


def echo(text: str, *, err: bool = False) -> None:
    """Print one or several lines, without what the stream cannot show. Raises OSError."""
    shown = text if _shows_links(sys.stderr if err else sys.stdout) else _LINK.sub("", text)
    with _clear():
        click.echo(shown, err=err)


def keep_clear(clear: Callable[[], AbstractContextManager[None]] | None) -> None:
    """From now on, print each line within a context of ``clear``, which hides the progress bar; None ends that."""
    global _clear  # noqa: PLW0603 (There is one screen.)
    _clear = clear or nullcontext


def _shows_links(stream: Any) -> bool:
    # The old Windows console prints links as they are. The newer terminal sets this variable.
    return is_terminal(stream) and (sys.platform != "win32" or "WT_SESSION" in os.environ)


def _is_dumb() -> bool:
    return os.environ.get("TERM") == "dumb"
