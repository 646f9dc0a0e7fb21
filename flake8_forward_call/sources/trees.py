"""Walking Python's trees, faster than ``ast`` because nodes without children are skipped, and comparing them."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Collection, Sequence
from typing import Any

# Integers with at most this many bits are written in decimal, as in most programs.
_DECIMAL_BITS = 64

_BARREN = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)

# Two nodes in five are of these kinds, and they have no children. None is what a field or a list has without a node.
_LEAVES = frozenset(
    {ast.Constant, ast.alias, ast.Pass, ast.Break, ast.Continue, type(None)}
    | {kind for base in _BARREN for kind in base.__subclasses__()}
)

# The fields that never have a node with children: names, numbers, contexts, operators.
_PLAIN = frozenset({
    "arg", "asname", "attr", "conversion", "ctx", "id", "is_async", "kind", "kwd_attrs", "level", "lineno", "module",
    "name", "names", "op", "ops", "rest", "simple", "str", "tag", "type_comment",
})  # fmt: skip


class _Fields(dict[type[ast.AST], tuple[str, ...]]):
    """The fields of each kind of node that may have nodes with children, without one of them."""

    def __init__(self, without: str = "") -> None:
        super().__init__({ast.Constant: (), ast.MatchSingleton: ()})
        self._without = without

    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        # The name in `type Name = ...` is a node.
        may_have = (
            one for one in kind._fields if one not in _PLAIN or (one == "name" and kind.__name__ == "TypeAlias")
        )
        found = self[kind] = tuple(one for one in may_have if one != self._without)
        return found


_FIELDS, _FIELDS_OUTSIDE_BODY = _Fields(), _Fields(without="body")


def children(node: ast.AST, fields: _Fields = _FIELDS) -> list[ast.AST]:
    """The children of a node in the order of its fields, without constants, contexts and operators."""
    found: list[ast.AST] = []
    for name in fields[type(node)]:
        value: Any = getattr(node, name, None)
        if type(value) is list:
            found += [item for item in value if type(item) not in _LEAVES]
        elif type(value) not in _LEAVES:
            found.append(value)
    return found


def children_outside_body(node: ast.AST) -> list[ast.AST]:
    """The same without those in ``body``: the decorators, parameters and bases of a function or class."""
    return children(node, _FIELDS_OUTSIDE_BODY)


def covers_any(node: ast.stmt, rows: Sequence[int]) -> bool:
    """Whether a statement, with its decorators, covers one of the rows, which are in ascending order."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])  # They are above the row in `lineno`.
    index = bisect_left(rows, min([node.lineno, *(one.lineno for one in decorators)]))
    return index < len(rows) and rows[index] <= (node.end_lineno or node.lineno)


def same_tree(
    old: ast.AST, new: ast.AST, *, unwrapped: Collection[ast.Attribute] = (), positions: bool = False
) -> bool:
    """Whether two trees are the same if each ``unwrapped`` attribute of the old one is replaced by its owner.

    ``positions``: the positions of the nodes must be the same as well.
    """
    stack: list[tuple[object, object]] = [(old, new)]  # Programs can be too deep for recursion.
    while stack:
        before, after = stack.pop()
        if isinstance(before, ast.Attribute) and before in unwrapped:
            before = before.value
        if type(before) is not type(after):
            return False
        if isinstance(before, list) and isinstance(after, list):
            if len(before) != len(after):
                return False
            stack.extend(zip(before, after, strict=True))
        elif isinstance(before, ast.AST):
            names = (*before._fields, *(before._attributes if positions else ()))
            for name in names:
                # The field `lineno` of a `TypeIgnore` is really a position.
                if positions or not (name == "lineno" and isinstance(before, ast.TypeIgnore)):
                    stack.append((getattr(before, name, None), getattr(after, name, None)))
        elif before != after:
            return False
    return True


def written(constant: object) -> str:
    """A constant as text. Large integers are in hexadecimal, because Python limits the number of decimal digits."""
    return hex(constant) if isinstance(constant, int) and constant.bit_length() > _DECIMAL_BITS else repr(constant)


def signature(node: ast.AST) -> str:
    """A text that is the same for two nodes if their trees are the same, regardless of positions."""
    parts: list[str] = []
    waiting: list[object] = [node]  # Programs can be too deep for recursion.
    while waiting:
        one = waiting.pop()
        if isinstance(one, ast.AST):
            parts.append(type(one).__name__)
            waiting += [getattr(one, name, None) for name in reversed(one._fields)]
        elif isinstance(one, list):
            parts.append(f"[{len(one)}]")
            waiting += reversed(one)
        else:
            parts.append(written(one))
    return " ".join(parts)
