"""From the paths on the command line to the Python files, notebooks and documents to check."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import partial
from pathlib import Path

from flake8_forward_call.configuration.settings import Settings, settings_or_fault
from flake8_forward_call.files.ignoring import LOOKED_AT, LeftOut, included_by, reason_for
from flake8_forward_call.files.python_files import is_python
from flake8_forward_call.files.reading import kind_of
from flake8_forward_call.files.skipping import Reason, Skipped
from flake8_forward_call.sources.source import is_document
from flake8_forward_call.terminal.printing import near
from flake8_forward_call.terminal.trouble import Trouble, reason

_VERSION_CONTROL = frozenset((".git", ".hg", ".svn", ".bzr", "_darcs", "CVS"))
_CACHES = frozenset(("__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".ipynb_checkpoints"))
_PACKAGES = frozenset(("site-packages", "dist-packages", "__pypackages__", "node_modules"))
_OTHERS_CODE = _PACKAGES | {".tox", ".nox", ".venv", ".eggs"}
EXCLUDED = _VERSION_CONTROL | _CACHES | _OTHERS_CODE
# A directory that contains one of these is a virtual or conda environment, whatever its name.
ENVIRONMENT_MARKS = frozenset(("pyvenv.cfg", "conda-meta"))

_NOT_THERE = {FileNotFoundError: "no such file or directory", NotADirectoryError: "no such file or directory"}


@dataclass
class _Faults:
    """The faults of settings that a search has met. Files that faulty settings govern are not checked.

    Each fault is reported to ``trouble`` once. They do not matter to a search for files that are only read.
    """

    trouble: Trouble
    only_reads: bool
    are_met: bool = False

    def prevent(self, fault: str | None) -> bool:
        """Whether a fault prevents the check of a file; if so, it is reported."""
        if fault is None or self.only_reads:
            return False
        self.are_met = True
        if fault not in self.trouble.errors:
            self.trouble.error(fault)
        return True


def find_files(
    paths: Sequence[str], trouble: Trouble, skipped: Skipped | None = None, *, only_reads: bool = False
) -> Iterator[str]:
    """Yield the files to check, named as flake8 would name them, each once even if it has several names.

    A named file counts if it is Python by its name or its first line, even if git or the settings ignore it, unless
    ``force-exclude`` is set. In directories, ``.py`` files and notebooks count, without version control, caches,
    ``node_modules``, ``site-packages``, ``*.egg``, virtual and conda environments, and what git or the settings ignore.
    If the settings ask for ``documents``, these count as well.
    ``skipped`` notes what is skipped. Links to directories are not followed, links to files are. What cannot be read is
    reported to ``trouble``, and the search continues. So are invalid settings, without the files that they govern,
    unless the caller ``only_reads`` the files and does not check them.
    """
    skipped = skipped or Skipped()
    for path in paths:
        for name, real in _look(path, _Faults(trouble, only_reads), skipped):
            if real not in skipped.looked_at:
                skipped.looked_at.add(real)
                yield name


def _look(path: str, faults: _Faults, skipped: Skipped) -> Iterator[tuple[str, str]]:
    """Yield the files for one path that the user named: the name of each, and its real path."""
    trouble = faults.trouble
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 (To a Path, the empty string is the current directory.)
    except OSError as error:
        trouble.error(f"{near(path) or repr(path)}: {_NOT_THERE.get(type(error)) or reason(error)}")
        return
    real = os.path.realpath(path)
    if stat.S_ISREG(mode):
        settings, fault = settings_or_fault(Path(real).parent)
        if settings.force_exclude and (why := reason_for(real, is_folder=False)) is not None:
            skipped.file(real, why)
            skipped.forced()
        elif not (is_python(path) or _is_included(real, settings)):
            # Other text files are mostly data.
            is_markup = is_document(path) and not path.endswith(".txt")
            skipped.not_python(path, real, is_document=is_markup)
        elif not faults.prevent(fault):
            yield path, real
    elif stat.S_ISDIR(mode):
        yield from _look_into(path, real, faults, skipped)
    else:  # Reading it could block forever.
        trouble.error(f"{near(path)}: is {kind_of(mode)}; to check its content, pipe it to 'forward-call check -'")


def _look_into(path: str, real: str, faults: _Faults, skipped: Skipped) -> Iterator[tuple[str, str]]:
    """Yield the same for a directory."""
    is_forced = settings_or_fault(Path(real))[0].force_exclude
    left_out = LeftOut.at(real, is_named=not is_forced)
    if is_forced and (why := reason_for(real, is_folder=True)) is not None:
        skipped.folder(partial(_reasons, real, left_out, why))
        skipped.forced()
        return
    faults.prevent(left_out.fault)  # The user named this directory, so its settings matter even without files.
    files = _walk(path, real, left_out, faults, skipped)
    first = next(files, None)
    if first is None:
        if not faults.are_met:
            skipped.nothing_in(path)
        return
    yield first
    yield from files


def _walk(top: str, real_top: str, left_out: LeftOut, faults: _Faults, skipped: Skipped) -> Iterator[tuple[str, str]]:
    """Yield the files to check under a directory, sorted by name, subdirectories last."""
    # Links to directories are not followed, so only a link to a file needs the system calls of realpath.
    waiting = [(top, real_top, left_out)]
    only_reads = faults.only_reads
    while waiting:
        folder, real_folder, left_out = waiting.pop()
        try:
            with os.scandir(folder) as scan:
                entries = sorted(scan, key=lambda entry: entry.name)
        except OSError as error:
            faults.trouble.error(f"{near(folder)}: cannot be read: {reason(error)}")
            continue
        if folder != top:
            if is_environment(entries):
                continue
            left_out = left_out.below(real_folder, {entry.name for entry in entries})
        inner: list[tuple[str, str, LeftOut]] = []
        for entry in entries:
            real = f"{real_folder.rstrip(os.sep)}{os.sep}{entry.name}"
            is_taken = entry.name.endswith(LOOKED_AT) if only_reads else left_out.takes(real)
            if is_taken and _is_file(entry):
                why = left_out.reason(real, is_folder=False)
                if why is not None:
                    skipped.file(real, why)
                    continue
                fault = left_out.fault
                if entry.is_symlink():  # The settings are those of the target's folder.
                    real = os.path.realpath(entry.path)
                    fault = left_out.by_git.fault or settings_or_fault(Path(real).parent)[1]
                if not faults.prevent(fault):
                    yield entry.path, real
            elif not is_searched(entry):
                if is_taken and _is_special(entry):
                    skipped.file(real, left_out.reason(real, is_folder=False) or Reason.SPECIAL)
            else:
                why = left_out.reason(real, is_folder=True)
                if why is None:
                    inner.append((entry.path, real, left_out))
                else:
                    skipped.folder(partial(_reasons, real, left_out, why))
        waiting += reversed(inner)


def _reasons(top: str, left_out: LeftOut, why: Reason) -> Iterator[tuple[str, Reason] | None]:
    """Yield the real path of each file below a skipped folder, with the reason; None for every other entry."""
    waiting = [(top, why)]
    while waiting:
        folder, why = waiting.pop()
        try:
            with os.scandir(folder) as scan:
                entries = sorted(scan, key=lambda entry: entry.name)
        except OSError:
            continue
        if is_environment(entries):
            continue
        for entry in entries:
            real = f"{folder.rstrip(os.sep)}{os.sep}{entry.name}"
            is_file = entry.name.endswith(LOOKED_AT) and _is_file(entry)
            is_folder = not is_file and is_searched(entry)
            # What the settings exclude as well stays skipped when git's patterns no longer count.
            is_excluded = (is_file or is_folder) and left_out.by_user.leaves_out(real, is_folder=is_folder)
            inner = Reason.EXCLUDE if is_excluded else why
            if is_folder:
                waiting.append((real, inner))
            yield (real, inner) if is_file else None


def is_chosen(name: str) -> bool:
    """Whether a text from standard input with the name of a file is checked: any, but documents only on request.

    A text file may be anything, so without that request it is taken as the program that it was given as.
    """
    real = os.path.realpath(name)
    return (
        not is_document(real)
        or real.lower().endswith(".txt")
        or _is_included(real, settings_or_fault(Path(real).parent)[0])
    )


def _is_included(real: str, settings: Settings) -> bool:
    """Whether the settings ask for a named file that is not Python by its name or its first line."""
    if settings.documents and is_document(real):
        return True
    included = included_by(settings)
    return included is not None and included.leaves_out(real, is_folder=False)


def is_environment(entries: Iterable[os.DirEntry[str]]) -> bool:
    """Whether a directory with these entries is a virtual or conda environment."""
    return not ENVIRONMENT_MARKS.isdisjoint(entry.name for entry in entries)


def is_searched(entry: os.DirEntry[str]) -> bool:
    """Whether an entry is a directory that is searched for files."""
    return not is_others(entry.name) and entry.is_dir(follow_symlinks=False)


def is_others(name: str) -> bool:
    """Whether a directory with this name contains a cache or third-party code."""
    return name in EXCLUDED or fnmatch(name, "*.egg")


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError as error:  # A link. A circular one has no target; for others, reading reports what is wrong.
        return error.errno != errno.ELOOP


def _is_special(entry: os.DirEntry[str]) -> bool:
    """Whether an entry that is neither a file nor searched exists; a broken link does not."""
    try:
        entry.stat()
    except OSError:
        return False
    return True
