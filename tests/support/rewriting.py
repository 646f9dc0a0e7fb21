"""Shared code of the tests of the visitor and of the rewriter: rewriting every call of forward() in a file."""

from __future__ import annotations

from flake8_forward_call.findings.finding import Applicability, Edit, Fix
from flake8_forward_call.fixing.rewriter import rewrite
from flake8_forward_call.sources.source import Source
from flake8_forward_call.visiting.visitor import find_sites


def fix(*edits: Edit) -> Fix:
    return Fix(Applicability.SAFE, "", edits, "", "")


def fixes(source: Source) -> list[Fix]:
    """A fix for each call that can be rewritten."""
    return [fix(site.edit) for site in find_sites(source) if site.edit is not None]


def rewritten(data: bytes) -> bytes:
    """The bytes of a file in which every call that can be rewritten is rewritten."""
    source = Source.from_bytes("net.py", data)
    return source.encode(rewrite(source, fixes(source)))
