"""Which rules count for a file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from flake8_forward_call.configuration.patterns import compiled
from flake8_forward_call.configuration.settings import Settings, settings_of
from flake8_forward_call.configuration.values import CodesByPattern
from flake8_forward_call.findings.selection import Selection

# The options that disable rules in some files.
BY_FILE = ("per-file-ignores", "extend-per-file-ignores")


def selection_of(path: str) -> Selection:
    """The selection for the file at a path. The file need not exist. Raises ConfigError."""
    real = os.path.realpath(path)
    settings = settings_of(Path(real).parent)
    ignored = (code for name in BY_FILE for code in ignored_at(real, settings, name))
    return Selection(
        settings.select,
        (*settings.ignore, *ignored),
        settings.extend_select,
        fixable=settings.fixable,
        unfixable=settings.unfixable,
    )


def ignored_at(path: str, settings: Settings, name: str) -> Iterator[str]:
    """Yield the codes that one of the options ``BY_FILE`` disables for the file at a path."""
    for part in settings.parts_of(name):
        below = os.path.relpath(path, os.path.realpath(part.base)).replace(os.sep, "/")
        for pattern, codes in cast("CodesByPattern", part.value):
            if compiled((pattern,)).covers(below):
                yield from codes
