"""Sites: the records of what was found in both trees."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

import libcst as cst

from flake8_forward_call.findings.finding import Edit, Place
from flake8_forward_call.sources.source import Source
from flake8_forward_call.visiting.candidates import Candidate

Gap: TypeAlias = cst.BaseParenthesizableWhitespace


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """One ``receiver.forward`` that is called or passed to a call.

    ``node`` is the attribute in libcst's tree or, if it is called, the call; ``candidate`` is the same in Python's own
    tree; ``receiver`` is its text on one line; ``start`` and ``end`` enclose the name ``forward``; ``edit`` is the
    rewrite to ``receiver(...)`` or to ``receiver``.

    ``edit`` is None if the program shows its own source, ``f"{x.forward(y)=}"``, because a rewrite would change the
    output; if the receiver is itself an attribute ``forward``, because the result would be a site again; and if the
    attribute is an argument with a comment in it. If libcst has not parsed this part of the file, ``node`` and
    ``edit`` are None.
    """

    node: cst.Call | cst.Attribute | None
    candidate: Candidate
    receiver: str
    start: Place
    end: Place
    edit: Edit | None


@dataclass(frozen=True, slots=True, eq=False)
class Located:
    """A part of a file: its lines as a separate source, their tree, and the sites with locations in that source."""

    source: Source
    rows_above: int
    module: cst.Module
    sites: list[Site]


def lowered(site: Site, rows: int) -> Site:
    """The site of a part as a site of the file, which has this number of rows above the part."""
    edit = site.edit and Edit(below(site.edit.start, rows), below(site.edit.end, rows), site.edit.content)
    return replace(site, start=below(site.start, rows), end=below(site.end, rows), edit=edit)


def below(place: Place, rows: int) -> Place:
    return Place(place.row + rows, place.column)


def attribute_of(node: cst.Call | cst.Attribute) -> cst.Attribute:
    """The attribute ``x.forward`` of a site's node."""
    return cst.ensure_type(node.func, cst.Attribute) if isinstance(node, cst.Call) else node


def gap_nodes(node: cst.Call | cst.Attribute) -> tuple[Gap, Gap, Gap]:
    """The gaps that a rewrite removes: before the dot, after it, and between the name and the parenthesis."""
    attribute = attribute_of(node)
    after: Gap = cst.SimpleWhitespace("")
    if isinstance(node, cst.Call):
        after = attribute.rpar[0].whitespace_before if attribute.rpar else node.whitespace_after_func
    return attribute.dot.whitespace_before, attribute.dot.whitespace_after, after
