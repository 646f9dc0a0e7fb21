"""The options of a command that it passes on to another one, as they were typed."""

from __future__ import annotations

import os
from collections.abc import Sequence

import click

from flake8_forward_call.commands.given.recorded import arguments

# Options that may name a file or a folder. The other command runs in another folder.
_FILES, _FOLDERS = frozenset({"config", "python"}), frozenset({"cache_dir", "roots"})


def passed_on(context: click.Context, own: Sequence[str]) -> tuple[str, ...]:
    """The options that were given, without those with the names in ``own``; paths are absolute."""
    parser = context.command.make_parser(context)
    given, _, _ = parser.parse_args(list(arguments(context)))
    made: list[str] = []
    for option in context.command.params:
        if not isinstance(option, click.Option) or option.name not in given or option.name in own:
            continue
        if option.is_flag:
            is_on = given[option.name] == option.flag_value
            made.append((option.opts if is_on or not option.secondary_opts else option.secondary_opts)[0])
            continue
        values = given[option.name] if option.multiple else [given[option.name]]
        made += [f"{option.opts[0]}={_absolute(option, value)}" for value in values]
    return tuple(made)


def _absolute(option: click.Option, value: str) -> str:
    """The value, with absolute paths; ``--config`` may have a setting instead, and ``--python`` a name on PATH."""
    if option.name in _FOLDERS:
        return ",".join(os.path.abspath(one) if one else one for one in value.split(","))  # noqa: PTH100
    if option.name in _FILES and os.path.exists(value):  # noqa: PTH110
        return os.path.abspath(value)  # noqa: PTH100
    return value
