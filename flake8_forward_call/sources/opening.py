"""The source in the bytes of a file: Python, or a notebook's cells."""

from __future__ import annotations

from flake8_forward_call.sources.source import Source, is_notebook


def read(path: str, data: bytes) -> Source | None:
    """The source in a file's bytes; None for a notebook in another language. Raises SourceError."""
    if not is_notebook(path):
        return Source.from_bytes(path, data)
    from flake8_forward_call.sources.notebook import program

    return program.read(path, data)
