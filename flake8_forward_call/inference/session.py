"""What one process knows of a project, kept from one checked file to the next."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from flake8_forward_call.inference.catalogue import Catalogue
from flake8_forward_call.inference.environment import Environment, environment_of
from flake8_forward_call.inference.evaluate import Evaluator
from flake8_forward_call.inference.names import Names
from flake8_forward_call.inference.project import File, Project
from flake8_forward_call.inference.workspace import Workspace, workspace_of
from flake8_forward_call.source import Source

# A run that goes from project to project comes back to few of them.
_KEPT = 4


class Session:
    """A project's files, and all that was found out about them."""

    def __init__(
        self, workspace: Workspace, environment: Environment, make: Callable[[Project], Evaluator] = Evaluator
    ) -> None:
        self._make = make
        self._workspace = workspace
        self._names = Names(workspace, environment, Catalogue())
        self.evaluator = self._fresh()

    def _fresh(self) -> Evaluator:
        names, workspace = self._names, self._workspace
        return self._make(
            Project(
                names.catalogue,
                names.file,
                workspace.heirs,
                workspace.mentioning,
                stub=names.stub,
                hides=names.is_hidden,
                mentions=names.mentions,
            )
        )

    def take(self, source: Source) -> File:
        """The file that is being checked; what was found out while it read otherwise is forgotten."""
        file, has_changed = self._workspace.in_hand(source)
        if has_changed:
            self.evaluator = self._fresh()
        return file

    def keep(self) -> None:
        """Keep what was found out, as far as it can serve other processes."""
        self._workspace.keep()


def session_of(path: str, make: Callable[[Project], Evaluator] | None = None) -> Session:
    """The session of the project that a file belongs to; one of its own for a text that lies nowhere.

    With ``make`` it is a fresh one, with an evaluator that this makes.
    """
    if not os.path.isfile(path):  # noqa: PTH113 (Path.is_file() raises where one may not look.)
        return Session(Workspace(), environment_of(None, None), make or Evaluator)
    workspace = workspace_of(path)
    environment = environment_of(Path(os.path.realpath(path)).parent, workspace.top)
    if make is not None:
        return Session(workspace, environment, make)
    return _session(workspace.roots, workspace.top, workspace.renamed, workspace.repository, environment)


@lru_cache(maxsize=_KEPT)
def _session(
    roots: tuple[Path, ...],
    top: Path | None,
    renamed: tuple[tuple[str, Path], ...],
    repository: Path | None,
    environment: Environment,
) -> Session:
    return Session(Workspace(roots, top, renamed, repository), environment)
