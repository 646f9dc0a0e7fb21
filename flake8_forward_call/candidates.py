"""Calls of an attribute ``forward``, found in Python's own tree: what is worth a look.

Python's tree is ten times cheaper to build than libcst's, and most such calls turn out to be of no interest: libcst
need not be imported before one is.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from flake8_forward_call.source import SourceError

# libcst's visitor gives out at 190 to 330 levels under Python's recursion limit of 1,000, with an exception that can
# be caught. Its parser does not: it overflows the C stack, which ends the process, at 500 levels of an attribute
# chain with a stack of 1 MB and at 3,000 with 8 MB. So it never sees more than this.
_DEEPEST = 400


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A call of an attribute ``forward`` in Python's tree, and where it comes in the order of the text."""

    node: ast.Call
    func: ast.Attribute
    order: tuple[int, ...]
    in_string: bool

    @property
    def is_super(self) -> bool:
        """Whether it is ``super().forward(...)``, which is how a subclass extends its parent."""
        receiver = self.func.value
        return isinstance(receiver, ast.Call) and isinstance(receiver.func, ast.Name) and receiver.func.id == "super"


def candidates(tree: ast.Module) -> list[Candidate]:
    """The calls of an attribute ``forward``, ``super().forward()`` included, in the order of the text.

    Within an f-string a position says nothing on older Pythons but how it lies to others in the same braces; so
    what orders two calls is the position of the string, then the part of it, then the position there.
    """
    found = []
    stack: list[tuple[ast.AST, int, tuple[int, ...]]] = [(tree, 1, ())]
    while stack:
        node, depth, within = stack.pop()
        if depth > _DEEPEST:
            raise SourceError("is nested too deeply for libcst")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "forward":
            order = (*within, node.func.end_lineno or 0, node.func.end_col_offset or 0)
            found.append(Candidate(node, node.func, order, bool(within)))
        if type(node).__name__ in {"JoinedStr", "TemplateStr"}:
            stack.extend((part, depth + 2, (*within, *where)) for part, where in _string_parts(node))
            continue
        if isinstance(node, ast.BoolOp):
            depth += len(node.values)  # One list in Python's tree, but nested in libcst's.
        stack.extend((child, depth + 1, within) for child in ast.iter_child_nodes(node))
    return sorted(found, key=lambda candidate: candidate.order)


def _string_parts(node: ast.AST) -> Iterator[tuple[ast.expr, tuple[int, ...]]]:
    """The expressions in the braces of an f-string, and those in their format, with what orders them."""
    for index, part in enumerate(node.values):  # type: ignore[attr-defined]
        for order, field in enumerate(("value", "format_spec")):
            below = getattr(part, field, None)
            if isinstance(below, ast.expr):
                yield below, (node.lineno, node.col_offset, index, order)  # type: ignore[attr-defined]
