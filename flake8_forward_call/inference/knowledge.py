"""What one process knows about a project, kept from one checked file to the next."""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Iterable, Iterator
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from flake8_forward_call.inference.asking import Answers, all_hold, answers
from flake8_forward_call.inference.catalogue import Catalogue
from flake8_forward_call.inference.places.environment import Environment
from flake8_forward_call.inference.project import facts
from flake8_forward_call.inference.project.declared import Declared
from flake8_forward_call.inference.project.disk import encoded
from flake8_forward_call.inference.project.facts import Ledger, Memo, digest, digest_of_bytes, forget_in
from flake8_forward_call.inference.project.names import Names
from flake8_forward_call.inference.project.project import Project, Shared
from flake8_forward_call.inference.project.results import Results
from flake8_forward_call.inference.project.workspace import Workspace
from flake8_forward_call.sources.source import Source

if TYPE_CHECKING:  # What earlier runs have found is used without these, which take longer to import than all others.
    from flake8_forward_call.inference.evaluator import Evaluator
    from flake8_forward_call.inference.questions import Questions
    from flake8_forward_call.inference.syntax.file import File

# What an evaluator that answers a shared question passes on in its turn. This must not lead back, or it would not end.
_PASSED_ON: dict[Shared, tuple[Shared, ...]] = {
    Shared.SUBCLASSES: (Shared.SUBCLASSES_IN_FILE,),
    Shared.SUBCLASSES_IN_FILE: (),
}

_Evaluator = TypeVar("_Evaluator", bound="Evaluator")
_Answer = TypeVar("_Answer")


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
        self.assumes = False  # Whether a text counted that is neither on disk nor open in an editor.

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
            self.assumes = True
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
            self.workspace.disk.digest(_file_of(subject).path)  # To note it: the answer is about this text.
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
    def _questions(self) -> Answers:
        return answers(self.workspace, self.environment)

    def forget(self, gone: int) -> None:
        """Forget the answers that rest on any of these facts."""
        forget_in(self, gone)
        forget_in(self._names, gone)
        self.workspace.forget(gone)

    def summed_up(self, gone: int) -> int:
        """The facts that sum up any of these and do not hold any more. The others are asked for again, and hold."""
        changed = 0
        facts.turn_to(self.ledger)
        for kind, subject, before in self.ledger.summed_up_from(gone):
            answer, below = facts.recorded(partial(self.workspace.told_offered, subject))
            if answer == before:
                self.ledger.sum_up(kind, subject, answer, below)
            else:
                changed |= self.ledger.forget(kind, subject)
        return changed

    def are_as_before(self) -> Iterator[bool]:
        """Yield for each thing on disk that any answer rests on whether it is as it was."""
        return all_hold(self.ledger, self.workspace, self.environment)

    def let_go(self) -> None:
        """Free what was found out, and the files. Nobody may ask this session any more."""
        self._shared = Memo()
        self.workspace.let_go()

    def keep(self, *, at_once: bool = False) -> None:
        """Store the results that other processes can use, unless that was done a short time ago."""
        self.workspace.texts.keep(at_once=at_once)
        if self.results is not None:
            self.results.keep(at_once=at_once)


def _file_of(subject: Hashable) -> File:
    """The file that a question is about."""
    from flake8_forward_call.inference.definitions import SourceClass

    return subject.scope.file if isinstance(subject, SourceClass) else cast("File", subject)


def _bytes_of(source: Source) -> bytes:
    """The bytes of the file of a source."""
    try:
        return source.file.to_bytes()
    except UnicodeError:
        return encoded(source.file.text)
