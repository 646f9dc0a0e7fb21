"""What the user wants inference to read and to assume."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from flake8_forward_call.inference.places.environment import Choice
from flake8_forward_call.inference.project.declared import Declared


@dataclass(frozen=True, slots=True)
class Wishes:
    """The user's settings for a project: additional roots, declared classes, the environment, the cache folder."""

    roots: tuple[Path, ...] = ()
    declared: Declared = field(default_factory=Declared)
    environment: Choice | None = None
    cache_folder: str | None = None
