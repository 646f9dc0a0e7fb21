"""Diagnostics that the client pulls for one document.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#textDocument_pullDiagnostics

Those of a notebook's cells are pushed to every client: Visual Studio Code pulls none for cells
(https://github.com/microsoft/vscode-languageserver-node/issues/1464). A client that pulls them gets none in answer,
because it shows what it pulls beside what is pushed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from lsprotocol import types
from lsprotocol.converters import get_converter
from pygls.exceptions import JsonRpcException

from flake8_forward_call.server.answers.asked import Asked, Server
from flake8_forward_call.server.views import View, diagnostics_in

_CONVERTER = get_converter()

# How often a document is checked again because its text changed during the check.
_ATTEMPTS = 3


def can_pull(capabilities: types.ClientCapabilities) -> bool:
    """Whether the client pulls the diagnostics of documents. Then only those of cells are pushed to it."""
    document = capabilities.text_document
    return document is not None and document.diagnostic is not None


def can_refresh(capabilities: types.ClientCapabilities) -> bool:
    """Whether the client pulls again if the server asks it to."""
    workspace = capabilities.workspace
    return bool(workspace and workspace.diagnostics and workspace.diagnostics.refresh_support)


def result_id(items: Sequence[types.Diagnostic]) -> str:
    """An identifier of diagnostics, the same for the same ones in every process."""
    text = json.dumps(_CONVERTER.unstructure(list(items)), sort_keys=True)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


class Pulling:
    """The diagnostics that a client has pulled. ``with_evidence``: it shows the steps of the evidence."""

    def __init__(self) -> None:
        self.with_evidence = False
        self._answered: dict[str, tuple[int | None, str]] = {}

    async def diagnostics(
        self, server: Server, params: types.DocumentDiagnosticParams
    ) -> types.RelatedFullDocumentDiagnosticReport | types.RelatedUnchangedDocumentDiagnosticReport:
        """The diagnostics of a document as it is now. One that is not open has none.

        Raises JsonRpcException if the text changes all the time, so that the client asks again.
        """
        uri = params.text_document.uri
        for _ in range(_ATTEMPTS):
            asked = await server.asked(uri)
            if asked is None:
                return types.RelatedFullDocumentDiagnosticReport([], result_id=result_id([]))
            if self.with_evidence and not can_refresh(server.client_capabilities):
                for finding in asked.view.findings:
                    await server.checks.explained(asked.view.report, finding)
            if server.is_current(asked):
                return self._answer(asked, params.previous_result_id)
        raise JsonRpcException(
            "the document is changing", int(types.LSPErrorCodes.ServerCancelled), {"retriggerRequest": True}
        )

    def items(self, view: View, views: Sequence[View]) -> list[types.Diagnostic]:
        """The diagnostics of a document, with the evidence that is already known; none of a cell."""
        if view.cell is not None:
            return []
        return diagnostics_in(view, views, with_evidence=self.with_evidence)

    def is_outdated(self, views: Sequence[View]) -> bool:
        """Whether the client has pulled other diagnostics for one of these documents with the same text."""
        answered = [(view, self._answered.get(view.uri)) for view in views]
        return any(
            one is not None and one[0] == view.version and one[1] != result_id(self.items(view, views))
            for view, one in answered
        )

    def closed(self, uri: str) -> None:
        """Forget what was pulled for a document."""
        self._answered.pop(uri, None)

    def _answer(
        self, asked: Asked, known: str | None
    ) -> types.RelatedFullDocumentDiagnosticReport | types.RelatedUnchangedDocumentDiagnosticReport:
        items = self.items(asked.view, asked.views)
        name = result_id(items)
        self._answered[asked.view.uri] = asked.view.version, name
        if name == known:
            return types.RelatedUnchangedDocumentDiagnosticReport(name)
        return types.RelatedFullDocumentDiagnosticReport(items, result_id=name)
