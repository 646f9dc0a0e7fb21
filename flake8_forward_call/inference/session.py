"""What one process knows about a project, kept from one checked file to the next."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias, TypeVar

from flake8_forward_call.configuration import files
from flake8_forward_call.inference.catalogue import Catalogue
from flake8_forward_call.inference.evaluator import Evaluator
from flake8_forward_call.inference.project import apart
from flake8_forward_call.inference.project import environment as environments
from flake8_forward_call.inference.project.declared import Declared
from flake8_forward_call.inference.project.disk import Disk
from flake8_forward_call.inference.project.environment import Environment, environment_of
from flake8_forward_call.inference.project.names import Names
from flake8_forward_call.inference.project.project import Project
from flake8_forward_call.inference.project.wishes import Wishes
from flake8_forward_call.inference.project.workspace import Workspace, workspace_of
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.sources.source import Source

# How many sessions are kept: a run over several projects returns to few of them.
_KEPT = 4

_Evaluator = TypeVar("_Evaluator", bound=Evaluator)

# The key of a project: a workspace's roots, top, renamed packages, repository, cache folder and folder apart.
_Place: TypeAlias = tuple[
    tuple[Path, ...], Path | None, tuple[tuple[str, Path], ...], Path | None, str | None, Path | None
]


class Session:
    """A project's files, and everything that was found out about them."""

    def __init__(self, workspace: Workspace, environment: Environment, declared: Declared = Declared()) -> None:  # noqa: B008 (It is frozen.)
        self.workspace = workspace
        self.environment = environment
        self._declared = declared
        self._names = Names(workspace, environment, Catalogue())

    def fresh(self, kind: type[_Evaluator]) -> _Evaluator:
        """An evaluator of the given class, which only knows what the files say."""
        names, workspace = self._names, self.workspace
        return kind(
            Project(
                names.catalogue,
                names.file,
                workspace.subclasses,
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

        The evaluator has no results from other files. Because of the limits, and of questions that lead back to
        themselves, such results would affect what it can find out. Then the answers for a file would depend on which
        files were checked before it.
        """
        return self.workspace.in_hand(source), self.fresh(Evaluator)

    def keep(self) -> None:
        """Store the results that other processes can use."""
        self.workspace.keep()


class _Sessions:
    """The sessions of a process. They assume that files do not change until ``look_again`` is called."""

    def __init__(self) -> None:
        self._disk = Disk()
        self._now: dict[tuple[_Place, Environment, Declared], Session] = {}
        self._earlier: dict[_Place, Workspace] = {}
        self._of_editors: dict[str, str] = {}  # The texts that are open in editors, by path.
        self._held: str | None = None  # The path of a text that counts too, but is not open in an editor.

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
        self._now[key] = session  # The last entry is the most recently used one.
        for old in list(self._now)[:-_KEPT]:
            del self._now[old]
        return session

    def hold(self, real: str, text: str) -> None:
        """Treat a text as that of a file, as long as that file is being checked."""
        if self._disk.unsaved.get(real) != text:
            self._renew({**self._of_editors, real: text})
            self._held = real

    def _let_go(self, real: str) -> None:
        """Forget the text that is held, if another file is checked."""
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
    """The session of the project that a file belongs to; a separate one for a text without a file.

    Raises ConfigError.
    """
    from flake8_forward_call.configuration.wishes import wishes_of

    return _SESSIONS.of(path, wishes_of(Path(os.path.realpath(path)).parent))


def hold(path: str, text: str) -> None:
    """Treat a text as that of the file at a path, as long as that file is being checked. Never raises.

    So a text from standard input, or one that was never saved, belongs to the folder that its name says.
    """
    with suppress(OSError, ValueError):  # There is no current folder, or the path is not a valid one.
        _SESSIONS.hold(os.path.realpath(path), text)


def look_again(unsaved: Mapping[str, str]) -> None:
    """Assume from here on that any file may have changed, and that the files at these real paths have these texts.

    This is for processes that keep running while files change. Unchanged files are not read again.
    """
    _SESSIONS.look_again(unsaved)
