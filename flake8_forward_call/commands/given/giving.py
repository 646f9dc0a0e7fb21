"""From what is typed on the command line to the settings of the run, until the run is over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from flake8_forward_call.configuration.options import Kind, Option
from flake8_forward_call.configuration.settings import GIVEN, Given
from flake8_forward_call.configuration.values import OptionValueError, value_of
from flake8_forward_call.files import cache


def change(context: click.Context, changed: Callable[[Given], Given]) -> None:
    """Change what is given for the run."""
    before = GIVEN.set(changed(GIVEN.get()))
    context.call_on_close(lambda: GIVEN.reset(before))


def give(context: click.Context, option: Option, raw: Any, *, is_inline: bool = False) -> None:
    """Set an option of the table for the run; ``is_inline``: by ``--config "KEY = VALUE"``. Raises BadParameter."""
    named = f"{option.name} " if is_inline else ""
    try:
        value = value_of(option, raw, Path.cwd())
    except OptionValueError as error:
        raise click.BadParameter(f"{named}{error}") from None
    if option.kind is Kind.CODES and not value and not is_inline:
        raise click.BadParameter("no rule code was given")
    after = _AFTERWARDS.get(option.name)
    if after is not None and value is not True:
        after(context, raw)
    if is_inline:
        change(context, lambda one: replace(one, inline={**one.inline, option.name: value}))
    else:
        change(context, lambda one: replace(one, values={**one.values, option.name: value}))


# The key under which a run stores which option has chosen the environment.
_SETTLED = f"{__name__}.environment"


def _settle_environment(context: click.Context, given: str | bool) -> None:
    """Choose where to look for installed packages, before the first file is checked."""
    from flake8_forward_call.inference.places import environment

    name = "--python" if isinstance(given, str) else "--no-site-packages"
    if context.meta.setdefault(_SETTLED, name) != name:
        raise click.UsageError("--python and --no-site-packages cannot be used together")
    try:
        choice = environment.chosen(given) if isinstance(given, str) else environment.Choice(nothing=True)
    except environment.NoEnvironmentError as error:
        raise click.BadParameter(str(error)) from None
    reset = environment.CHOICE.set(choice)
    context.call_on_close(lambda: environment.CHOICE.reset(reset))


_AFTERWARDS: dict[str, Callable[[click.Context, Any], None]] = {
    "python": _settle_environment,
    "site-packages": _settle_environment,
    "cache-dir": lambda _, given: cache.use(given),
}
