"""Which rules count for a file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from flake8_forward_call.configuration.patterns import compiled
from flake8_forward_call.configuration.settings import Settings, settings_of
from flake8_forward_call.findings.selection import Selection


def selection_of(path: str) -> Selection:
    """The selection for the file at a path. The file need not exist. Raises ConfigError."""
    real = os.path.realpath(path)
    settings = settings_of(Path(real).parent)
    ignored = tuple(ignored_at(real, settings)) if settings.per_file_ignores else ()
    return Selection(settings.select, (*settings.ignore, *ignored), settings.extend_select)


def ignored_at(path: str, settings: Settings) -> Iterator[str]:
    """Yield the codes that ``per-file-ignores`` disables for the file at a path."""
    below = os.path.relpath(path, os.path.realpath(settings.base_of("per-file-ignores"))).replace(os.sep, "/")
    for pattern, codes in settings.per_file_ignores:
        if compiled((pattern,)).covers(below):
            yield from codes
