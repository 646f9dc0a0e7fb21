"""The classes of a file and their bases by name, read from its text: a file need not be parsed to be ruled out."""

from __future__ import annotations

import re
from collections.abc import Iterator

# How long a name before an `as` may be.
MAX_NAME = 100

# How far the end of a class header is searched after its opening bracket.
MAX_HEADER = 4_000

# `class Net(` and `class Net[`. A pattern that starts with plain letters is seven times as fast as one with `^`.
_CLASS = re.compile(rb"class[ \t\\\r\n]+([\w\x80-\xff]+)[ \t\\\r\n]*[(\[]")
_COMMENT = re.compile(rb"#[^\r\n]*")
# Another name for a class: `Base as _Base` in an import, and `Base = lib.Base if modern else Old`.
_AS = re.compile(rb" as ([\w\x80-\xff]+)")
# These patterns also start with plain letters; what is before them is looked at where they match.
_ASSIGNED = re.compile(rb" = ([^\n(#=A-Z\x80-\xff]*[A-Z\x80-\xff][^\n(#='\"+*/-]*)(?=[\n#])")
_BEFORE = re.compile(rb"([\w\x80-\xff]+) *$")
_NO_CLASSES = frozenset((b"True", b"False", b"None"))
# The last part of each dotted name: the bases, and what is in their brackets, which does no harm.
_LAST_NAME = re.compile(rb"([\w\x80-\xff]+)(?![\w\x80-\xff])(?!\s*[.=])")
# A line in a notebook is a string, with its end as an escape.
_ENDS_IN_JSON = re.compile(rb'\\[nr]|"')


def headers_in_notebook(data: bytes) -> Iterator[tuple[bytes, list[bytes]]]:
    """The same as ``headers`` for the JSON of a notebook."""
    return headers(_ENDS_IN_JSON.sub(b"\n", data))


def headers(data: bytes) -> Iterator[tuple[bytes, list[bytes]]]:
    """Yield the name of each class that has bases, with the names of these, as far as a text search can find them.

    Another name for what may be a class, by its spelling, counts as a class too, with that class as its base.
    """
    for match in _AS.finditer(data):
        before = _before(data, match.start())
        if before is not None and (_may_be_class(before[1]) or _may_be_class(match[1])):
            yield match[1], [before[1]]
    for match in _ASSIGNED.finditer(data):
        names = [name for name in _LAST_NAME.findall(match[1]) if _may_be_class(name)]
        target = _before(data, match.start()) if names else None
        if target is not None and _starts_line(data, target.start()):
            yield target[1], names
    for match in _CLASS.finditer(data):
        if _starts_line(data, match.start()):
            start, limit = match.end(), match.end() + MAX_HEADER
            end = data.find(b"):", start, limit)
            header = data[start : end if end >= 0 else limit]
            if b"#" in header:
                header = _COMMENT.sub(b"", data[start:limit]).partition(b"):")[0]
            # If no end is found, the header ends at the next class at the latest.
            yield match[1], _LAST_NAME.findall(header.partition(b"class ")[0])


def _before(data: bytes, at: int) -> re.Match[bytes] | None:
    """The name that ends at an index."""
    return _BEFORE.search(data, max(0, at - MAX_NAME), at)


def _may_be_class(name: bytes) -> bool:
    """Whether a name is spelled like that of a class."""
    first = name.lstrip(b"_")[:1]
    return (first.isupper() or first >= b"\x80") and name not in _NO_CLASSES


def _starts_line(data: bytes, at: int) -> bool:
    while at and data[at - 1] in b" \t\f":
        at -= 1
    return at == 0 or data[at - 1] in b"\r\n"
