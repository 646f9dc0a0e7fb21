"""What one process knows about a project, kept from one checked file to the next."""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Iterable, Mapping
from contextlib import suppress
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from flake8_forward_call.configuration import files
from flake8_forward_call.files.cache import Store, default_folder
from flake8_forward_call.inference.catalogue import Catalogue
from flake8_forward_call.inference.places import apart
from flake8_forward_call.inference.places import environment as environments
from flake8_forward_call.inference.places import layout as layouts
from flake8_forward_call.inference.places.environment import CHOICE, VERSION, Choice, Environment, environment_of
from flake8_forward_call.inference.places.folders import (
    BELOW,
    INSTALLED_MODULE,
    INSTALLED_NAMES,
    MODULE,
    NAMES,
    programs_below,
)
from flake8_forward_call.inference.places.layout import (
    EXISTS,
    LAYOUT,
    MARKED,
    REAL,
    exists,
    is_marked,
    layout_of,
    real,
    told_existing,
    told_layout,
)
from flake8_forward_call.inference.places.siblings import SIBLINGS, siblings_of, told_siblings
from flake8_forward_call.inference.project import facts
from flake8_forward_call.inference.project.declared import Declared
from flake8_forward_call.inference.project.disk import CONTENT, Disk, encoded
from flake8_forward_call.inference.project.facts import Ledger, Memo, digest, digest_of_bytes
from flake8_forward_call.inference.project.names import Names
from flake8_forward_call.inference.project.project import Project, Shared
from flake8_forward_call.inference.project.results import Results
from flake8_forward_call.inference.project.texts import CALLING, SUBCLASSES, WORD, Texts, told_paths
from flake8_forward_call.inference.project.wishes import Wishes
from flake8_forward_call.inference.project.workspace import Surroundings, Workspace, surroundings_of
from flake8_forward_call.sources.source import Source

if TYPE_CHECKING:  # What earlier runs have found is used without these, which take longer to import than all others.
    from flake8_forward_call.inference.evaluator import Evaluator
    from flake8_forward_call.inference.questions import Questions
    from flake8_forward_call.inference.syntax.file import File

# How many sessions are kept: a run over several projects returns to few of them.
_KEPT = 4

# In characters: how much parsed text a run keeps in several sessions. Trees and scopes take 40 times as many bytes.
_MAX_PARSED = 1_000_000

# What an evaluator that answers a shared question passes on in its turn. This must not lead back, or it would not end.
_PASSED_ON: dict[Shared, tuple[Shared, ...]] = {
    Shared.SUBCLASSES: (Shared.SUBCLASSES_IN_FILE,),
    Shared.SUBCLASSES_IN_FILE: (),
}

_Evaluator = TypeVar("_Evaluator", bound="Evaluator")
_Answer = TypeVar("_Answer")

# The key of a project: a workspace's roots, top, renamed packages, repository, cache folder and folder apart.
_Place: TypeAlias = tuple[
    tuple[Path, ...], Path | None, tuple[tuple[str, Path], ...], Path | None, str | None, Path | None
]


