"""From settings to what inference gets for a project."""

from __future__ import annotations

from pathlib import Path

from flake8_forward_call.configuration.settings import Settings, settings_of
from flake8_forward_call.inference.places.environment import Choice, NoEnvironmentError, chosen
from flake8_forward_call.inference.project.declared import Declared
from flake8_forward_call.inference.project.wishes import Wishes


def wishes_of(folder: Path) -> Wishes:
    """The wishes that the settings for a folder contain. Raises ConfigError."""
    return wishes_in(settings_of(folder))


def wishes_in(settings: Settings) -> Wishes:
    """The wishes that some settings contain."""
    return Wishes(
        tuple(map(Path, settings.roots)),
        Declared(settings.module_classes, settings.non_module_classes),
        _environment(settings),
        settings.cache_dir,
    )


def _environment(settings: Settings) -> Choice | None:
    """The configured environment; None if none is configured, or if it does not exist.

    The setting is for everyone who works on the project, and not everyone may have created the environment.
    """
    if not settings.site_packages:
        return Choice(nothing=True)
    try:
        return None if settings.python is None else chosen(settings.python)
    except NoEnvironmentError:
        return None
