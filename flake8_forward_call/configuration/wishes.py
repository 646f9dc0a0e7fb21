"""From settings to what inference is told of a project."""

from __future__ import annotations

from pathlib import Path

from flake8_forward_call.configuration.settings import Settings, settings_of
from flake8_forward_call.inference.classes.declared import Declared
from flake8_forward_call.inference.project.environment import Choice, NoEnvironmentError, chosen
from flake8_forward_call.inference.session import Wishes


def wishes_of(folder: Path) -> Wishes:
    """What the settings for a folder say of its project. Raises ConfigError."""
    settings = settings_of(folder)
    return Wishes(
        tuple(map(Path, settings.roots)),
        Declared(settings.module_classes, settings.non_module_classes),
        _environment(settings),
        settings.cache_dir,
    )


def _environment(settings: Settings) -> Choice | None:
    """The environment that is configured; None if none is, or if it is not there.

    A file says it for all who work on a project, and not each of them has made the environment.
    """
    if not settings.site_packages:
        return Choice(nothing=True)
    try:
        return None if settings.python is None else chosen(settings.python)
    except NoEnvironmentError:
        return None
