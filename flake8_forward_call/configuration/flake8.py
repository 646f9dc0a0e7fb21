"""From flake8's options to the settings of a run."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from flake8_forward_call.configuration.options import OPTIONS, Option
from flake8_forward_call.configuration.settings import GIVEN, Given
from flake8_forward_call.configuration.values import OptionValueError, Value, value_of
from flake8_forward_call.files import cache


class UnusableError(Exception):
    """Options that are invalid; the text says which and why."""


def settle(options: Namespace) -> None:
    """Store the options of this plugin for the run. Raises UnusableError.

    Settings in files are read later: FWD900 reports invalid ones in the files that they govern, and all other files are
    checked.
    """
    given: dict[str, Value] = {}
    for option in OPTIONS:
        if option.is_of_plugin and (raw := _raw(options, option)):
            try:
                given[option.name] = value_of(option, not option.default if raw is True else raw, Path.cwd())
            except OptionValueError as error:
                raise UnusableError(f"{option.in_flake8} {error}") from None
    GIVEN.set(Given(given))
    _settle_environment(options, given)
    if "cache-dir" in given:
        cache.use(str(given["cache-dir"]))


def _raw(options: Namespace, option: Option) -> object:
    assert option.in_flake8 is not None
    return getattr(options, option.in_flake8.strip("-").replace("-", "_"), None)


def _settle_environment(options: Namespace, given: dict[str, Value]) -> None:
    if "python" not in given and "site-packages" not in given:
        return
    from flake8_forward_call.inference.places import environment

    if "python" in given and "site-packages" in given:
        raise UnusableError("--forward-call-python and --forward-call-no-site-packages cannot be used together")
    try:
        found = "python" in given and environment.chosen(options.forward_call_python)
    except environment.NoEnvironmentError as error:
        raise UnusableError(f"--forward-call-python: {error}") from None
    environment.CHOICE.set(found or environment.Choice(nothing=True))
