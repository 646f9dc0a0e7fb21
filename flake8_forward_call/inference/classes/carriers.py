"""Globals and functions that give a class to those who use them as a base: ``class Fast(base_for("fast"))``."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from flake8_forward_call.inference.syntax.file import File


class _Carriers(dict[str, list[str]]):
    """What a file has: for each name in a value, those that carry it."""


def carriers(file: File, name: str) -> Sequence[str]:
    """The names of a file's globals whose value has the name in it, and of functions that return such a value.

    A value that is only created by calling the name does not count.
    """
    found: _Carriers | None = file.readings.get(_Carriers)
    if found is None:
        found = file.readings[_Carriers] = _Carriers()
        for carrier, value in _values(file):
            for one in dict.fromkeys(_names(value)):
                found.setdefault(one, []).append(carrier)
    return found.get(name, ())


def _values(file: File) -> Iterator[tuple[str, ast.expr]]:
    """Yield the names that the file binds at its top, each with a value that it has, or returns if it is a function."""
    for statement in file.tree.body:
        match statement:
            case ast.Assign(targets=targets, value=value):
                yield from ((one.id, value) for one in targets if isinstance(one, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=target), value=ast.expr() as value):
                yield target, value
            case ast.FunctionDef(name=function):
                returned = (one.value for one in ast.walk(statement) if isinstance(one, ast.Return))
                yield from ((function, value) for value in returned if value is not None)


def _names(value: ast.expr) -> Iterator[str]:
    nodes = list(ast.walk(value))
    called = {id(one.func) for one in nodes if isinstance(one, ast.Call)}
    for one in nodes:
        if id(one) not in called:
            if isinstance(one, ast.Name):
                yield one.id
            elif isinstance(one, ast.Attribute):
                yield one.attr
