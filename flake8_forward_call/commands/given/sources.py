"""``--config`` and ``--isolated``: which files settings come from, and settings that go before all files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import click

from flake8_forward_call.commands.given.completing import files
from flake8_forward_call.commands.given.giving import change, give
from flake8_forward_call.configuration.files import FILE, OWN_FILE, in_folder
from flake8_forward_call.configuration.options import BY_NAME
from flake8_forward_call.configuration.settings import GIVEN
from flake8_forward_call.configuration.toml import TomlError, parsed
from flake8_forward_call.configuration.values import did_you_mean
from flake8_forward_call.terminal.printing import near

_Command = TypeVar("_Command", bound=Callable[..., Any])


def source_options(command: _Command) -> _Command:
    """Give a command the options that say where settings come from."""
    # Eager, because what is given by an option of its own goes before what is given by --config.
    config = click.option(
        "--config",
        metavar="FILE|KEY=VALUE",
        multiple=True,
        is_eager=True,
        expose_value=False,
        callback=_config,
        shell_complete=files,
        help=f"A {FILE} or {OWN_FILE} to use for all files instead of the nearest one, or a setting as in such a file.",
    )
    isolated = click.option(
        "--isolated",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_isolated,
        help="Ignore all files with settings.",
    )
    return config(isolated(command))


def _config(context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> None:
    for one in given:
        if not one.strip():  # Such as an empty variable of a shell. As a path, it would be the current folder.
            raise click.BadParameter("must be a file or a setting such as 'KEY = VALUE', not an empty string")
        if "=" in one and not Path(one).exists():
            _set(context, one)
        else:
            _use(context, Path(one))


def _use(context: click.Context, given: Path) -> None:
    """Read the settings for all files from this one."""
    path = (in_folder(given) or given / FILE) if given.is_dir() else given
    before = GIVEN.get()
    if before.file is not None:
        raise click.UsageError(f"--config names two files, {near(str(before.file))} and {near(str(path))}")
    if before.is_isolated:
        raise _conflict()
    change(context, lambda one: replace(one, file=path.absolute()))


def _isolated(context: click.Context, _option: click.Parameter, given: bool) -> None:
    if not given:
        return
    if GIVEN.get().file is not None:
        raise _conflict()
    change(context, lambda one: replace(one, is_isolated=True))


def _conflict() -> click.UsageError:
    return click.UsageError("--isolated ignores all files with settings, so --config cannot name one")


def _set(context: click.Context, text: str) -> None:
    """Set what a text such as ``ignore = ["FWD005"]`` says."""
    try:
        table = parsed(text)
    except TomlError as error:
        raise click.BadParameter(f"{text!r} is neither a file nor a setting: {error}") from None
    for key, value in table.items():
        option = BY_NAME.get(key)
        if option is None:
            raise click.BadParameter(f"unknown setting {key!r}; {did_you_mean(key, BY_NAME)}")
        if key == "extend":
            raise click.BadParameter("extend is only for files; --config FILE uses another one")
        give(context, option, value, is_inline=True)
