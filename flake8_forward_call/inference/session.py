"""What one process knows of a project, kept from one checked file to the next."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias, TypeVar

from flake8_forward_call.configuration import files
from flake8_forward_call.inference import apart
from flake8_forward_call.inference import environment as environments
from flake8_forward_call.inference.catalogue import Catalogue
from flake8_forward_call.inference.declared import Declared
from flake8_forward_call.inference.disk import Disk
from flake8_forward_call.inference.environment import Choice, Environment, environment_of
from flake8_forward_call.inference.evaluate import Evaluator
from flake8_forward_call.inference.names import Names
from flake8_forward_call.inference.project import File, Project
from flake8_forward_call.inference.workspace import Workspace, workspace_of
from flake8_forward_call.source import Source

# A run that goes from project to project comes back to few of them.
_KEPT = 4

_Evaluator = TypeVar("_Evaluator", bound=Evaluator)

# What tells one project from another: a workspace's roots, top, renamed packages, repository, cache and what is apart.
_Place: TypeAlias = tuple[
    tuple[Path, ...], Path | None, tuple[tuple[str, Path], ...], Path | None, str | None, Path | None
]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user says of a project: more roots of imports, classes, the environment, where to keep things."""

    roots: tuple[Path, ...] = ()
    declared: Declared = field(default_factory=Declared)
    environment: Choice | None = None
    cache_folder: str | None = None


class Session:
    """A project's files, and all that was found out about them."""

    def __init__(self, workspace: Workspace, environment: Environment, declared: Declared = Declared()) -> None:  # noqa: B008 (It is frozen.)
        self.workspace = workspace
        self.environment = environment
        self._declared = declared
        self._names = Names(workspace, environment, Catalogue())

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
                imported=names.imported,
                declared=self._declared,
            )
        )

    def take(self, source: Source) -> tuple[File, Evaluator]:
        """The file that is being checked, and an evaluator for it.

        It knows nothing of what was asked for other files. With bounds on how far a question may lead, and with
        questions that lead back to themselves, what it knew would decide what it can find out: then the answers for a
        file would depend on which files were checked before it.
        """
        return self.workspace.in_hand(source), self.fresh(Evaluator)

    def keep(self) -> None:
        """Keep what was found out, as far as it can serve other processes."""
        self.workspace.keep()


class _Sessions:
    """The sessions of a process. What they read they hold to be so until they are told to look again."""

    def __init__(self) -> None:
        self._disk = Disk()
        self._now: dict[tuple[_Place, Environment, Declared], Session] = {}
        self._earlier: dict[_Place, Workspace] = {}
        self._of_editors: dict[str, str] = {}  # The texts that are open, by path.
        self._held: str | None = None  # The path of a text that counts as well and is open in no editor.

    def of(self, path: str, wishes: Wishes) -> Session:
        self._let_go(os.path.realpath(path))
        if not self._disk.is_file(os.path.realpath(path)):
            environment = environment_of(None, None, wishes.environment)
            return Session(Workspace(disk=self._disk), environment, wishes.declared)
        workspace = workspace_of(path)
        roots = tuple(dict.fromkeys((*wishes.roots, *workspace.roots)))
        found = (workspace.top, workspace.renamed, workspace.repository)
        place = (roots, *found, wishes.cache_folder, workspace.apart)
        environment = environment_of(Path(os.path.realpath(path)).parent, workspace.top, wishes.environment)
        key = place, environment, wishes.declared
        session = self._now.pop(key, None) or Session(
            Workspace(*place, self._disk, self._earlier.pop(place, None)), environment, wishes.declared
        )
        self._now[key] = session  # The last is the one that was asked for last.
        for old in list(self._now)[:-_KEPT]:
            del self._now[old]
        return session

    def hold(self, real: str, text: str) -> None:
        """Take a text for that of a file, as long as that file is looked at."""
        if self._disk.unsaved.get(real) != text:
            self._renew({**self._of_editors, real: text})
            self._held = real

    def _let_go(self, real: str) -> None:
        """Forget the text that is held, where another file is looked at."""
        if self._held not in (None, real):
            self._renew(self._of_editors)
            self._held = None

    def look_again(self, unsaved: Mapping[str, str]) -> None:
        environments.look_again()
        apart.look_again()
        files.forget()
        self._of_editors = dict(unsaved)
        self._renew(self._of_editors)
        self._held = None

    def _renew(self, unsaved: Mapping[str, str]) -> None:
        for (place, *_), session in self._now.items():
            self._earlier.pop(place, None)
            self._earlier[place] = session.workspace
        for old in list(self._earlier)[:-_KEPT]:
            del self._earlier[old]
        self._now.clear()
        self._disk = Disk(unsaved)


_SESSIONS = _Sessions()


def session_of(path: str) -> Session:
    """The session of the project that a file belongs to; one of its own for a text that lies nowhere.

    Raises ConfigError.
    """
    from flake8_forward_call.configuration.wishes import wishes_of

    return _SESSIONS.of(path, wishes_of(Path(os.path.realpath(path)).parent))


def hold(path: str, text: str) -> None:
    """Take a text for that of the file at a path, as long as that file is looked at. Never raises.

    So a text from standard input, or one that was never saved, belongs to the folder that its name says.
    """
    with suppress(OSError, ValueError):  # No current folder, or a path that can be none.
        _SESSIONS.hold(os.path.realpath(path), text)


def look_again(unsaved: Mapping[str, str]) -> None:
    """Take it from here on that any file may have changed, and that those at these real paths have these texts.

    For a process that lives longer than its files stay as they are. What has not changed is not read again.
    """
    _SESSIONS.look_again(unsaved)
