"""Globals and functions that give a class to those who use them as a base: ``class Fast(BASES["net"])``."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_forward_call.inference.syntax.file import File


def carriers(file: File, name: str) -> Iterator[str]:
    """Yield the names of a file's globals whose value has the name in it, and of functions that return such a value.

    A value that is only created by calling the name does not count.
    """
    for statement in file.tree.body:
        match statement:
            case ast.Assign(targets=targets, value=value) if _has(value, name):
                yield from (one.id for one in targets if isinstance(one, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=target), value=ast.expr() as value) if _has(value, name):
                yield target
            case ast.FunctionDef(name=function):
                returned = (one.value for one in ast.walk(statement) if isinstance(one, ast.Return))
                if any(value is not None and _has(value, name) for value in returned):
                    yield function


def _has(value: ast.expr, name: str) -> bool:
    nodes = list(ast.walk(value))
    called = {id(one.func) for one in nodes if isinstance(one, ast.Call)}
    return any(
        id(one) not in called
        and ((isinstance(one, ast.Name) and one.id == name) or (isinstance(one, ast.Attribute) and one.attr == name))
        for one in nodes
    )
