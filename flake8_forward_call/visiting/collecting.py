"""libcst's nodes for the uses of ``forward()`` in a part of a file."""

from __future__ import annotations

import unicodedata
from typing import Any

import libcst as cst

# Older versions of libcst do not know t-strings and cannot parse them.
_TEMPLATED: Any = getattr(cst, "TemplatedStringExpression", ())

# Nodes that contain no expression, which are most of a tree.
_LEAVES: frozenset[type[cst.CSTNode]] = frozenset(
    {
        cst.AssignEqual,
        cst.Asynchronous,
        cst.Break,
        cst.Colon,
        cst.Comma,
        cst.Comment,
        cst.Continue,
        cst.Dot,
        cst.Ellipsis,
        cst.EmptyLine,
        cst.Float,
        cst.FormattedStringText,
        cst.Global,
        cst.Imaginary,
        cst.Import,
        cst.ImportFrom,
        cst.Integer,
        cst.LeftCurlyBrace,
        cst.LeftParen,
        cst.LeftSquareBracket,
        cst.Name,
        cst.Newline,
        cst.Nonlocal,
        cst.ParenthesizedWhitespace,
        cst.Pass,
        cst.RightCurlyBrace,
        cst.RightParen,
        cst.RightSquareBracket,
        cst.Semicolon,
        cst.SimpleString,
        cst.SimpleWhitespace,
        cst.TrailingWhitespace,
    }
)


class Collector(cst.CSTVisitor):
    """The nodes of sites in the order of their names, and which of them the program echoes.

    The methods for all nodes are overridden, not those for single node types: on a long file this halves the time.
    """

    def __init__(self) -> None:
        super().__init__()
        self.found: list[cst.Call | cst.Attribute] = []
        self.echoed: set[cst.Call | cst.Attribute] = set()
        self._by_attribute: dict[cst.CSTNode, cst.Call | cst.Attribute] = {}

    def on_visit(self, node: cst.CSTNode) -> bool:
        if type(node) in _LEAVES:
            return False
        if isinstance(node, cst.Call):
            if _is_forward(node.func):
                self._by_attribute[node.func] = node
            for argument in node.args:
                if not argument.star and _is_forward(argument.value):
                    self._by_attribute[argument.value] = cst.ensure_type(argument.value, cst.Attribute)
        echoed = _echoed_expression(node)
        if echoed is not None:
            inner = Collector()
            echoed.visit(inner)
            self.echoed.update(inner.found)
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if type(original_node) is cst.Attribute and original_node in self._by_attribute:
            self.found.append(self._by_attribute[original_node])

    def on_visit_attribute(self, node: cst.CSTNode, attribute: str) -> None:
        pass

    def on_leave_attribute(self, original_node: cst.CSTNode, attribute: str) -> None:
        pass


def _echoed_expression(node: cst.CSTNode) -> cst.BaseExpression | None:
    """The expression whose source the program can see: in ``f"{x=}"``, and in any braces of a t-string."""
    if isinstance(node, _TEMPLATED) or (isinstance(node, cst.FormattedStringExpression) and node.equal is not None):
        expression: cst.BaseExpression = node.expression
        return expression
    return None


def _is_forward(node: cst.BaseExpression) -> bool:
    """Whether an expression is an attribute ``forward`` of anything but ``super()``."""
    if not isinstance(node, cst.Attribute) or not _reads_forward(node.attr.value):
        return False
    callee = node.value.func if isinstance(node.value, cst.Call) else None
    return not (isinstance(callee, cst.Name) and callee.value == "super")


def _reads_forward(name: str) -> bool:
    """Whether Python reads the name as ``forward``. It normalises non-ASCII names; libcst does not."""
    return name == "forward" or (not name.isascii() and unicodedata.normalize("NFKC", name) == "forward")
