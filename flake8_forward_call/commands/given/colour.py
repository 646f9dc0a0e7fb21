"""``--color``: whether the output has colours, as for ruff."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from flake8_forward_call.terminal import terminal

_Command = TypeVar("_Command", bound=Callable[..., Any])

# Without a choice, the environment decides, and then each stream.
_CHOICES = {"auto": None, "always": True, "never": False}


def colour_option(command: _Command) -> _Command:
    """Give a command the option for colours."""
    return click.option(
        "--color",
        type=click.Choice(list(_CHOICES)),
        is_eager=True,
        expose_value=False,
        callback=_choose,
        help="Whether to use colours. 'auto' uses them on terminals, unless NO_COLOR or FORCE_COLOR is set.",
    )(command)


def _choose(context: click.Context, _option: click.Parameter, when: str | None) -> None:
    if when is not None:
        before = terminal.choose_colours(_CHOICES[when])
        context.call_on_close(lambda: terminal.choose_colours(before))
        context.color = terminal.colours()
