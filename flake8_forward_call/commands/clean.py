"""``forward-call clean``."""

from __future__ import annotations

from pathlib import Path

import click

from flake8_forward_call.commands.examples import epilog
from flake8_forward_call.commands.given.colour import colour_option
from flake8_forward_call.commands.options import cache_options
from flake8_forward_call.configuration.settings import settings_of
from flake8_forward_call.files import cache
from flake8_forward_call.report.rewrites import count
from flake8_forward_call.terminal import terminal
from flake8_forward_call.terminal.printing import near, shown
from flake8_forward_call.terminal.trouble import Status, Trouble, reason


@click.command(epilog=epilog("clean"), short_help="Remove the cache.")
@cache_options
@click.option("--quiet", "-q", is_flag=True, help="Print only errors.")
@colour_option
def clean(*, quiet: bool) -> Status:
    """Remove the results of earlier runs from the cache folder. Files that are not from this tool stay there."""
    trouble = Trouble(is_quiet=quiet)
    folder = cache.default_folder(settings_of(Path.cwd()).cache_dir)
    if folder is None:
        _say("The cache is turned off, so there is nothing to remove.", is_quiet=quiet)
        return Status.CLEAN
    place = shown(near(folder))
    try:
        number, size = cache.clear(folder)
    except OSError as error:
        trouble.error(f"{place}: cannot be removed: {reason(error)}")
        return Status.FAILED
    told = f"Removed {count(number, 'record')} ({size / 1_000_000:.1f} MB) from" if number else "No records in"
    _say(f"{told} {place}.", is_quiet=quiet)
    return Status.CLEAN


def _say(text: str, *, is_quiet: bool) -> None:
    if not is_quiet:
        terminal.echo(text)
