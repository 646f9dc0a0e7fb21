"""Which open files the server skips: those that the command skips when it searches their folder."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from flake8_forward_call.configuration.settings import settings_of
from flake8_forward_call.files.discovery import is_others
from flake8_forward_call.files.ignoring import included_by, reason_for
from flake8_forward_call.inference.places.apart import apart_from
from flake8_forward_call.inference.places.homes import PACKAGES
from flake8_forward_call.inference.places.layout import is_marked
from flake8_forward_call.server.notebooks.virtual import notebook_of


def is_skipped(path: str, folders: Iterable[str]) -> bool:
    """Whether the command skips the file at a path when it searches the innermost of the folders around it.

    The file need not exist. If it is outside of all folders, its project counts as the folder. Installed packages are
    skipped even if an editor opens their folder as a workspace, as some do when they go to a definition. The program
    that an editor makes of a notebook is skipped if the notebook is. By default, the suffix does not matter, because
    the editor knows that the file is Python. Raises ConfigError unless lenient, and OSError.
    """
    path = notebook_of(path)
    folder = os.path.realpath(os.path.dirname(path))  # noqa: PTH120
    real = os.path.join(folder, os.path.basename(path))  # noqa: PTH118, PTH119 (Links to files are not followed.)
    around = Path(folder)
    if not PACKAGES.isdisjoint(around.parts):
        return True
    tops = [one for one in map(Path, map(os.path.realpath, folders)) if around.is_relative_to(one)]
    if not tops and any(map(is_others, around.parts)):
        return True
    top = max(tops, key=lambda one: len(one.parts)) if tops else _project(around)
    settings = settings_of(around)
    if settings.force_exclude and reason_for(real, is_folder=False) is not None:
        return True
    included = included_by(settings)
    if included is not None and not included.leaves_out(real, is_folder=False):
        return True
    return apart_from(top, real) is not None


def _project(folder: Path) -> Path:
    """The top of the project that contains a folder; the folder itself if there is none."""
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 (Path.home() raises if there is none.)
    above = [one for one in (folder, *folder.parents) if one != home]
    return next((one for one in above if is_marked(one)), folder)
