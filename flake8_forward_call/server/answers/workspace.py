"""Diagnostics that the client pulls for the whole workspace.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#workspace_diagnostic
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from lsprotocol import types
from pygls.progress import Progress as Tokens

from flake8_forward_call.findings.finding import Edit
from flake8_forward_call.server import messages
from flake8_forward_call.server.answers.asked import Server
from flake8_forward_call.server.answers.progress import Progress
from flake8_forward_call.server.answers.pulled import Pulling, result_id
from flake8_forward_call.server.answers.searched import Search, reports_on_disk
from flake8_forward_call.server.checks import Document
from flake8_forward_call.server.positions import Positions
from flake8_forward_call.server.reports import Report
from flake8_forward_call.server.views import Units

Item = types.WorkspaceFullDocumentDiagnosticReport | types.WorkspaceUnchangedDocumentDiagnosticReport


class SearchingServer(Server, Protocol):
    """What a search of the workspace needs of the server."""

    @property
    def work_done_progress(self) -> Tokens:
        """The progress that is shown by the client."""

    @property
    def units(self) -> Units:
        """The length of a text in the client's units."""

    def documents(self) -> dict[str, Document]:
        """The open documents by URI, unescaped."""

    def search(self) -> Search:
        """A search of the client's folders."""

    def is_open(self, path: str) -> bool:
        """Whether the file with a real path is an open document."""

    def send_part(self, token: types.ProgressToken, part: types.WorkspaceDiagnosticReportPartialResult) -> None:
        """Send a part of an answer."""


class WorkspacePulling:
    """The diagnostics of the workspace, which the client pulls again and again."""

    def __init__(self, pulling: Pulling) -> None:
        self._pulling = pulling
        self._answered = -1  # The number of changes that the last answer includes.
        self._change = asyncio.Event()

    def changed(self) -> None:
        """Answer a request that waits for a change."""
        self._change.set()

    async def report(
        self, server: SearchingServer, params: types.WorkspaceDiagnosticParams
    ) -> types.WorkspaceDiagnosticReport:
        """The diagnostics of all files that have any, or had any when the client pulled the last time.

        If the client takes parts, each file is sent as soon as it is checked; and a client that knows everything
        already waits for the next change, as the protocol recommends, because it would ask again at once.
        """
        part = params.partial_result_token
        known = {one.uri: one.value for one in params.previous_result_ids}
        if part is not None and known and self._answered == server.checks.changes:
            self._change.clear()
            await self._change.wait()
        included = server.checks.changes
        progress = Progress(server.work_done_progress, params.work_done_token, "Looking for direct calls of forward()")
        progress.begin()
        items: list[Item] = []
        try:
            async for item in self._items(server, known, progress):
                if part is None:
                    items.append(item)
                else:
                    server.send_part(part, types.WorkspaceDiagnosticReportPartialResult([item]))
        finally:
            progress.end()
        self._answered = included
        return types.WorkspaceDiagnosticReport(items)

    async def _items(self, server: SearchingServer, known: dict[str, str], progress: Progress) -> AsyncIterator[Item]:
        seen: set[str] = set()
        for document in list(server.documents().values()):
            asked = await server.asked(document.uri)
            for view in asked.views if asked is not None else ():
                if view.cell is not None:  # Its diagnostics are pushed.
                    continue
                seen.add(view.uri)
                yield _item(view.uri, view.version, self._pulling.items(view, asked.views if asked else ()), known)
        search = server.search()
        if search.folders:
            async for report in reports_on_disk(server.checks, search, server.is_open, progress.report):
                uri = messages.address(report.source.path)
                if uri is not None and uri not in seen:
                    seen.add(uri)
                    yield _item(uri, None, diagnostics_of_file(report, uri, server.units), known)
        for uri in known:  # What is gone from the client's list stays there until the server says so.
            if uri not in seen:
                yield _item(uri, None, [], known)


def _item(uri: str, version: int | None, found: Sequence[types.Diagnostic], known: dict[str, str]) -> Item:
    name = result_id(found)
    if known.get(uri) == name:
        return types.WorkspaceUnchangedDocumentDiagnosticReport(uri, name, version)
    return types.WorkspaceFullDocumentDiagnosticReport(uri, list(found), version, result_id=name)


def diagnostics_of_file(report: Report, uri: str, units: Units) -> list[types.Diagnostic]:
    """The diagnostics of a file that is not open. Those of a notebook are at their places in its JSON text."""
    source, positions = report.source, Positions(report.source.file, units)
    found = []
    for one in report.findings:
        span = Edit(source.in_file(one.start), source.in_file(one.end), "")
        item = messages.diagnostic(one, Positions(source, units), uri, messages.place_of)
        item.range = messages.range_of(span, positions)
        found.append(item)
    return found
