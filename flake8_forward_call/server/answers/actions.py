"""The code actions at a location, and their edits."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams

from flake8_forward_call.server import messages
from flake8_forward_call.server.answers.asked import Asked, Server, outdated, workspace_edit
from flake8_forward_call.server.offers import FIX_ALL, FIX_NOTEBOOK, KINDS_FOR_ALL, QUICK_FIX, Offer, fix_all, offers
from flake8_forward_call.server.views import edits_by_view, finder

OPTIONS = types.CodeActionOptions(code_action_kinds=[QUICK_FIX, FIX_ALL, FIX_NOTEBOOK], resolve_provider=True)


async def code_actions(server: Server, params: types.CodeActionParams) -> list[types.CodeAction]:
    """The code actions for the findings in a range, and for all findings in the file or notebook."""
    asked = await server.asked(params.text_document.uri)
    if asked is None or not asked.view.report.findings:
        return []
    view, only = asked.view, params.context.only
    kinds = None if only is None else [kind.value if isinstance(kind, types.CodeActionKind) else kind for kind in only]
    start, end = (view.positions.place(one.line, one.character) for one in (params.range.start, params.range.end))
    found = await server.checks.worker.run(lambda: list(offers(view.report, start, end, kinds, view.cell)))
    if not server.is_current(asked):  # The edits would be for another text.
        return []
    return [_action(server, asked, offer) for offer in found]


async def resolved(server: Server, action: types.CodeAction) -> types.CodeAction:
    """The same action with its edit. Raises JsonRpcException if the text is another one now."""
    data = action.data
    if not isinstance(data, dict) or not isinstance(data.get("uri"), str) or data.get("kind") not in KINDS_FOR_ALL:
        raise JsonRpcInvalidParams("the data of the code action is not from this server")
    asked = await server.asked(data["uri"])
    if asked is None or asked.view.version != data.get("version"):
        raise outdated("the document")
    offer = await server.checks.worker.run(partial(fix_all, asked.view.report, data["kind"], asked.view.cell))
    if not server.is_current(asked):
        raise outdated("the document")
    if offer is None:
        raise JsonRpcException("there is nothing to fix", int(types.LSPErrorCodes.RequestFailed))
    action.edit = _edit(server, asked, offer)
    return action


def _action(server: Server, asked: Asked, offer: Offer) -> types.CodeAction:
    view = asked.view
    is_deferred = offer.kind in KINDS_FOR_ALL and _resolves_edits(server)
    return types.CodeAction(
        offer.title,
        kind=offer.kind,
        diagnostics=None
        if offer.finding is None
        else [messages.diagnostic(offer.finding, view.positions, view.uri, finder(asked.views))],
        is_preferred=offer.is_preferred or None,
        edit=None if is_deferred else _edit(server, asked, offer),
        data={"uri": view.uri, "version": view.version, "kind": offer.kind} if is_deferred else None,
    )


def _edit(server: Server, asked: Asked, offer: Offer) -> types.WorkspaceEdit:
    return workspace_edit(server, list(edits_by_view(offer.edits, asked.views)))


def _resolves_edits(server: Server) -> bool:
    """Whether the client asks for the edit of an action only when the user chooses it."""
    document = server.client_capabilities.text_document
    action = document.code_action if document else None
    properties: Sequence[str] = action.resolve_support.properties if action and action.resolve_support else ()
    return bool(action and action.data_support and "edit" in properties)
