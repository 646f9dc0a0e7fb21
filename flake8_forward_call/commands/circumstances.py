"""The circumstances of a run of ``check``: the paths, the active rules and settings, the command line."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from flake8_forward_call.commands.given.recorded import command_line
from flake8_forward_call.commands.toml import origin
from flake8_forward_call.configuration.options import OPTIONS
from flake8_forward_call.configuration.settings import Settings, settings_of
from flake8_forward_call.findings.selection import Selects
from flake8_forward_call.report.record import Circumstances
from flake8_forward_call.rules import RULES


def circumstances(context: click.Context, paths: Sequence[str], files: int, selects: Selects) -> Circumstances:
    """The circumstances of a run that checked ``files`` files. Rules and settings are those of the current folder."""
    selection = selects(str(Path.cwd() / "*.py"))
    return Circumstances(
        command=command_line(context),
        paths=tuple(paths),
        files=files,
        rules=tuple(rule.code for rule in RULES if selection.keeps(rule.code)),
        settings=tuple(_settings()),
        epoch=_epoch(),
    )


def _settings() -> Iterator[tuple[str, str]]:
    """Yield the settings that differ from the defaults, as TOML, each with its origin."""
    settings, defaults = settings_of(Path.cwd()), Settings()
    for option in OPTIONS:
        value = getattr(settings, option.attribute)
        if value != getattr(defaults, option.attribute):
            yield f"{option.name} = {json.dumps(value, default=str)}", origin(option.name, settings)


def _epoch() -> int | None:
    """The timestamp in seconds that a reproducible build sets for its outputs (reproducible-builds.org/specs)."""
    try:
        return int(os.environ.get("SOURCE_DATE_EPOCH", ""))
    except ValueError:
        return None
