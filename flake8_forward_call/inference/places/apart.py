"""The skipped folder that a checked file is in, so that the text of that folder is searched as well."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from flake8_forward_call.configuration.files import FILES
from flake8_forward_call.files.discovery import ENVIRONMENT_MARKS, is_others
from flake8_forward_call.files.ignoring import GITIGNORE, LeftOut
from flake8_forward_call.inference.places.homes import PACKAGES

# Instead of a folder: the next one on the way down.
_NEXT = ""


def apart_from(top: Path | None, path: str) -> Path | None:
    """The outermost folder around a file that a search from its project's top skips, or the file if only it is skipped.

    The path must be the file's real path. None if the search reaches the file. A folder such as ``site-packages``
    contains unrelated packages, so the result is the package in it. Without a project, a module there is alone.
    """
    if top is None:
        return Path(path) if Path(path).parent.name in PACKAGES else None
    left_out, found = _on_the_way(str(top), os.path.dirname(path))  # noqa: PTH120
    if found is None and left_out.reason(path, is_folder=False) is not None:
        found = _NEXT
    return None if found is None else Path(found or path)


@lru_cache(maxsize=4096)
def _on_the_way(top: str, folder: str) -> tuple[LeftOut, str | None]:
    """The skip rules in a folder at or below the top, and the skipped folder that it is in, None if it is in none."""
    parent, name = os.path.split(folder)
    if folder in (top, parent):
        return LeftOut.at(folder), None
    left_out, found = _on_the_way(top, parent)
    if is_others(name) or any(os.path.exists(os.path.join(folder, mark)) for mark in ENVIRONMENT_MARKS):  # noqa: PTH110, PTH118
        found = _NEXT
    elif found == _NEXT or (found is None and left_out.reason(folder, is_folder=True) is not None):
        found = folder
    here = [name for name in (*FILES, GITIGNORE) if os.path.exists(os.path.join(folder, name))]  # noqa: PTH110, PTH118
    return left_out.below(folder, here), found


def look_again() -> None:
    """Forget the answers that may have changed."""
    _on_the_way.cache_clear()
