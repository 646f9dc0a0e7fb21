"""From the paths on the command line to the Python files and notebooks behind them."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path

from flake8_forward_call.configuration.settings import settings_of
from flake8_forward_call.ignoring import LeftOut, is_left_out
from flake8_forward_call.trouble import Trouble, reason

_VERSION_CONTROL = frozenset((".git", ".hg", ".svn", ".bzr", "_darcs", "CVS"))
_CACHES = frozenset(("__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".ipynb_checkpoints"))
_OTHERS_CODE = frozenset((".tox", ".nox", ".venv", ".eggs", "__pypackages__", "site-packages", "node_modules"))
EXCLUDED = _VERSION_CONTROL | _CACHES | _OTHERS_CODE
# A directory that holds one of these is a virtual or a conda environment, whatever its name.
_ENVIRONMENT_MARKS = frozenset(("pyvenv.cfg", "conda-meta"))

_LOOKED_AT = (".py", ".ipynb")

_NOT_THERE = {FileNotFoundError: "no such file or directory", NotADirectoryError: "no such file or directory"}

_KINDS = (
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def find_files(paths: Sequence[str], trouble: Trouble) -> Iterator[str]:
    """The files to look at, each once however many names lead to it, named as flake8 would name them.

    A path that is named counts, whatever it is called. In directories ``.py`` files and notebooks count; left out are
    version control, caches, ``node_modules``, ``site-packages``, ``*.egg``, virtual and conda environments, and what
    git or the settings leave out. Links to directories are not followed, links to files are. What cannot be looked at
    is told to ``trouble``, and the search goes on. Raises ConfigError.
    """
    seen: set[str] = set()
    for path in paths:
        for name, real in _look(path, trouble):
            if real not in seen:
                seen.add(real)
                yield name


def _look(path: str, trouble: Trouble) -> Iterator[tuple[str, str]]:
    """The files behind one path that the user named: the name of each, and its real path."""
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 (To a Path, the empty string is the current directory.)
    except OSError as error:
        trouble.error(f"{path or repr(path)}: {_NOT_THERE.get(type(error)) or reason(error)}")
        return
    if stat.S_ISREG(mode):
        real = os.path.realpath(path)
        if not (settings_of(Path(real).parent).force_exclude and is_left_out(real)):
            yield path, real
    elif stat.S_ISDIR(mode):
        files = _walk(path, trouble)
        first = next(files, None)
        if first is not None:
            yield first
            yield from files
        else:
            trouble.warn(f"{path}: no Python files or notebooks here")
    else:  # Reading could wait for ever.
        kind = next((name for is_kind, name in _KINDS if is_kind(mode)), "not a file")
        trouble.error(f"{path}: is {kind}; to check what comes out of it, send that to 'forward-call check -'")


def _walk(top: str, trouble: Trouble) -> Iterator[tuple[str, str]]:
    """The Python files and notebooks under a directory, by name, its own before those of its subdirectories."""
    # No link to a directory is on the way, so only a link to a file needs the system calls of realpath.
    real_top = os.path.realpath(top)
    waiting = [(top, real_top, LeftOut.at(real_top))]
    while waiting:
        folder, real_folder, left_out = waiting.pop()
        try:
            with os.scandir(folder) as scan:
                entries = sorted(scan, key=lambda entry: entry.name)
        except OSError as error:
            trouble.error(f"{folder}: cannot be looked into: {reason(error)}")
            continue
        if folder != top:
            if is_environment(entries):
                continue
            left_out = left_out.below(real_folder, {entry.name for entry in entries})
        inner: list[tuple[str, str, LeftOut]] = []
        for entry in entries:
            real = f"{real_folder.rstrip(os.sep)}{os.sep}{entry.name}"
            if entry.name.endswith(_LOOKED_AT) and _is_file(entry):
                if not left_out.holds(real, is_folder=False):
                    yield entry.path, os.path.realpath(entry.path) if entry.is_symlink() else real
            elif is_searched(entry) and not left_out.holds(real, is_folder=True):
                inner.append((entry.path, real, left_out))
        waiting += reversed(inner)


def is_environment(entries: Iterable[os.DirEntry[str]]) -> bool:
    """Whether a directory with these entries is a virtual or a conda environment."""
    return not _ENVIRONMENT_MARKS.isdisjoint(entry.name for entry in entries)


def is_searched(entry: os.DirEntry[str]) -> bool:
    """Whether an entry is a directory that files are looked for in."""
    if entry.name in EXCLUDED or fnmatch(entry.name, "*.egg"):
        return False
    return entry.is_dir(follow_symlinks=False)


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError as error:  # A link: in a circle it leads nowhere, else to read it will tell what is wrong.
        return error.errno != errno.ELOOP
