"""Walking Python's tree, faster than ``ast`` does: what holds no expression is passed over. And comparing them."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

# Integers of no more bits are written in the decimal system, as programs mostly have them.
_DECIMAL_BITS = 64

_BARREN = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)

# Two nodes in five are of these kinds, and nothing stands below them.
_LEAVES = frozenset(
    {ast.Constant, ast.alias, ast.Pass, ast.Break, ast.Continue}
    | {kind for base in _BARREN for kind in base.__subclasses__()}
)


def children(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes right below one, constants, contexts and operators left out, in the order of the fields."""
    for name in node._fields:
        value = getattr(node, name, None)
        if isinstance(value, list):
            for item in value:
                if isinstance(item, ast.AST) and type(item) not in _LEAVES:
                    yield item
        elif isinstance(value, ast.AST) and type(value) not in _LEAVES:
            yield value


def same_tree(
    old: ast.AST, new: ast.AST, *, unwrapped: Collection[ast.Attribute] = (), positions: bool = False
) -> bool:
    """Whether two trees are the same if each ``unwrapped`` attribute of the old one becomes its owner.

    ``positions``: those of the nodes have to be the same as well.
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
                # What a `TypeIgnore` calls a field is a position in all but name.
                if positions or not (name == "lineno" and isinstance(before, ast.TypeIgnore)):
                    stack.append((getattr(before, name, None), getattr(after, name, None)))
        elif before != after:
            return False
    return True


def written(constant: object) -> str:
    """A constant as text. Python refuses to write out an integer of thousands of digits in the decimal system."""
    return hex(constant) if isinstance(constant, int) and constant.bit_length() > _DECIMAL_BITS else repr(constant)


def signature(node: ast.AST) -> str:
    """A text that is the same for two nodes if their trees are, wherever they are in a file."""
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
