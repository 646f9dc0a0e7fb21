"""The sessions of a process: what it knows about each project, until it has to look again."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from contextvars import copy_context
from pathlib import Path
from typing import TypeAlias

from flake8_forward_call.configuration import files
from flake8_forward_call.files.cache import Store, default_folder
from flake8_forward_call.inference.knowledge import Session
from flake8_forward_call.inference.places import apart
from flake8_forward_call.inference.places import environment as environments
from flake8_forward_call.inference.places import layout as layouts
from flake8_forward_call.inference.places.environment import CHOICE, Choice, Environment, environment_of
from flake8_forward_call.inference.project import facts
from flake8_forward_call.inference.project.declared import Declared
from flake8_forward_call.inference.project.disk import CONTENT, Disk
from flake8_forward_call.inference.project.results import Results
from flake8_forward_call.inference.project.texts import Texts
from flake8_forward_call.inference.project.wishes import Wishes
from flake8_forward_call.inference.project.workspace import Surroundings, Workspace, surroundings_of

# How many sessions are kept: a run over several projects returns to few of them.
_KEPT = 4

# In characters: how much parsed text a run keeps in several sessions. Trees and scopes take 40 times as many bytes.
_MAX_PARSED = 1_000_000

# The key of a project: a workspace's roots, top, renamed packages, repository, cache folder and folder apart.
_Place: TypeAlias = tuple[
    tuple[Path, ...], Path | None, tuple[tuple[str, Path], ...], Path | None, str | None, Path | None
]


class _Sessions:
    """The sessions of a process. They assume that files do not change until ``look_again`` is called."""

    def __init__(self) -> None:
        layouts.look_again()
        self._disk = Disk()
        self._now: dict[tuple[_Place, Environment, Declared], Session] = {}
        self._earlier: dict[_Place, Workspace] = {}
        self._texts: dict[tuple[object, ...], Texts] = {}
        self._earlier_texts: dict[tuple[object, ...], Texts] = {}
        self._results: dict[tuple[object, ...], Results] = {}
        self._around: dict[Path, Surroundings] = {}
        self._environments: dict[tuple[Path, Path | None, Choice | None, Choice], Environment] = {}
        self._by_path: dict[str, Session] = {}
        self._wishes: dict[str, tuple[object, Wishes]] = {}
        self._of_editors: dict[str, str] = {}  # The texts that are open in editors, by path.
        self._held: str | None = None  # The path of a text that counts too, but is not open in an editor.
        self.keeps_running = False  # Whether the results may be asked for again in this process.

    def of(self, real: str) -> Session:
        """The session for the file at a real path. Raises ConfigError."""
        wishes = self._wishes_for(os.path.dirname(real))  # noqa: PTH120
        self._let_go(real)
        if not self._disk.is_file(real):
            environment = environment_of(None, None, wishes.environment)
            alone = Session(Workspace(disk=self._disk), environment, wishes.declared)
            facts.turn_to(alone.ledger)
            return alone
        folder = Path(real).parent
        around = self._around.get(folder)
        if around is None:
            around = self._around[folder] = surroundings_of(folder)
        outside = apart.apart_from(around.top, real)
        roots = tuple(dict.fromkeys((*wishes.roots, *around.roots)))
        place = (roots, *around[1:], wishes.cache_folder, outside)
        environment = self._environment(folder, around.top, wishes.environment)
        key = place, environment, wishes.declared
        session = self._now.pop(key, None) or self._new(place, environment, wishes.declared)
        self._by_path[real] = session
        self._now[key] = session  # The last entry is the most recently used one.
        while len(self._now) > 1 and self._keeps_too_much():
            self._let_go_of_oldest()
        facts.turn_to(session.ledger)
        return session

    def _wishes_for(self, folder: str) -> Wishes:
        from flake8_forward_call.configuration.settings import settings_of
        from flake8_forward_call.configuration.wishes import wishes_in

        settings, known = settings_of(Path(folder)), self._wishes.get(folder)
        if known is None or known[0] is not settings:
            known = self._wishes[folder] = settings, wishes_in(settings)
        return known[1]

    def _keeps_too_much(self) -> bool:
        if len(self._now) > _KEPT:
            return True
        # The sessions of one project have the same files. The last of them has counted all that were read before it.
        parsed = {one.workspace.texts: one.workspace.parsed for one in self._now.values()}
        return not self.keeps_running and len(parsed) > 1 and sum(parsed.values()) > _MAX_PARSED

    def _let_go_of_oldest(self) -> None:
        """Forget the oldest session, and the texts and results of its project if no other session needs them."""
        old = self._now.pop(next(iter(self._now)))
        self._by_path = {path: session for path, session in self._by_path.items() if session is not old}
        needed = [session.workspace.texts for session in self._now.values()]
        if old.workspace.texts not in needed:
            if old.workspace not in self._earlier.values():
                old.let_go()
            old.keep(at_once=True)
            for project in [one for one, texts in self._texts.items() if texts is old.workspace.texts]:
                del self._texts[project], self._results[project]

    def _environment(self, folder: Path, top: Path | None, configured: Choice | None) -> Environment:
        key = folder, top, configured, CHOICE.get()
        if key not in self._environments:
            self._environments[key] = environment_of(folder, top, configured)
        return self._environments[key]

    def _new(self, place: _Place, environment: Environment, declared: Declared) -> Session:
        *_, cache_folder, outside = place
        top, repository = place[1], place[3]
        store = Store(default_folder(cache_folder))
        project = (top, outside, repository is None, cache_folder)
        texts = self._texts.get(project)
        if texts is None:
            earlier = self._earlier_texts.pop(project, None)
            texts = self._texts[project] = Texts(top, store, self._disk, earlier, outside, others=repository is None)
            results = self._results.get(project)
            if results is None:
                key = "\0".join((str(top), str(outside), str(repository is None)))
                results = self._results[project] = Results(store, key)
            results.begin(self._disk, lambda: texts.state)
        read = self._earlier.pop(place, None) or self._beside(texts)
        workspace = Workspace(*place, self._disk, read, texts)
        is_wanted = (top or outside) is not None and (store.is_there or self.keeps_running)
        known = self._results[project]
        return Session(workspace, environment, declared, known if is_wanted else None, known.ledger)

    def _beside(self, texts: Texts) -> Workspace | None:
        """What was last read of a project for other folders of it; None if nothing was.

        Each folder of scripts has its own session, because it is searched for imports. All have the same files.
        """
        known = [one.workspace for one in self._now.values() if one.workspace.texts is texts]
        return known[-1] if known else None

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

    def _forget_settings(self) -> None:
        environments.look_again()
        layouts.look_again()
        apart.look_again()
        files.forget()

    def look_again(self, unsaved: Mapping[str, str]) -> None:
        self._forget_settings()
        self.keeps_running = True
        self._of_editors = dict(unsaved)
        self._renew(self._of_editors)
        self._held = None

    def edit(self, unsaved: Mapping[str, str]) -> None:
        changed = None
        if self.keeps_running and self._held is None and not any(one.assumes for one in self._now.values()):
            changed = self._disk.edit(unsaved)
        if changed is None or any(one.is_full for one in self._results.values()):
            self.look_again(unsaved)
            return
        self._of_editors = dict(unsaved)
        for project, texts in self._texts.items():
            asked = [*((CONTENT, path) for path in changed), *texts.edit(changed)]
            gone = self._results[project].forget(asked)
            sessions = [one for one in self._now.values() if one.workspace.texts is texts]
            for session in sessions[:1]:
                gone |= session.summed_up(gone)
            for session in sessions:
                session.forget(gone)

    def are_as_before(self) -> Iterator[bool]:
        self._forget_settings()
        yield self._held is None and not self._disk.has_other_files()
        for folder, around in list(self._around.items()):
            yield surroundings_of(folder) == around
        for (folder, top, configured, choice), known in list(self._environments.items()):
            found = copy_context().run(_environment_with, choice, folder, top, configured)
            yield (found.places, found.elsewhere) == (known.places, known.elsewhere)
        for texts in list(self._texts.values()):
            yield from texts.are_as_before()
        for session in list(self._now.values()):
            yield from session.are_as_before()

    def is_as_before(self, real: str) -> bool:
        before = self._by_path.get(real)
        return before is None or self.of(real) is before

    def keep(self) -> None:
        """Store the results that other processes can use, now."""
        for session in self._now.values():
            session.keep(at_once=True)

    def get_ready(self) -> None:
        """Read the texts in which each file searches, if all files belong to one project.

        If they belong to several, each process reads those that it needs.
        """
        projects = list(dict.fromkeys(session.workspace.texts for session in self._now.values()))
        if len(projects) == 1:
            projects[0].get_ready()

    def _renew(self, unsaved: Mapping[str, str]) -> None:
        for (place, *_), session in self._now.items():
            self._earlier.pop(place, None)
            self._earlier[place] = session.workspace
        for old in list(self._earlier)[:-_KEPT]:
            del self._earlier[old]
        self._earlier_texts = dict(list({**self._earlier_texts, **self._texts}.items())[-_KEPT:])
        self._results = dict(list(self._results.items())[-_KEPT:])
        self._now.clear()
        self._texts.clear()
        self._around.clear()
        self._environments.clear()
        self._wishes.clear()
        self._by_path.clear()
        self._disk = Disk(dict(unsaved), self._disk.known)


def _environment_with(choice: Choice, folder: Path, top: Path | None, configured: Choice | None) -> Environment:
    CHOICE.set(choice)
    return environment_of(folder, top, configured)


_SESSIONS = _Sessions()


def session_of(path: str) -> Session:
    """The session of the project that a file belongs to; a separate one for a text without a file.

    Raises ConfigError.
    """
    return session_at(os.path.realpath(path))


def session_at(real: str) -> Session:
    """The same for the real path of a file. Raises ConfigError."""
    return _SESSIONS.of(real)


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


def edit(unsaved: Mapping[str, str]) -> None:
    """Assume from here on that the files at these real paths have these texts, and that nothing else has changed.

    Only what rests on a text that is another one now is found out again.
    """
    _SESSIONS.edit(unsaved)


def are_as_before() -> Iterator[bool]:
    """Yield, in many short steps, whether each thing on disk that any answer rests on is as it was.

    After the first False, and after ``look_again``, nothing more is known; ``edit`` may be called between two steps.
    """
    return _SESSIONS.are_as_before()


def is_as_before(path: str) -> bool:
    """Whether a file still has the session that it had, with the settings as they are read now. Raises ConfigError."""
    return _SESSIONS.is_as_before(os.path.realpath(path))


def get_ready() -> None:
    """Read now what is searched in the project that was met, so that forked processes have it already."""
    _SESSIONS.get_ready()


def keep() -> None:
    """Store the results that other processes can use. This is for the end of a run."""
    _SESSIONS.keep()
