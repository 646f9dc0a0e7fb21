"""What a file belongs to that a search through its project skips: the text of that must be searched as well."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from flake8_forward_call.configuration.files import FILE
from flake8_forward_call.discovery import ENVIRONMENT_MARKS, is_others
from flake8_forward_call.ignoring import GITIGNORE, LeftOut

# In place of a folder: the next one on the way down.
_NEXT = ""


def apart_from(top: Path, path: str) -> Path | None:
    """The outermost folder that holds a file and that a search from its project's top skips, or the file itself.

    The file is given by its real path; None where the search leads to it. A folder such as ``site-packages`` holds what
    is not of one piece: there it is the package in it. Raises ConfigError.
    """
    left_out, found = _on_the_way(str(top), os.path.dirname(path))  # noqa: PTH120
    if found is None and left_out.reason(path, is_folder=False) is not None:
        found = _NEXT
    return None if found is None else Path(found or path)


@lru_cache(maxsize=4096)
def _on_the_way(top: str, folder: str) -> tuple[LeftOut, str | None]:
    """What is skipped in a folder at or below the top, and what the folder belongs to, None if it is not skipped."""
    parent, name = os.path.split(folder)
    if folder in (top, parent):
        return LeftOut.at(folder), None
    left_out, found = _on_the_way(top, parent)
    if is_others(name) or any(os.path.exists(os.path.join(folder, mark)) for mark in ENVIRONMENT_MARKS):  # noqa: PTH110, PTH118
        found = _NEXT
    elif found == _NEXT or (found is None and left_out.reason(folder, is_folder=True) is not None):
        found = folder
    here = [name for name in (FILE, GITIGNORE) if os.path.exists(os.path.join(folder, name))]  # noqa: PTH110, PTH118
    return left_out.below(folder, here), found


def look_again() -> None:
    """Ask anew what may have changed since."""
    _on_the_way.cache_clear()
