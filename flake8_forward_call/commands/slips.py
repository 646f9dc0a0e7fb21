"""What to say of a command or an option that there is not."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable

import click


def of_command(word: str, names: Iterable[str]) -> str:
    """What to say of a word in the place of a command. A path there is a likely slip."""
    if os.path.exists(word):  # noqa: PTH110 (Path.exists() raises where the name is too long.)
        return f"no command {word!r}; to look at that path, run 'forward-call check {word}'"
    known = list(names)
    return f"no command {word!r}; {_nearest(word, known) or 'there are ' + ', '.join(known)}"


def of_option(error: click.NoSuchOption) -> str:
    """What to say of an option: the nearest that the command has, or which other command has it."""
    word, context = error.option_name, error.ctx
    said = f"no option {word!r}"
    if context is None:
        return said
    own = _options(context.command)
    group = context.parent.command if context.parent is not None else None
    others = group.commands if isinstance(group, click.Group) else {}
    owners = [name for name, command in others.items() if word in _options(command)]
    if owners:
        return f"{said}; {' and '.join(map(repr, owners))} {'has' if len(owners) == 1 else 'have'} it"
    near = _nearest(word, own)
    return f"{said}; {near}" if near else said


def _options(command: click.Command) -> list[str]:
    """Every option of a command as it is typed."""
    options = (each for each in command.params if isinstance(each, click.Option))
    return [name for each in options for name in (*each.opts, *each.secondary_opts) if name.startswith("--")]


def _nearest(word: str, known: list[str]) -> str:
    close = difflib.get_close_matches(word, known, n=1)
    return f"did you mean {close[0]!r}?" if close else ""
