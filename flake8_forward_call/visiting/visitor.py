"""libcst: where `.forward` is called or passed to a call, and the source text around it.

Receivers are judged on Python's own tree, which is ten times cheaper to build than libcst's. libcst's tree knows the
whitespace, comments and parentheses around the name. So the names are collected from both trees and paired.
"""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Collection, Iterator
from dataclasses import replace
from functools import lru_cache

import libcst as cst

from flake8_forward_call.findings.finding import Place
from flake8_forward_call.sources.source import Source, SourceError
from flake8_forward_call.stack import with_room
from flake8_forward_call.terminal.printing import one_line
from flake8_forward_call.visiting.candidates import Candidate
from flake8_forward_call.visiting.limits import Limits
from flake8_forward_call.visiting.oneline import is_plain
from flake8_forward_call.visiting.pairing import paired
from flake8_forward_call.visiting.parts import Part, parts_of
from flake8_forward_call.visiting.sites import Located, Site, below, lowered


@with_room
def find_sites(source: Source) -> list[Site]:
    """Every attribute ``forward`` in the file that is called or is an argument, in text order.

    ``super().forward`` is left out: it is how a subclass extends its parent. Raises SourceError.
    """
    found = []
    for site in sites_of(source):
        if isinstance(site, SourceError):
            raise site
        found.append(site)
    return found


def locate(source: Source, rows: Collection[int] | None = None) -> Iterator[Located]:
    """Yield the parts of the file with their sites: all parts with a site, or only those with one of the rows.

    Raises SourceError.
    """
    limits = Limits(source)
    ordered = None if rows is None else sorted(rows)
    for part in parts_of(source):
        if ordered is not None:
            index = bisect_left(ordered, part.first_row)
            if index == len(ordered) or ordered[index] > part.last_row:
                continue
        if not limits.allow(part.statements):
            raise SourceError("is nested too deeply for libcst", Place(part.first_row, 1))
        yield _located(part, source)


def sites_of(source: Source, wanted: Collection[ast.Attribute] | None = None) -> Iterator[Site | SourceError]:
    """Yield the sites of all parts that contain one of the attributes, or of all parts if there is no such argument.

    For a part that cannot be parsed, yield the error. In a part that is too large for libcst, sites have no edit.
    """
    limits = Limits(source)
    for part in parts_of(source):
        if wanted is not None and not any(one.attribute in wanted for one in part.candidates):
            continue
        try:
            if not limits.allow(part.statements):
                yield from [_unread(source, one) for one in part.candidates]
            else:
                located = _located(part, source)
                yield from (lowered(site, located.rows_above) for site in located.sites)
        except SourceError as error:
            yield error


def _unread(source: Source, candidate: Candidate) -> Site:
    """The site of a candidate from Python's tree alone, without an edit. Raises SourceError if that has no location."""
    receiver, name = candidate.attribute.value, candidate.attribute
    end = source.place_of_node(name.end_lineno, name.end_col_offset)
    start = Place(end.row, end.column - len("forward"))
    if candidate.in_string or start.column < 1 or source.text[source.offset(start) : source.offset(end)] != "forward":
        raise SourceError("it is nested too deeply for libcst", source.place_of_node(name.lineno, name.col_offset))
    first = source.offset(source.place_of_node(receiver.lineno, receiver.col_offset))
    last = source.offset(source.place_of_node(receiver.end_lineno, receiver.end_col_offset))
    text = source.text[first:last]
    return Site(None, candidate, one_line(text if is_plain(text) else ast.unparse(receiver)), start, end, None)


def _located(part: Part, source: Source) -> Located:
    """Parse a part with libcst. Raises SourceError."""
    excerpt, above = part.excerpt(source)
    try:
        module, sites = _paired(excerpt.text)
    except RecursionError:
        raise SourceError("it is nested too deeply for libcst") from None
    except SourceError as error:
        raise SourceError(error.reason, below(error.place, above), attempt=error.attempt) from None
    if len(sites) != len(part.candidates):
        raise SourceError("a part of it parses differently than the whole", Place(part.first_row, 1))
    pairs = zip(sites, part.candidates, strict=True)
    return Located(excerpt, above, module, [replace(site, candidate=candidate) for site, candidate in pairs])


@lru_cache(maxsize=32)  # In an editor, most parts are the same after an edit.
def _paired(text: str) -> tuple[cst.Module, list[Site]]:
    """The tree of a text, which is never changed, and its sites. Raises SourceError and RecursionError."""
    return paired(Source("", text))
