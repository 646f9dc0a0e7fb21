"""What the answers need of the server: its client, and the reports on the documents that the client asks about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from flake8_forward_call.server.checks import Checks
from flake8_forward_call.server.views import View


@dataclass(frozen=True, slots=True)
class Asked:
    """A document that a client asks about, as it is now.

    ``name`` is the unescaped URI of what was checked: the document, or the notebook that has it as a cell. ``views``
    are all documents of the report, and ``view`` is the one that was asked about.
    """

    name: str
    view: View
    views: Sequence[View]


class Server(Protocol):
    """What the answers need of the server."""

    checks: Checks

    @property
    def client_capabilities(self) -> types.ClientCapabilities:
        """What the client supports."""

    async def asked(self, uri: str) -> Asked | None:
        """The document with a URI, checked as it is now; None if it is not open."""

    def is_current(self, asked: Asked) -> bool:
        """Whether the text of a document, or of any cell of its notebook, is still the one that was checked."""


def outdated(what: str) -> JsonRpcException:
    """The error for a request about a document that has changed in the meantime."""
    return JsonRpcException(f"{what} has changed", int(types.LSPErrorCodes.ContentModified))


def workspace_edit(server: Server, edits: Sequence[tuple[View, Sequence[types.TextEdit]]]) -> types.WorkspaceEdit:
    """Edits of documents in the form that the client supports.

    If it supports versions, the edits only apply to those that they were made for.
    """
    workspace = server.client_capabilities.workspace
    if workspace and workspace.workspace_edit and workspace.workspace_edit.document_changes:
        return types.WorkspaceEdit(
            document_changes=[
                types.TextDocumentEdit(
                    types.OptionalVersionedTextDocumentIdentifier(view.uri, view.version), list(some)
                )
                for view, some in edits
            ]
        )
    return types.WorkspaceEdit(changes={view.uri: list(some) for view, some in edits})
