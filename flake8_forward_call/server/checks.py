"""When open documents are checked, and which results are kept until something changes."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Protocol

from flake8_forward_call import collector
from flake8_forward_call.findings.finding import Finding
from flake8_forward_call.inference import session
from flake8_forward_call.inference.evidence import Step
from flake8_forward_call.server import reports
from flake8_forward_call.server.paths import is_path
from flake8_forward_call.server.reports import Report
from flake8_forward_call.server.settings import Preferences, terms_of
from flake8_forward_call.server.wire import in_short
from flake8_forward_call.server.worker import Worker

log = logging.getLogger(__name__)

# Wait this many seconds after the last change, because the user is probably still typing.
DELAY = 0.2

# What is typed is answered without a look at the disk. That follows when the diagnostics were shown, at most once in so
# many seconds, and in steps that are so short that the next edit need not wait for it.
LOOK_AFTER = 2.0
STEP = 0.01

# Garbage in all that is kept is looked for when the disk was looked at, once in so many seconds.
TIDY_AFTER = 60.0

# So many checks leave so much garbage that Python would look for it during one of the next.
MANY_CHECKS = 5

# If looking for it took long, it is done more rarely: so many seconds for each check.
SHARE = 0.02


class Document(Protocol):
    """A document that is open in the client. The text of a notebook is its JSON."""

    @property
    def uri(self) -> str: ...

    @property
    def version(self) -> int | None: ...

    @property
    def source(self) -> str: ...


class Client(Protocol):
    """What the checks need of the client."""

    def documents(self) -> Mapping[str, Document]:
        """The open documents by name."""

    def path_of(self, uri: str) -> str | None:
        """The path for a URI; None if it is not a file."""

    def preferences(self, path: str) -> Preferences:
        """The client's settings for a path."""

    def folders(self) -> Sequence[str]:
        """The paths of the client's folders."""

    def show(self, document: Document, report: Report) -> None:
        """Take a report, and the same report again with its evidence."""

    def all_shown(self) -> None:
        """Note that the reports on all documents were shown."""

    def changed_on_disk(self) -> None:
        """Check everything again, because something on disk has changed without a message from the client."""

    def warn(self, text: str) -> None:
        """Take an invalid setting, once until it is corrected or ``settings_changed``."""

    def first_look(self) -> AbstractAsyncContextManager[None]:
        """A context in which the first documents are checked, which may take seconds."""


