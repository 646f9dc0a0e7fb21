"""Functions of torch that return one of their arguments, for the case that torch's own source is read."""

from __future__ import annotations

import ast

from flake8_forward_call.inference.syntax.scopes import Scope, names_of
from flake8_forward_call.inference.types import KnownFunction, Slot

# Functions that return a module for a module in a way that source does not show (compilers, C++), each with the
# parameter for the module: see https://docs.pytorch.org/docs/stable/generated/torch.compile.html and
# https://docs.pytorch.org/docs/stable/jit.html.
GIVES_BACK = {
    "torch.compile": "model",
    "torch.jit._script.script": "obj",
    "torch.jit._trace.trace": "func",
    "torch.jit._freeze.freeze": "mod",
    "torch.jit._freeze.optimize_for_inference": "mod",
}


def given_back(node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> KnownFunction | None:
    """The entry of the table for a definition, if torch itself is being read; None for any other definition."""
    name = f"{scope.file.name}.{node.name}"
    parameter = GIVES_BACK.get(name)
    if parameter is None or scope.parent is not None:
        return None
    return KnownFunction(name, tuple(one.arg for one in names_of(node)), Slot(name, parameter))
