"""Where the value of a setting comes from, in words."""

from __future__ import annotations

from flake8_forward_call.configuration.settings import Settings
from flake8_forward_call.terminal.printing import near, one_line


def origin(name: str, settings: Settings) -> str:
    """The files and lines that an option's value comes from, or ``command line``, or ``default``."""
    places = (
        "command line" if part.path is None else f"{one_line(near(str(part.path)))}:{part.row}"
        for part in settings.parts_of(name)
    )
    return ", ".join(dict.fromkeys(places)) or "default"
