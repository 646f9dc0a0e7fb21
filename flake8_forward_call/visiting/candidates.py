"""Candidates: attributes ``forward`` in Python's own tree that are called or passed to a call.

Python's tree is ten times cheaper to build than libcst's, and most candidates are not reported. So libcst is only
imported when one is.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flake8_forward_call.sources.trees import children, covers_any


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """An attribute ``forward`` in Python's tree, and its position in text order.

    ``call`` is the call whose callee it is or, if ``is_handed``, the call whose argument it is.
    """

    attribute: ast.Attribute
    call: ast.Call
    order: tuple[int, ...]
    in_string: bool

    @property
    def is_handed(self) -> bool:
        """Whether the bound method is an argument, ``f(x.forward)``, and not called here."""
        return self.call.func is not self.attribute

    @property
    def is_super(self) -> bool:
        """Whether it is ``super().forward``, which is how a subclass extends its parent."""
        receiver = self.attribute.value
        return isinstance(receiver, ast.Call) and isinstance(receiver.func, ast.Name) and receiver.func.id == "super"


def candidates(tree: ast.AST, rows: Sequence[int] | None = None) -> list[Candidate]:
    """The attributes ``forward`` that are called or are arguments, in text order.

    ``super().forward`` is left out. ``rows`` are the rows that may contain the name, in ascending order; statements
    without any of them are skipped. Without ``rows``, all statements are searched.

    On older Pythons, positions within an f-string can only be compared inside the same braces. So the order is given
    by the position of the string, then the part of the string, then the position in that part.
    """
    found = []
    stack: list[tuple[ast.AST, tuple[int, ...]]] = [(tree, ())]  # Programs can be too deep for recursion.
    while stack:
        node, within = stack.pop()
        if isinstance(node, ast.Call):
            for attribute in _forwards(node):
                order = (*within, attribute.end_lineno or 0, attribute.end_col_offset or 0)
                found.append(Candidate(attribute, node, order, bool(within)))
        if rows is not None and isinstance(node, ast.stmt) and not covers_any(node, rows):
            continue
        if type(node).__name__ in {"JoinedStr", "TemplateStr"}:
            stack.extend((part, (*within, *where)) for part, where in _string_parts(node))
        else:
            stack.extend((child, within) for child in children(node))
    return sorted((one for one in found if not one.is_super), key=lambda candidate: candidate.order)


def _forwards(call: ast.Call) -> Iterator[ast.Attribute]:
    """Yield the attributes ``forward`` that are the callee or an argument of a call."""
    for node in (call.func, *call.args, *(keyword.value for keyword in call.keywords if keyword.arg)):
        if isinstance(node, ast.Attribute) and node.attr == "forward":
            yield node


def _string_parts(node: ast.AST) -> Iterator[tuple[ast.expr, tuple[int, ...]]]:
    """The expressions in the braces of an f-string and in their format specs, each with its sort key."""
    for index, part in enumerate(node.values):  # type: ignore[attr-defined]
        for order, field in enumerate(("value", "format_spec")):
            below = getattr(part, field, None)
            if isinstance(below, ast.expr):
                yield below, (node.lineno, node.col_offset, index, order)  # type: ignore[attr-defined]
