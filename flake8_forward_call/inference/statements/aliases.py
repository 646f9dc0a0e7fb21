"""Expressions that give the same object, or the elements of it, under another form."""

from __future__ import annotations

import ast
from collections.abc import Iterator

# Steps from name to name: real code stores a module in an attribute, gives it a local name, creates it in a helper.
MAX_DEPTH = 8


# Methods that return the module itself (https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html).
ITSELF = frozenset(
    {
        "to",
        "cuda",
        "cpu",
        "xpu",
        "eval",
        "train",
        "half",
        "float",
        "double",
        "bfloat16",
        "type",
        "requires_grad_",
        "apply",
    }
)


# Functions that iterate over the elements of their first argument.
RUNNING = frozenset({"enumerate", "reversed", "list", "tuple", "iter", "sorted", "zip"})


def running_over(node: ast.expr) -> ast.expr:
    """The container that an iterable iterates over: ``xs`` in ``enumerate(xs)`` and in ``xs.values()``."""
    while True:
        match node:
            case ast.Call(func=ast.Name(id=name), args=[inner, *_]) if name in RUNNING:
                node = inner
            case ast.Call(func=ast.Attribute(value=inner, attr="values" | "items" | "children" | "named_children")):
                node = inner
            case _:
                return node


def choices(node: ast.expr) -> Iterator[ast.expr]:
    """Yield the expressions of which one gives the value: ``a`` and ``b`` for ``a or b`` and for ``a if x else b``."""
    match node:
        case ast.IfExp(body=first, orelse=second):
            yield from (*choices(first), *choices(second))
        case ast.BoolOp(values=values):
            for one in values:
                yield from choices(one)
        case ast.NamedExpr(value=value):
            yield from choices(value)
        case _:
            yield node


def spelled_out(call: ast.Call) -> ast.Call:
    """The call with what is written out under its stars in place of them: ``f(x, k=y)`` for ``f(*[x], **{"k": y})``."""
    args, keywords = list[ast.expr](), list[ast.keyword]()
    for argument in call.args:
        match argument:
            case ast.Starred(value=ast.List(elts=items) | ast.Tuple(elts=items)):
                args += items
            case _:
                args.append(argument)
    for keyword in call.keywords:
        match keyword:
            case ast.keyword(arg=None, value=ast.Dict(keys=keys, values=values)) if all(map(_is_text, keys)):
                keywords += [ast.keyword(key.value, one) for key, one in zip(keys, values, strict=True)]  # type: ignore[union-attr]
            case _:
                keywords.append(keyword)
    if args == call.args and keywords == call.keywords:  # The same nodes: they are compared by identity.
        return call
    return ast.copy_location(ast.Call(call.func, args, keywords), call)


def _is_text(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
