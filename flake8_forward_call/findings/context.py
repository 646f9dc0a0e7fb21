"""The context of a finding: the enclosing function or class, and the rows that belong to it."""

from __future__ import annotations

from flake8_forward_call.findings.finding import Context, Place
from flake8_forward_call.sources.source import Source
from flake8_forward_call.visiting.candidates import Candidate


def context_of_call(source: Source, subject: str, candidate: Candidate, start: Place) -> Context:
    """The context of a finding at ``start`` about the call of the candidate."""
    first, last = start.row, start.row
    if not candidate.in_string:  # Up to Python 3.11, positions within an f-string are meaningless.
        call = candidate.call
        first, last = min(first, call.lineno), max(last, call.end_lineno or last)
    return Context(subject, source.outline.scope_at(start.row), first, last)


def context_of_statement(source: Source, subject: str, start: Place) -> Context:
    """The context of a finding about the innermost statement on its row."""
    statements = list(source.outline.statements_at(start.row))
    last = max((node.end_lineno or node.lineno for node in statements[-1:]), default=start.row)
    return Context(subject, source.outline.scope_at(start.row), start.row, max(last, start.row))


def context_of_comment(source: Source, subject: str, first: int, last: int) -> Context:
    """The context of a finding about a comment on the logical line with these rows."""
    return Context(subject, source.outline.scope_at(last), first, last)
