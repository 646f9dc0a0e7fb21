"""How a test narrows the names in it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeAlias

# What is tested, how ("truth", "none", "isinstance", "issubclass", "type"), against which classes, and whether the
# test states the opposite (`is not None`).
Narrowing: TypeAlias = tuple[ast.expr, str, "ast.expr | None", bool]


def narrowings(test: ast.expr) -> Iterator[Narrowing]:
    """Yield how single names are narrowed if the test, which is not ``and``, ``or`` or ``not``, is true."""
    match test:
        case ast.NamedExpr(target=target, value=value):
            yield target, "truth", None, False
            yield from narrowings(value)
        case ast.Call(func=ast.Name(id="isinstance" | "issubclass" as kind), args=[tested, classes]):
            for node in _tested(tested):
                yield node, kind, classes, False
        case ast.Call(func=ast.Attribute(attr="assertIsInstance"), args=[tested, classes, *_]):
            yield tested, "isinstance", classes, False
        case ast.Call(func=ast.Attribute(attr="assertNotIsInstance"), args=[tested, classes, *_]):
            yield tested, "isinstance", classes, True
        case ast.Call(func=ast.Attribute(attr="assertIsNotNone"), args=[tested, *_]):
            yield tested, "none", None, True
        case ast.Compare(left=left, ops=[operator], comparators=[right]):
            yield from _comparison(left, operator, right)
        case ast.Name() | ast.Attribute() | ast.Subscript():
            yield test, "truth", None, False


def _comparison(left: ast.expr, operator: ast.cmpop, right: ast.expr) -> Iterator[Narrowing]:
    inverted = isinstance(operator, (ast.IsNot, ast.NotEq))
    if not inverted and not isinstance(operator, (ast.Is, ast.Eq)):
        return
    match left, right:
        case tested, ast.Constant(value=None):
            for node in _tested(tested):
                yield node, "none", None, inverted
        case ast.Call(func=ast.Name(id="type"), args=[tested]), classes:
            yield tested, "type", classes, inverted


def _tested(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.NamedExpr):
        yield node.target
        yield from _tested(node.value)
    else:
        yield node
