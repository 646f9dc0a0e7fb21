"""What a finding stands in: the function or class around it, and the rows that belong to it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_forward_call.candidates import Candidate
from flake8_forward_call.finding import Context, Place
from flake8_forward_call.source import Source
from flake8_forward_call.trees import children

_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def context_of_call(source: Source, subject: str, candidate: Candidate, start: Place) -> Context:
    """The context of a finding at ``start``, whose call is that of the candidate."""
    first, last = start.row, start.row
    if not candidate.in_string:  # Up to Python 3.11, positions within an f-string say nothing.
        call = candidate.call
        first, last = min(first, call.lineno), max(last, call.end_lineno or last)
    return Context(subject, _scope(source.tree, start.row), first, last)


def context_of_statement(source: Source, subject: str, start: Place) -> Context:
    """The context of a finding that is about the innermost statement which stands on its row."""
    statements = [node for node in _around(source.tree, start.row) if isinstance(node, ast.stmt)]
    last = max((node.end_lineno or node.lineno for node in statements[-1:]), default=start.row)
    return Context(subject, _scope(source.tree, start.row), start.row, max(last, start.row))


def context_of_comment(source: Source, subject: str, first: int, last: int) -> Context:
    """The context of a finding that is about a comment on the logical line of these rows."""
    return Context(subject, _scope(source.tree, last), first, last)


def _scope(tree: ast.Module, row: int) -> str:
    return ".".join(node.name for node in _around(tree, row) if isinstance(node, _NAMED))


def _around(tree: ast.Module, row: int) -> Iterator[ast.AST]:
    """Yield the statements that cover a row, the outer ones first. No two functions or classes begin on one row."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += [child for child in children(node) if _covers(child, row)]


def _covers(node: ast.AST, row: int) -> bool:
    if isinstance(node, ast.match_case):  # It has no place of its own.
        return True
    if not isinstance(node, ast.stmt | ast.ExceptHandler):
        return False
    return node.lineno <= row <= (node.end_lineno or node.lineno)
