"""An open notebook: its cells, each a text document of the client, as one document."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from lsprotocol import types

from flake8_forward_call.server.documents import Documents

# Cells in these languages are synchronised. Others are of no interest here.
LANGUAGES = ("python",)

OPTIONS = types.NotebookDocumentSyncOptions(
    [types.NotebookDocumentFilterWithCells([types.NotebookCellLanguage(one) for one in LANGUAGES])], save=True
)


@dataclass(frozen=True)
class OpenCell:
    """A cell: the URI and version of its text document, its text, and whether it is code in Python."""

    uri: str
    version: int | None
    text: str
    is_python: bool


@dataclass(frozen=True)
class Notebook:
    """An open notebook, with its cells in order. Their numbers in findings count from 1."""

    uri: str
    version: int
    cells: tuple[OpenCell, ...]

    @cached_property
    def source(self) -> str:
        """The JSON text of a notebook with these cells. It stands for the file, which may have other cells."""
        cells: list[dict[str, Any]] = [
            {"cell_type": "code" if cell.is_python else "raw", "metadata": {}, "source": cell.text}
            for cell in self.cells
        ]
        return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, ensure_ascii=False)


def notebooks_in(documents: Documents) -> Iterator[tuple[str, Notebook]]:
    """Yield the open notebooks, each with its unescaped URI."""
    for name, one in list(documents.notebook_documents.items()):
        yield name, Notebook(one.uri, one.version, tuple(_cells(documents, one)))


def _cells(documents: Documents, notebook: types.NotebookDocument) -> Iterator[OpenCell]:
    for cell in notebook.cells:
        document = documents.text_documents.get(unquote(cell.document))
        if document is None:  # The client did not open it, because it is in another language.
            yield OpenCell(cell.document, None, "", is_python=False)
            continue
        is_python = cell.kind == types.NotebookCellKind.Code and (document.language_id or LANGUAGES[0]) in LANGUAGES
        yield OpenCell(cell.document, document.version, document.source, is_python)
