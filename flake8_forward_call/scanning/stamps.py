"""Whether anything has changed that the findings in a project can rest on.

The stamp of a project is made from the sizes and the times of its files, so it is cheap: nothing is read.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from flake8_forward_call.configuration.files import FILES, of_user
from flake8_forward_call.files.discovery import is_others
from flake8_forward_call.inference.places.environment import environment_of

# In the folders above a project: settings, and what git ignores.
_ABOVE = (*FILES, ".gitignore")
# What git ignores in one clone.
_OF_CLONE = os.path.join(".git", "info", "exclude")  # noqa: PTH118


def stamp_of(root: str) -> tuple[str, int]:
    """A text that is another one if a file has changed, and the size of the project's Python files in bytes.

    It covers all files of the project, settings above it, those of the user, and which packages are installed. It does
    not cover the source of packages outside the project. Raises OSError if the folder cannot be listed.
    """
    digest, size = hashlib.blake2b(digest_size=20), 0
    for path, status in _files(root):
        if path.endswith((".py", ".ipynb")):
            size += status.st_size
        _add(digest, path, f"{status.st_size} {status.st_mtime_ns} {status.st_ino}")
    own = of_user()
    above = [parent / name for parent in Path(root).parents for name in _ABOVE]
    for one in (Path(root, _OF_CLONE), *above, *((own,) if own is not None else ())):
        try:
            status = one.stat()
        except (OSError, ValueError):
            continue
        _add(digest, str(one), f"{status.st_size} {status.st_mtime_ns}")
    for place in environment_of(Path(root), Path(root)).places:
        _add(digest, str(place), _installed(place))
    return digest.hexdigest(), size


def _add(digest: hashlib.blake2b, name: str, text: str) -> None:
    digest.update(f"{name}\0{text}\0".encode(errors="surrogatepass"))


def _files(root: str) -> Iterator[tuple[str, os.stat_result]]:
    """Yield the files below a folder without caches and the like, sorted. Raises OSError only for the folder itself."""
    waiting = [root]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(folder) as scan:
                entries = sorted(scan, key=lambda entry: entry.name)
        except OSError:
            if folder == root:
                raise
            continue
        for entry in entries:
            try:
                if entry.is_dir(follow_symlinks=False):
                    waiting += [] if is_others(entry.name) else [entry.path]
                else:
                    yield entry.path, entry.stat()
            except OSError:  # A broken link, or a file that is gone.
                continue


@lru_cache(maxsize=64)
def _installed(place: Path) -> str:
    """The names in a folder of packages: those of releases contain their versions."""
    try:
        return "\0".join(sorted(os.listdir(place)))  # noqa: PTH208
    except OSError:
        return ""