class Checks:
    """Reports on open documents. They are updated when anything changes that they may depend on.

    The name of a document is its URI, unescaped, because clients escape different characters.
    ``wants_evidence``: each report is shown a second time, with its evidence.
    """

    def __init__(self, client: Client) -> None:
        self.wants_evidence = False
        self.worker = Worker()
        self._client = client
        self._told: set[str] = set()
        self._reports: dict[str, Report] = {}
        # The number of changes so far, and how many of them each report and the last look at the files includes.
        self.changes = 0
        self._included: dict[str, int] = {}
        self._looked = -1
        # How many of them were there at the last one that is more than an edit, and at the last look at the disk.
        self._beyond = 0
        self._seen = -1
        self._survey: Iterator[bool] | None = None  # The look at the disk that has begun.
        self._next_survey = 0.0
        self._tidied = -1  # The look at the disk after which garbage was looked for.
        self._next_tidy = 0.0
        self._untidy = 0  # How many times all documents were checked since garbage was looked for.
        self._lock = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    def changed(self, name: str | None = None, *, is_edit: bool = False, is_on_disk: bool = False) -> None:
        """Check again after a change of this document, or of anything else. This cancels the running check.

        ``is_edit``: only the text of the document has changed, and probably nothing on disk. ``is_on_disk``: this was
        seen on disk, and the client has done nothing, so the disk is not looked at once more.
        """
        self.changes += 1
        if not is_edit:
            self._beyond = self.changes
        if self._task is not None:
            self._task.cancel()
        self._task = asyncio.get_running_loop().create_task(self._work(name, looks_around=not is_on_disk))

    def settings_changed(self) -> None:
        """Warn again about settings that are still invalid, after a change of a settings file."""
        self._told.clear()

    def closed(self, name: str) -> None:
        """Drop the report on a closed document, and check the others again."""
        self._reports.pop(name, None)
        self.changed()

    def end(self) -> None:
        """Start no more checks."""
        if self._task is not None:
            self._task.cancel()
        self.worker.close()

    async def current(self, name: str) -> Report | None:
        """The report on a document as it is now; None if it is not open."""
        async with self._lock:  # Of many requests at the same time, the first has the document checked.
            document = self._client.documents().get(name)
            if document is None:
                return None
            report = self._reports.get(name)
            if report is None or self._included.get(name) != self.changes or not self.is_current(name, report):
                if self._looked >= 0:
                    return await self._checked(name, document)
                async with self._client.first_look():
                    return await self._checked(name, document)
            return report

    def is_current(self, name: str, report: Report) -> bool:
        """Whether a report is about the current text of the document."""
        document = self._client.documents().get(name)
        return document is not None and (document.version, document.source) == (report.version, report.text)

    async def explained(self, report: Report, finding: Finding) -> Sequence[Step]:
        """The evidence for a finding in a report."""
        if finding.start not in report.evidence:
            await self.worker.run(partial(reports.explain, report, finding))
        return report.evidence[finding.start]

    async def look_again(self) -> None:
        """Give inference the texts of the open documents. After more than an edit, files may have changed as well."""
        if self._looked == self.changes:
            return
        included, unsaved, looks_at_disk = self.changes, {}, self._seen < self._beyond
        for document in self._client.documents().values():
            path = self._file_of(document)
            if path is not None:
                unsaved[os.path.realpath(path)] = document.source
        await self.worker.run(partial(_look_again, unsaved) if looks_at_disk else partial(session.edit, unsaved))
        self._looked = included
        if looks_at_disk:
            self._seen, self._survey = included, None
            self._next_survey = time.monotonic() + LOOK_AFTER

    async def _is_as_before(self) -> bool:
        """Whether everything on disk is as it was. This takes until the next look is due, and goes on where it was."""
        await asyncio.sleep(self._next_survey - time.monotonic())
        survey = self._survey = self._survey or session.are_as_before()
        found: bool | None = None
        while found is None:
            found = await self.worker.run(partial(_step, survey))
        self._survey = None
        for name, document in list(self._client.documents().items()):
            path, report = self._file_of(document), self._reports.get(name)
            if found and path is not None and report is not None:
                found = await self.worker.run(partial(self._has_its_terms, path, report))
        self._next_survey = time.monotonic() + LOOK_AFTER
        return found

    def _tidy(self) -> None:
        """Look for garbage, if that is due. This runs in the worker's thread, and to its end if it has begun."""
        self._untidy += 1
        if self._next_tidy < time.monotonic() and self._tidied < self._seen:
            self._tidied, self._next_tidy = self._seen, time.monotonic() + TIDY_AFTER
            collector.tidy()
            self._untidy = 0
        elif self._untidy >= MANY_CHECKS:
            start = time.monotonic()
            collector.collect_new()
            self._untidy = -int((time.monotonic() - start) / SHARE)

    def _has_its_terms(self, path: str, report: Report) -> bool:
        """Whether the settings of a document are as they were. This runs in the worker's thread."""
        try:
            is_same = terms_of(path, report.preferences, self._client.folders()) == report.terms
            return is_same and session.is_as_before(path)
        except (OSError, ValueError, RecursionError):  # No file can be at such a path, and none was looked at.
            return True

    async def _work(self, first: str | None, *, looks_around: bool) -> None:
        """Check all documents, first the one that the user is editing; then look at the disk, if asked to."""
        await asyncio.sleep(DELAY)
        try:
            faults: set[str] = set()
            for name in sorted(self._client.documents(), key=lambda one: one != first):
                faults.update(await self._tell(name))
            self._told &= faults  # Faults that were corrected may be reported again.
            if self.wants_evidence:
                await self._add_evidence()
            self._client.all_shown()
            await self.worker.run(self._tidy)
            if looks_around and self._reports and not await self._is_as_before():
                self._client.changed_on_disk()
        except Exception:
            log.exception("the open documents were not all looked at")

    async def _tell(self, name: str) -> Sequence[str]:
        """Check a document and show the report. Returns the faults in its settings.

        If this fails for one document, the others are still checked.
        """
        try:
            report = await self.current(name)
            document = self._client.documents().get(name)
            if report is None or document is None:
                return ()
            for fault in report.terms.faults:
                if fault not in self._told:
                    self._told.add(fault)
                    self._client.warn(fault)
            self._client.show(document, report)
        except Exception:
            log.exception("%s was not looked at", in_short(name))
            return ()
        return report.terms.faults

    async def _add_evidence(self) -> None:
        """Add the evidence last, because it takes longest and is the least urgent."""
        for name, report in list(self._reports.items()):
            missing = [finding for finding in report.findings if finding.start not in report.evidence]
            for finding in missing:
                await self.worker.run(partial(reports.explain, report, finding))
            document = self._client.documents().get(name)
            if missing and document is not None:
                self._client.show(document, report)

    def _file_of(self, document: Document) -> str | None:
        """The path of a document; None if it cannot be a file, because a client may send anything."""
        path = self._client.path_of(document.uri)
        return path if path is not None and is_path(path) else None

    async def _checked(self, name: str, document: Document) -> Report:
        await self.look_again()
        included, version, text = self.changes, document.version, document.source
        path = self._file_of(document)
        if path is None:
            report = reports.skipped(document.uri, text, version)
        else:
            report = await self.worker.run(partial(self._looked_at, path, text, version))
        if name in self._client.documents():  # It may have been closed in the meantime.
            self._reports[name], self._included[name] = report, included
        return report

    def _looked_at(self, path: str, text: str, version: int | None) -> Report:
        """The report on a text. This runs in the worker's thread, in a context of its own."""
        start = time.monotonic()
        try:
            preferences = self._client.preferences(path)
            terms = terms_of(path, preferences, self._client.folders())
        except (OSError, ValueError, RecursionError) as error:  # No file can be at such a path.
            log.warning("%s was not looked at: %s", in_short(path), in_short(error))
            return reports.skipped(path, text, version)
        report = reports.checked(path, text, version, terms, preferences)
        log.info("%s: %d findings in %.3f s", in_short(path), len(report.findings), time.monotonic() - start)
        return report


def _look_again(unsaved: Mapping[str, str]) -> None:
    """Use these texts of documents, and what is on disk now."""
    if all(session.are_as_before()):
        session.edit(unsaved)
    else:
        session.look_again(unsaved)


def _step(survey: Iterator[bool]) -> bool | None:
    """Whether all is as it was, as far as a short look shows; None if there is more to look at."""
    end = time.monotonic() + STEP
    for is_same in survey:
        if not is_same:
            return False
        if time.monotonic() > end:
            return None
    return True
