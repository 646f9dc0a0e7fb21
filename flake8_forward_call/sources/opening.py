"""The source in the bytes of a file: Python, a notebook's cells, or the code in a document."""

from __future__ import annotations

from flake8_forward_call.sources.source import Source, is_document, is_notebook


def read(path: str, data: bytes, *, has_documents: bool = False) -> Source | None:
    """The source in a file's bytes; None for a notebook in another language. Raises SourceError.

    ``has_documents``: a document is read as the program of its code, and Python with the examples in its docstrings.
    """
    if is_notebook(path):
        from flake8_forward_call.sources.notebook import program

        return program.read(path, data)
    if has_documents and is_document(path):
        from flake8_forward_call.sources.documents.program import read as read_document

        return read_document(path, data)
    source = Source.from_bytes(path, data)
    return with_examples(source) if has_documents else source


def with_examples(source: Source) -> Source:
    """The source of a Python file, with the examples in its docstrings if something in them may be reported."""
    may_matter = source.mentions_forward or source.sets_call or source.calls_inside
    if not may_matter:
        return source
    from flake8_forward_call.sources.documents import docstrings

    return docstrings.with_examples(source)
