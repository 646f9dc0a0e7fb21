"""Names as they are printed."""

from __future__ import annotations

import os
import re

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def shown(name: str) -> str:
    """The name of a file in one line: what would end the line, or command the terminal, as its escape sequence."""
    return _CONTROL.sub(lambda match: repr(match[0])[1:-1], name)


def from_here(path: str) -> str:
    """A path as one would name it from the current folder, where it is below."""
    here = os.getcwd()  # noqa: PTH109
    if here == os.path.dirname(here):  # noqa: PTH120 (Everything is below the root, and nobody names it from there.)
        return path
    try:
        relative = os.path.relpath(path, here)
    except ValueError:  # Windows: on another drive.
        return path
    return path if relative.split(os.sep, 1)[0] == os.pardir else relative
