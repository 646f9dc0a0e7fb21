"""File names in reports that a server reads: relative to the current folder, with slashes."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

from flake8_forward_call.files.inputs import STDIN_NAME


def relative(path: str) -> str:
    """The path relative to the current folder if it is below, else absolute. Unnamed standard input is unchanged."""
    if path == STDIN_NAME:
        return path
    here = Path.cwd()
    # Try without following links first: people know a link in the repository by its own name.
    for absolute, top in ((os.path.abspath(path), here), (os.path.realpath(path), here.resolve())):  # noqa: PTH100
        if Path(absolute).is_relative_to(top):
            return Path(absolute).relative_to(top).as_posix()
    return Path(os.path.abspath(path)).as_posix()  # noqa: PTH100


def uri(path: str) -> str:
    """The path as a URI reference. Other characters than plain ones are percent-encoded, byte by byte."""
    name = relative(path)
    if Path(name).is_absolute():
        return Path(name).as_uri()
    # With a colon in the first segment, the text before it would be a scheme.
    return quote(os.fsencode(name))


def base_uri() -> str:
    """The current folder as a URI, with the final slash that marks a folder."""
    return f"{Path.cwd().as_uri().rstrip('/')}/"
