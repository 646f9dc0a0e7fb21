"""The source in the bytes of a file: Python, a notebook's cells, or the code in a document."""

from __future__ import annotations

import re

from flake8_forward_call.sources.source import Source, is_document, is_notebook, may_matter

# The text between two strings of a list in a notebook's JSON. A name may begin in one string and end in the next.
_BETWEEN_STRINGS = re.compile(rb'"\s*,\s*"')

# What code in a docstring begins with.
_BEGIN_CODE = (b">>>", b"::", b"```", b"~~~")


def may_matter_in(path: str, data: bytes) -> bool:
    """Whether `.forward` or `__call__` can be in the source in a file's bytes. Asked before these are decoded."""
    return may_matter(data) or (is_notebook(path) and may_matter(_BETWEEN_STRINGS.sub(b"", data)))


def may_have_examples(path: str, data: bytes) -> bool:
    """Whether the code in a document, or in docstrings, can be in a file's bytes."""
    return is_document(path) or (not is_notebook(path) and any(mark in data for mark in _BEGIN_CODE))


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
