"""libcst: where `.forward(` stands, and in what."""

from __future__ import annotations

import ast
from dataclasses import dataclass

import libcst as cst

from flake8_forward_call.finding import Edit, Place
from flake8_forward_call.source import Source


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """One direct call ``receiver.forward(...)``.

    ``call`` and ``node`` are the same call in libcst's tree and in Python's own; ``receiver`` is its text on one
    line; ``start`` and ``end`` enclose the name ``forward``; ``edit`` is the rewrite to ``receiver(...)``.
    """

    call: cst.Call
    node: ast.Call
    receiver: str
    start: Place
    end: Place
    edit: Edit


def find_sites(source: Source) -> list[Site]:
    """Every direct call of an attribute ``forward`` in the file, in the order of the text.

    ``super().forward(...)`` is left out: it is how a subclass extends its parent. Raises SourceError.
    """
    raise NotImplementedError
