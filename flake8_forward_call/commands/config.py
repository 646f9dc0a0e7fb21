"""``forward-call config``."""

from __future__ import annotations

import json
from pathlib import Path

import click

from flake8_forward_call.commands.examples import epilog
from flake8_forward_call.commands.options import setting_options
from flake8_forward_call.configuration.files import TABLE, Configured
from flake8_forward_call.configuration.options import OPTIONS, Option
from flake8_forward_call.configuration.schema import schema
from flake8_forward_call.configuration.settings import GIVEN, configured, counts, settings_of
from flake8_forward_call.printing import as_json, one_line
from flake8_forward_call.trouble import Status


@click.command(epilog=epilog("config"))
@setting_options
@click.option("--schema", "wants_schema", is_flag=True, help=f"Print the JSON schema of [tool.{TABLE}] for editors.")
@click.argument("path", required=False, type=click.Path(exists=True, path_type=Path))
def config(*, wants_schema: bool, path: Path | None) -> Status:
    """Show the settings that hold for PATH, or for the current directory, and where each comes from.

    Options that are given count here as they do for 'check' and 'fix'.
    """
    if wants_schema:
        click.echo(json.dumps(schema(), indent=2))
        return Status.CLEAN
    place = (path or Path()).resolve()
    folder = place if place.is_dir() else place.parent
    found, settings = configured(folder), settings_of(folder)
    width = max(len(option.name) for option in OPTIONS)
    for option in OPTIONS:
        value = as_json(_plain(getattr(settings, option.attribute)), indent=None)
        click.echo(f"{click.style(option.name.ljust(width), bold=True)} = {value}  # {_origin(option, found)}")
    return Status.CLEAN


def _origin(option: Option, found: Configured | None) -> str:
    """Where the value of an option comes from."""
    if option.name in GIVEN.get().values:
        return "command line"
    if found is not None and option.name in found.values and counts(option.name):
        return f"{one_line(str(found.path))}:{found.lines[option.name]}"
    return "default"


def _plain(value: object) -> object:
    """A value as JSON has it."""
    if isinstance(value, tuple) and value and isinstance(value[0], tuple):
        return {pattern: list(codes) for pattern, codes in value}
    return value
