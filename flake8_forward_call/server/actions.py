"""The hover text with the evidence, and the code actions at a location."""

from __future__ import annotations

from typing import Protocol

from lsprotocol import types

from flake8_forward_call.findings.finding import Place
from flake8_forward_call.server import messages
from flake8_forward_call.server.checks import Checks
from flake8_forward_call.server.offers import FIX_ALL, QUICK_FIX, Offer, offers
from flake8_forward_call.server.positions import Positions
from flake8_forward_call.server.reports import Report


class Server(Protocol):
    """What the actions need of the server."""

    checks: Checks

    @property
    def client_capabilities(self) -> types.ClientCapabilities:
        """What the client supports."""

    def positions(self, report: Report) -> Positions:
        """Positions in a report's text, in the client's units."""


KINDS = (QUICK_FIX, FIX_ALL)


async def hover(server: Server, params: types.HoverParams) -> types.Hover | None:
    """The evidence for the finding at a location, if there is one."""
    report = await server.checks.current(params.text_document.uri)
    if report is None:
        return None
    positions = server.positions(report)
    place = positions.place(params.position.line, params.position.character)
    finding = next((one for one in report.findings if one.start <= place <= one.end), None)
    if finding is None:
        return None
    steps = await server.checks.explained(report, finding)
    if not server.checks.is_current(params.text_document.uri, report):
        return None
    kind = _kind_of_text(server)
    text = messages.hover(finding, steps, is_markdown=kind is types.MarkupKind.Markdown)
    return types.Hover(types.MarkupContent(kind, text), messages.range_of(finding, positions))


def _kind_of_text(server: Server) -> types.MarkupKind:
    """The kind of text that the client prefers; plain text if it does not say."""
    document = server.client_capabilities.text_document
    kinds = document.hover.content_format if document and document.hover else None
    return next((kind for kind in kinds or () if kind in types.MarkupKind), types.MarkupKind.PlainText)


async def code_actions(server: Server, params: types.CodeActionParams) -> list[types.CodeAction]:
    """The code actions for the findings in a range, and for all findings in the file."""
    uri, only = params.text_document.uri, params.context.only
    report = await server.checks.current(uri)
    if report is None or not report.findings:
        return []
    kinds = None if only is None else [kind.value if isinstance(kind, types.CodeActionKind) else kind for kind in only]
    start, end = (_place(server, report, one) for one in (params.range.start, params.range.end))
    found = await server.checks.worker.run(lambda: list(offers(report, start, end, kinds)))
    if not server.checks.is_current(uri, report):  # The edits would be for another text.
        return []
    return [_action(server, uri, report, offer) for offer in found]


def _place(server: Server, report: Report, position: types.Position) -> Place:
    return server.positions(report).place(position.line, position.character)


def _action(server: Server, uri: str, report: Report, offer: Offer) -> types.CodeAction:
    """The offer as a code action. If the client supports versions, it only applies to the version it was made for."""
    positions = server.positions(report)
    changes = messages.text_edits(offer.edits, positions)
    workspace = server.client_capabilities.workspace
    if workspace and workspace.workspace_edit and workspace.workspace_edit.document_changes:
        document = types.OptionalVersionedTextDocumentIdentifier(uri, report.version)
        edit = types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(document, list(changes))])
    else:
        edit = types.WorkspaceEdit(changes={uri: changes})
    return types.CodeAction(
        offer.title,
        kind=offer.kind,
        diagnostics=None if offer.finding is None else [messages.diagnostic(offer.finding, positions, uri)],
        is_preferred=offer.is_preferred or None,
        edit=edit,
    )
