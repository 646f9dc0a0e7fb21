"""From the folders on the command line to the projects of a scan."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePath

from flake8_forward_call.files.discovery import is_others
from flake8_forward_call.scanning.records import Project
from flake8_forward_call.terminal.printing import near
from flake8_forward_call.terminal.trouble import Trouble, reason


def projects_of(roots: Sequence[str], trouble: Trouble, *, each: bool) -> list[Project]:
    """The projects in the order in which they were named, each once; with ``each``, those in the subfolders of a root.

    A root that is missing is still a project, because its row in the reports says so. A root whose subfolders cannot be
    listed is reported to ``trouble``.
    """
    found: dict[str, Project] = {}
    for folder in _subfolders(roots, trouble) if each else roots:
        absolute = os.path.abspath(folder)  # noqa: PTH100 (Path keeps "..".)
        found.setdefault(os.path.realpath(folder), Project(absolute, _name(folder, absolute)))
    return list(found.values())


def _subfolders(roots: Iterable[str], trouble: Trouble) -> Iterator[str]:
    """Yield the direct subfolders of each root by name, without hidden ones, caches and the like. Links count."""
    for root in roots:
        try:
            with os.scandir(root) as scan:
                entries = sorted(scan, key=lambda entry: entry.name)
        except OSError as error:
            trouble.error(f"{near(root)}: cannot be listed: {reason(error)}")
            continue
        for entry in entries:
            if entry.is_dir() and not entry.name.startswith(".") and not is_others(entry.name):
                yield entry.path


def _name(folder: str, absolute: str) -> str:
    """The folder as the user named it, or its own name if that says nothing."""
    name = near(folder).rstrip(os.sep) or absolute
    says_nothing = set(PurePath(name).parts) <= {os.pardir}
    return os.path.basename(absolute) or absolute if says_nothing else os.path.normpath(name)  # noqa: PTH119
