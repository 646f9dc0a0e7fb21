"""Edits of a text, whatever they are for."""

from __future__ import annotations

from collections.abc import Iterable

from flake8_forward_call.findings.finding import Edit
from flake8_forward_call.sources.source import Source, SourceError


def edited(source: Source, edits: Iterable[Edit]) -> str:
    """The text with the edits made. Raises SourceError if two of them overlap; proves nothing else."""
    pieces, done = list[str](), 0
    for edit in sorted(edits, key=lambda one: (one.start, one.end)):
        start, end = source.offset(edit.start), source.offset(edit.end)
        if start < done:
            raise SourceError(f"two edits overlap at {edit.start}")
        pieces += [source.text[done:start], edit.content]
        done = end
    return "".join([*pieces, source.text[done:]])
