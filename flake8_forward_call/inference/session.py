"""What one process knows of a project, kept from one checked file to the next."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias, TypeVar

from flake8_forward_call.inference import environment
from flake8_forward_call.inference.catalogue import Catalogue
from flake8_forward_call.inference.disk import Disk
from flake8_forward_call.inference.environment import Environment, environment_of
from flake8_forward_call.inference.evaluate import Evaluator
from flake8_forward_call.inference.names import Names
from flake8_forward_call.inference.project import File, Project
from flake8_forward_call.inference.workspace import Workspace, workspace_of
from flake8_forward_call.source import Source

# A run that goes from project to project comes back to few of them.
_KEPT = 4

_Evaluator = TypeVar("_Evaluator", bound=Evaluator)

# What tells one project from another: a workspace's roots, top, renamed packages and repository.
_Place: TypeAlias = tuple[tuple[Path, ...], Path | None, tuple[tuple[str, Path], ...], Path | None]


class Session:
    """A project's files, and all that was found out about them."""

    def __init__(self, workspace: Workspace, environment: Environment) -> None:
        self.workspace = workspace
        self._names = Names(workspace, environment, Catalogue())
        self.evaluator = self.fresh(Evaluator)

    def fresh(self, kind: type[_Evaluator]) -> _Evaluator:
        """An evaluator of a kind, which knows nothing yet but what the files say."""
        names, workspace = self._names, self.workspace
        return kind(
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
        file, has_changed = self.workspace.in_hand(source)
        if has_changed:
            self.evaluator = self.fresh(Evaluator)
        return file

    def keep(self) -> None:
        """Keep what was found out, as far as it can serve other processes."""
        self.workspace.keep()


class _Sessions:
    """The sessions of a process. What they read they hold to be so until they are told to look again."""

    def __init__(self) -> None:
        self._disk = Disk()
        self._now: dict[tuple[_Place, Environment], Session] = {}
        self._earlier: dict[_Place, Workspace] = {}

    def of(self, path: str) -> Session:
        if not self._disk.is_file(path):
            return Session(Workspace(disk=self._disk), environment_of(None, None))
        workspace = workspace_of(path)
        place = (workspace.roots, workspace.top, workspace.renamed, workspace.repository)
        key = place, environment_of(Path(os.path.realpath(path)).parent, workspace.top)
        session = self._now.pop(key, None) or Session(
            Workspace(*place, self._disk, self._earlier.pop(place, None)), key[1]
        )
        self._now[key] = session  # The last is the one that was asked for last.
        for old in list(self._now)[:-_KEPT]:
            del self._now[old]
        return session

    def look_again(self, unsaved: Mapping[str, str]) -> None:
        for (place, _), session in self._now.items():
            self._earlier.pop(place, None)
            self._earlier[place] = session.workspace
        for old in list(self._earlier)[:-_KEPT]:
            del self._earlier[old]
        self._now.clear()
        environment.look_again()
        self._disk = Disk(dict(unsaved))


_SESSIONS = _Sessions()


def session_of(path: str) -> Session:
    """The session of the project that a file belongs to; one of its own for a text that lies nowhere."""
    return _SESSIONS.of(path)


def look_again(unsaved: Mapping[str, str]) -> None:
    """Take it from here on that any file may have changed, and that those at these real paths have these texts.

    For a process that lives longer than its files stay as they are. What has not changed is not read again.
    """
    _SESSIONS.look_again(unsaved)
