"""Expressions that give the same object, or the elements of it, under another form."""

from __future__ import annotations

import ast

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
_RUNNING = frozenset({"enumerate", "reversed", "list", "tuple", "iter", "sorted", "zip"})


def running_over(node: ast.expr) -> ast.expr:
    """The container that an iterable iterates over: ``xs`` in ``enumerate(xs)`` and in ``xs.values()``."""
    while True:
        match node:
            case ast.Call(func=ast.Name(id=name), args=[inner, *_]) if name in _RUNNING:
                node = inner
            case ast.Call(func=ast.Attribute(value=inner, attr="values" | "items" | "children" | "named_children")):
                node = inner
            case _:
                return node