class Session:
    """A project's files, and everything that was found out about them."""

    def __init__(
        self,
        workspace: Workspace,
        environment: Environment,
        declared: Declared = Declared(),  # noqa: B008 (It is frozen.)
        results: Results | None = None,
        ledger: Ledger | None = None,
    ) -> None:
        self.workspace = workspace
        self.environment = environment
        self.results = results
        self.ledger = ledger or Ledger()
        self._declared = declared
        self._names = Names(workspace, environment, Catalogue())
        self._shared: Memo[Hashable, Any] = Memo()
        self._replaced = 0

    def fresh(self, kind: type[_Evaluator], shared: Iterable[Shared] = (Shared.SUBCLASSES,)) -> _Evaluator:
        """An evaluator of the given class, which only knows what the files say.

        It passes on the questions of the kinds that are ``shared``, whose answers are stored for all files.
        """
        names, workspace = self._names, self.workspace
        return kind(
            Project(
                names.catalogue,
                names.file,
                workspace.subclasses,
                workspace.calling_subclasses,
                workspace.mentioning,
                stub=names.stub,
                hides=names.is_hidden,
                mentions=names.mentions,
                imported=names.imported,
                declared=self._declared,
                shared={one: partial(self._of_project, one) for one in shared},
            )
        )

    def take(self, source: Source) -> tuple[File, Evaluator]:
        """The file that is being checked, and an evaluator for it.

        The evaluator has no results from other files. So what one file costs, and what exceeds a limit on its work,
        does not depend on which files were checked before it.
        """
        from flake8_forward_call.inference.evaluator import Evaluator
        from flake8_forward_call.inference.usage.doctests import examples_of

        if source.is_beside:
            host = self.workspace.file_at(Path(os.path.realpath(source.path)))
            return examples_of(source, host), self.fresh(Evaluator)
        if self.key_of(source) is None:
            self.workspace.disk.assume(os.path.realpath(source.path), digest_of_bytes(_bytes_of(source)))
        file = self.workspace.in_hand(source)
        if self._replaced != self.workspace.replaced:  # The answers may be about the old file.
            self._shared, self._replaced = Memo(), self.workspace.replaced
        return file, self.fresh(Evaluator)

    def _of_project(
        self, kind: Shared, subject: Hashable, question: Callable[[Questions], _Answer], unknown: _Answer
    ) -> _Answer:
        """See ``Questions.of_project``."""
        from flake8_forward_call.inference.engine import OutOfBudget
        from flake8_forward_call.inference.evaluator import Evaluator

        def answer() -> _Answer:
            alone = self.fresh(Evaluator, _PASSED_ON[kind])
            try:
                return question(alone)
            except OutOfBudget:
                return unknown

        found: _Answer = self._shared.get((kind, subject), answer)
        return found

    @cached_property
    def context(self) -> str:
        """A text that is different if the files of the project are found or read in another way."""
        workspace, environment = self.workspace, self.environment
        around = (workspace.roots, workspace.top, workspace.renamed, workspace.repository, workspace.apart)
        return digest(repr((around, environment.places, environment.elsewhere, self._declared)))

    def key_of(self, source: Source) -> str | None:
        """The digest of a file's content on disk, or of its unsaved text; None if this is not the text of the source.

        flake8 decodes files itself, so that a byte-order mark is missing from its text.
        """
        disk, path = self.workspace.disk, os.path.realpath(source.path)
        content, text = disk.digest(path), source.file.text
        if digest_of_bytes(_bytes_of(source)) == content:
            return content
        there = disk.source(path)
        if there is None or there.text.removeprefix("\ufeff") != text.removeprefix("\f"):
            return None
        # The file may have changed since it was first looked at.
        return content if digest_of_bytes(disk.read(path)) == content else None

    def answer(self, kind: str, subject: str) -> str:
        """The answer to the question of a fact, as things are now. Raises ValueError if there is no such question."""
        question = self._questions.get(kind)
        if question is None:
            raise ValueError(f"no question is called {kind!r}")
        return question(subject)

    @cached_property
    def _questions(self) -> dict[str, Callable[[str], str]]:
        """By the kind of a fact: what gives the answer for its subject."""
        own, texts, installed = self.workspace.folders, self.workspace.texts, self.environment
        return {
            CONTENT: self.workspace.disk.digest,
            MODULE: own.told_module,
            NAMES: lambda folder: own.told_names(Path(folder)),
            INSTALLED_MODULE: installed.folders.told_module,
            INSTALLED_NAMES: lambda folder: installed.folders.told_names(Path(folder)),
            VERSION: installed.told_version,
            BELOW: lambda folder: digest(*programs_below(Path(folder))),
            EXISTS: lambda path: told_existing(exists(Path(path))),
            MARKED: lambda folder: told_existing(is_marked(Path(folder))),
            REAL: real,
            LAYOUT: lambda folder: told_layout(layout_of(Path(folder))),
            SIBLINGS: lambda folder: told_siblings(siblings_of(Path(folder))),
            WORD: lambda subject: told_paths(texts.mentioning_as_noted(subject)),
            SUBCLASSES: lambda name: told_paths(texts.subclasses(name)),
            CALLING: lambda name: told_paths(texts.calling_subclasses(name)),
        }

    def let_go(self) -> None:
        """Free what was found out, and the files. Nobody may ask this session any more."""
        self._shared = Memo()
        self.workspace.let_go()

    def keep(self, *, at_once: bool = False) -> None:
        """Store the results that other processes can use, unless that was done a short time ago."""
        self.workspace.texts.keep(at_once=at_once)
        if self.results is not None:
            self.results.keep(at_once=at_once)


def _bytes_of(source: Source) -> bytes:
    """The bytes of the file of a source."""
    try:
        return source.file.to_bytes()
    except UnicodeError:
        return encoded(source.file.text)


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
        self._environments: dict[tuple[object, ...], Environment] = {}
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
        outside = None if around.top is None else apart.apart_from(around.top, real)
        roots = tuple(dict.fromkeys((*wishes.roots, *around.roots)))
        place = (roots, *around[1:], wishes.cache_folder, outside)
        environment = self._environment(folder, around.top, wishes.environment)
        key = place, environment, wishes.declared
        session = self._now.pop(key, None) or self._new(place, environment, wishes.declared)
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
        return not self.keeps_running and sum(one.workspace.parsed for one in self._now.values()) > _MAX_PARSED

    def _let_go_of_oldest(self) -> None:
        """Forget the oldest session, and the texts and results of its project if no other session needs them."""
        old = self._now.pop(next(iter(self._now)))
        if old.workspace not in self._earlier.values():
            old.let_go()
        needed = [session.workspace.texts for session in self._now.values()]
        if old.workspace.texts not in needed:
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
        workspace = Workspace(*place, self._disk, self._earlier.pop(place, None), texts)
        is_wanted = top is not None and (store.is_there or self.keeps_running)
        known = self._results[project]
        return Session(workspace, environment, declared, known if is_wanted else None, known.ledger)

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
        layouts.look_again()
        apart.look_again()
        files.forget()
        self.keeps_running = True
        self._of_editors = dict(unsaved)
        self._renew(self._of_editors)
        self._held = None

    def keep(self) -> None:
        """Store the results that other processes can use, now."""
        for session in self._now.values():
            session.keep(at_once=True)

    def get_ready(self) -> None:
        """Read the texts of the projects, in which each file searches."""
        for session in self._now.values():
            session.workspace.texts.get_ready()

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
        self._disk = Disk(unsaved, self._disk.known)


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


def get_ready() -> None:
    """Read now what is searched in the projects that were met, so that forked processes have it already."""
    _SESSIONS.get_ready()


def keep() -> None:
    """Store the results that other processes can use. This is for the end of a run."""
    _SESSIONS.keep()
