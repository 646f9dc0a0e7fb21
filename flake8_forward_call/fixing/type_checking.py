"""``typing.TYPE_CHECKING`` in a file: what it is called there, or where it can be imported."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_forward_call.findings.finding import Edit, Place
from flake8_forward_call.sources.source import Source, SourceError

FLAG = "TYPE_CHECKING"


def flag_for(source: Source, before: int) -> tuple[str, Edit | None]:
    """The expression that is the flag, and the edit that imports it if that is needed.

    ``before`` is the row that evaluates it first. A name counts only if nothing in the file binds it to anything else:
    if it were true at run time, what is meant for type checkers would run. Raises SourceError if there is none.
    """
    tree = source.tree
    others = set(_bound_otherwise(tree))
    for node in tree.body:
        if (node.end_lineno or node.lineno) < before:
            for expression in _flags_of(node):
                if expression.partition(".")[0] not in others:
                    return expression, None
    if FLAG in others:
        raise SourceError(f"the file binds {FLAG} to something else", attempt="type the calls in")
    return FLAG, _import(source, tree)


def _flags_of(node: ast.stmt) -> Iterator[str]:
    """Yield what an import makes of the flag."""
    match node:
        case ast.ImportFrom(module="typing", names=names, level=0):
            yield from (one.asname or one.name for one in names if one.name == FLAG)
        case ast.Import(names=names):
            yield from (f"{one.asname or one.name}.{FLAG}" for one in names if one.name == "typing")


def _bound_otherwise(tree: ast.Module) -> Iterator[str]:
    """Yield the names that anything in the file binds or deletes, except for imports of the flag and its module."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
                yield name
            case ast.Import(names=names):
                yield from ((one.asname or one.name).partition(".")[0] for one in names if one.name != "typing")
            case ast.ImportFrom(module=module, names=names):
                is_typing = module == "typing" and not node.level
                yield from (one.asname or one.name for one in names if not (is_typing and one.name == FLAG))
            case ast.MatchMapping(rest=str(name)):
                yield name
            case ast.alias():
                continue
            case _:  # Functions, classes, exceptions, patterns, type parameters.
                other = getattr(node, "name", None)
                if isinstance(other, str):
                    yield other


def _import(source: Source, tree: ast.Module) -> Edit:
    """The edit that imports the flag, above the first statement that begins a row and may follow it."""
    row, node = next(_that_may_follow(tree))  # A class always begins a row.
    line = source.lines[row - 1]
    end = line[len(line.rstrip("\r\n")) :] or "\n"
    blank = "" if isinstance(node, (ast.Import, ast.ImportFrom)) else end * 2
    return Edit(Place(row, 1), Place(row, 1), f"from typing import {FLAG}{end}{blank}")


def _that_may_follow(tree: ast.Module) -> Iterator[tuple[int, ast.stmt]]:
    """Yield the statements at the top that begin a row and need not be first, with that row."""
    has_docstring = ast.get_docstring(tree, clean=False) is not None
    above = 0
    for number, node in enumerate(tree.body):
        row = first_row(node)
        is_first = (number == 0 and has_docstring) or (isinstance(node, ast.ImportFrom) and node.module == "__future__")
        if not is_first and above < row:
            yield row, node
        above = node.end_lineno or node.lineno


def first_row(node: ast.stmt) -> int:
    """The row in which a statement begins, with its decorators."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(one.lineno for one in decorators)])
