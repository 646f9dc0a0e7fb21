"""The open documents as the client sends them: whole texts, changes of a part, and notebooks with their cells."""

from __future__ import annotations

import logging
import re
from urllib.parse import unquote

from lsprotocol import types
from pygls.workspace import PositionCodec, TextDocument, Workspace

from flake8_forward_call.server.wire import in_short

log = logging.getLogger(__name__)

# The ends of lines in the protocol. Python's str.splitlines splits at more characters, which moves all later lines.
_END = re.compile(r"\r\n|\n|\r")


def changed(text: str, change: types.TextDocumentContentChangePartial, codec: PositionCodec) -> str:
    """The text after the change of a part. Positions after the end of a line or of the text mean that end."""
    starts = [0, *(found.end() for found in _END.finditer(text))]
    first, last = (_offset(text, starts, place, codec) for place in (change.range.start, change.range.end))
    first, last = min(first, last), max(first, last)
    return text[:first] + change.text + text[last:]


def _offset(text: str, starts: list[int], place: types.Position, codec: PositionCodec) -> int:
    """The index in the text of a position in the client's units."""
    if place.line >= len(starts):
        return len(text)
    start = starts[place.line]
    line = text[start : starts[place.line + 1]].rstrip("\r\n") if place.line + 1 < len(starts) else text[start:]
    if line.isascii():
        return start + min(place.character, len(line))
    at = units = 0
    while at < len(line) and units < place.character:
        units += codec.client_num_units(line[at])
        at += 1
    return start + at


class Document(TextDocument):
    """A text document, or a cell of a notebook."""

    def _apply_incremental_change(self, change: types.TextDocumentContentChangePartial) -> None:
        self._source = changed(self.source, change, self.position_codec)


class Documents(Workspace):
    """The client's folders, documents and notebooks. Changes of what is not open are ignored."""

    @classmethod
    def of(cls, workspace: Workspace) -> Documents:
        """The same as a workspace in which nothing is open yet."""
        folders = list(workspace.folders.values())
        return cls(workspace.root_uri, types.TextDocumentSyncKind.Incremental, folders, workspace.position_encoding)

    def _create_text_document(
        self, doc_uri: str, source: str | None = None, version: int | None = None, language_id: str | None = None
    ) -> TextDocument:
        return Document(
            doc_uri,
            source=source,
            version=version,
            language_id=language_id,
            sync_kind=self._sync_kind,
            position_codec=self._position_codec,
        )

    def notebook_of(self, cell: str) -> str | None:
        """The URI, unescaped, of the notebook that contains the cell with a URI; None if it is no cell."""
        return self._cell_in_notebook.get(unquote(cell))

    def update_text_document(
        self, text_doc: types.VersionedTextDocumentIdentifier, change: types.TextDocumentContentChangeEvent
    ) -> None:
        """Change a document. Its version is the new one only if the whole change is made."""
        if unquote(text_doc.uri) not in self.text_documents:
            log.warning("a change of a document that is not open: %s", in_short(text_doc.uri))
            return
        super().update_text_document(text_doc, change)  # type: ignore[no-untyped-call, unused-ignore]

    def update_notebook_document(self, params: types.DidChangeNotebookDocumentParams) -> None:
        """Change a notebook: its cells, their order, their texts."""
        if unquote(params.notebook_document.uri) not in self.notebook_documents:
            log.warning("a change of a notebook that is not open: %s", in_short(params.notebook_document.uri))
            return
        super().update_notebook_document(params)  # type: ignore[no-untyped-call, unused-ignore]

    def put_notebook_document(self, params: types.DidOpenNotebookDocumentParams) -> None:
        """Open a notebook. One that is open already is replaced."""
        self._close_cells(params.notebook_document.uri)
        super().put_notebook_document(params)  # type: ignore[no-untyped-call, unused-ignore]

    def remove_notebook_document(self, params: types.DidCloseNotebookDocumentParams) -> None:
        """Close a notebook with all its cells, even those that the client does not name."""
        super().remove_notebook_document(params)  # type: ignore[no-untyped-call, unused-ignore]
        self._close_cells(params.notebook_document.uri)

    def _close_cells(self, notebook: str) -> None:
        for cell in [cell for cell, owner in self._cell_in_notebook.items() if owner == unquote(notebook)]:
            self.remove_text_document(cell)  # type: ignore[no-untyped-call, unused-ignore]
