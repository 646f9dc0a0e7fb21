"""How files are named in reports that a server reads: from the current folder, with slashes."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

from flake8_forward_call.files.inputs import STDIN_NAME


def relative(path: str) -> str:
    """The path from the current folder, if it lies below; else the absolute one. Unnamed standard input stays so."""
    if path == STDIN_NAME:
        return path
    here = Path.cwd()
    # Without following links first: a link in the repository has the name there that people know it by.
    for absolute, top in ((os.path.abspath(path), here), (os.path.realpath(path), here.resolve())):  # noqa: PTH100
        if Path(absolute).is_relative_to(top):
            return Path(absolute).relative_to(top).as_posix()
    return Path(os.path.abspath(path)).as_posix()  # noqa: PTH100


def uri(path: str) -> str:
    """The same as a URI reference, with whatever is no plain character in a URI as the percent codes of its bytes."""
    name = relative(path)
    if Path(name).is_absolute():
        return Path(name).as_uri()
    # A colon in the first segment would make a scheme of what stands before it.
    return quote(os.fsencode(name))


def base_uri() -> str:
    """The current folder as a URI, with the slash at its end that makes it a folder."""
    return f"{Path.cwd().as_uri().rstrip('/')}/"
