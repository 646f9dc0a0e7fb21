"""A unified diff that ``git apply`` and ``patch`` take."""

from __future__ import annotations

import difflib
import os
import re
from pathlib import Path

_NEEDS_QUOTES = re.compile(rb'[\x00-\x1f\x7f"\\]')


def render(path: str, before: bytes, after: bytes) -> bytes:
    """What turns the one content into the other, in the file's own encoding and with its own line ends."""
    lines = difflib.diff_bytes(
        difflib.unified_diff, _lines(before), _lines(after), _name("a", path), _name("b", path), lineterm=b"\n"
    )
    return b"".join(line if line.endswith(b"\n") else line + b"\n\\ No newline at end of file\n" for line in lines)


def _lines(data: bytes) -> list[bytes]:
    return [line for line in re.split(rb"(?<=\n)", data) if line]  # git knows no other line end.


def _name(side: str, path: str) -> bytes:
    """The file's name from the current directory, where patches are applied; quoted where git would quote it."""
    relative = os.path.relpath(path) if Path(path).is_relative_to(Path.cwd()) else os.path.normpath(path).lstrip(os.sep)
    name = os.fsencode(f"{side}/{Path(relative).as_posix()}")
    if _NEEDS_QUOTES.search(name):
        return b'"' + _NEEDS_QUOTES.sub(lambda match: b"\\%03o" % match[0][0], name) + b'"'
    # Without the tab, a blank in the name would end it.
    return name + b"\t" if b" " in name else name
