"""When open documents are checked, and which results are kept until something changes."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Protocol
from urllib.parse import unquote

from flake8_forward_call.findings.finding import Finding
from flake8_forward_call.inference.evidence import Step
from flake8_forward_call.inference.session import look_again
from flake8_forward_call.server import reports
from flake8_forward_call.server.paths import is_path
from flake8_forward_call.server.reports import Report
from flake8_forward_call.server.settings import Terms
from flake8_forward_call.server.wire import in_short
from flake8_forward_call.server.worker import Worker

log = logging.getLogger(__name__)

# Wait this many seconds after the last change, because the user is probably still typing.
DELAY = 0.2


class Document(Protocol):
    """A document that is open in the client."""

    uri: str
    version: int | None

    @property
    def source(self) -> str: ...


class Checks:
    """Reports on open documents. They are updated when anything changes that they may depend on.

    ``documents`` returns the open documents by URI, unescaped, because clients escape different characters;
    ``path_of`` returns the path for a URI, or None if it is not a file; ``terms`` returns the terms for a path, and is
    called in the worker thread. ``publish`` gets each report, and again with its evidence if ``wants_evidence``.
    ``warn`` gets invalid settings, each of them once until it is corrected or ``settings_changed``.
    """

    def __init__(
        self,
        documents: Callable[[], Mapping[str, Document]],
        path_of: Callable[[str], str | None],
        terms: Callable[[str], Terms],
        publish: Callable[[Document, Report], None],
        warn: Callable[[str], None],
    ) -> None:
        self.wants_evidence = False
        self.worker = Worker()
        self._documents = documents
        self._path_of = path_of
        self._terms = terms
        self._publish = publish
        self._warn = warn
        self._told: set[str] = set()
        self._reports: dict[str, Report] = {}
        self._due: list[str] = []
        self._task: asyncio.Task[None] | None = None

    def changed(self, uri: str | None = None) -> None:
        """Check again after a change of this document, or of anything else. This cancels the running check."""
        first = None if uri is None else unquote(uri)  # The document that the user is editing.
        self._due = sorted(self._documents(), key=lambda one: one != first)
        if self._task is not None:
            self._task.cancel()
        self._task = asyncio.get_running_loop().create_task(self._work())

    def settings_changed(self) -> None:
        """Warn again about settings that are still invalid, after a change of a settings file."""
        self._told.clear()

    def closed(self, uri: str) -> None:
        """Drop the report on a closed document, and check the others again."""
        self._reports.pop(unquote(uri), None)
        self.changed()

    def end(self) -> None:
        """Start no more checks."""
        if self._task is not None:
            self._task.cancel()
        self.worker.close()

    async def current(self, uri: str) -> Report | None:
        """The report on a document as it is now; None if it is not open."""
        name = unquote(uri)
        document = self._documents().get(name)
        if document is None:
            return None
        report = self._reports.get(name)
        if report is None or name in self._due or not self.is_current(uri, report):
            await self._look_again()
            report = await self._checked(name, document)
        return report

    def is_current(self, uri: str, report: Report) -> bool:
        """Whether a report is about the current text of the document."""
        document = self._documents().get(unquote(uri))
        return document is not None and (document.version, document.source) == (report.version, report.text)

    async def explained(self, report: Report, finding: Finding) -> Sequence[Step]:
        """The evidence for a finding in a report."""
        if finding.start not in report.evidence:
            await self.worker.run(partial(reports.explain, report, finding))
        return report.evidence[finding.start]

    async def _work(self) -> None:
        await asyncio.sleep(DELAY)
        try:
            await self._look_again()
            faults: set[str] = set()
            for name in list(self._due):
                document = self._documents().get(name)
                if document is not None:
                    faults.update(await self._tell(name, document))
                self._due.remove(name)
            self._told &= faults  # Faults that were corrected may be reported again.
            if self.wants_evidence:
                await self._add_evidence()
        except Exception:
            log.exception("the open documents were not all looked at")

    async def _tell(self, name: str, document: Document) -> Sequence[str]:
        """Check a document and publish the report. Returns the faults in its settings.

        If this fails for one document, the others are still checked.
        """
        try:
            report = await self._checked(name, document)
            for fault in report.faults:
                if fault not in self._told:
                    self._told.add(fault)
                    self._warn(fault)
            self._publish(document, report)
        except Exception:
            log.exception("%s was not looked at", document.uri)
            return ()
        return report.faults

    async def _add_evidence(self) -> None:
        """Add the evidence last, because it takes longest and is the least urgent."""
        for name, report in list(self._reports.items()):
            missing = [finding for finding in report.findings if finding.start not in report.evidence]
            for finding in missing:
                await self.worker.run(partial(reports.explain, report, finding))
            document = self._documents().get(name)
            if missing and document is not None:
                self._publish(document, report)

    async def _look_again(self) -> None:
        """Give inference the texts of the open documents. Files on disk may differ or may have changed."""
        unsaved = {}
        for document in self._documents().values():
            path = self._file_of(document)
            if path is not None:
                unsaved[os.path.realpath(path)] = document.source
        await self.worker.run(partial(look_again, unsaved))

    def _file_of(self, document: Document) -> str | None:
        """The path of a document; None if it cannot be a file, because a client may send anything."""
        path = self._path_of(document.uri)
        return path if path is not None and is_path(path) else None

    async def _checked(self, name: str, document: Document) -> Report:
        version, text = document.version, document.source
        path = self._file_of(document)
        if path is None:
            report = reports.skipped(document.uri, text, version)
        else:
            report = await self.worker.run(partial(self._looked_at, path, text, version))
        if name in self._documents():  # It may have been closed in the meantime.
            self._reports[name] = report
        return report

    def _looked_at(self, path: str, text: str, version: int | None) -> Report:
        try:
            terms = self._terms(path)
        except (OSError, ValueError, RecursionError) as error:  # No file can be at such a path.
            log.warning("%s was not looked at: %s", in_short(path), in_short(error))
            return reports.skipped(path, text, version)
        if terms.is_skipped:
            return reports.skipped(path, text, version, terms.faults)
        return reports.checked(path, text, version, terms.selection, terms.faults)
