"""The order of questions by what they are about, which is the same in every run."""

from __future__ import annotations

import ast
from collections.abc import Hashable
from typing import TypeAlias

from flake8_forward_call.inference.definitions import KnownClass, SourceClass
from flake8_forward_call.inference.syntax.bindings import Binding
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.syntax.scopes import Scope

# The path of a file, a row and a column in it, the kind of question, and the name that it asks for.
Rank: TypeAlias = tuple[str, int, int, str, str]


def rank(key: Hashable) -> Rank | None:
    """The rank of a question by its key; None if the key does not say where it is. Each loop has one that does."""
    match key:
        case Binding(node=node, scope=scope):
            return _at(scope, node, type(key).__name__)
        case (str(kind), Scope() as scope):
            return _at(scope, scope.node, kind)
        case (str(kind), SourceClass(scope=scope), *more):
            return _at(scope, scope.node, kind, " ".join(map(str, more)))
        case (str(kind), KnownClass(entry=entry), *_):
            return "", 0, 0, kind, entry.name
        case (str(kind), File() as file, *more):
            return file.path, 0, 0, kind, " ".join(map(str, more))
        case ("passed", _, Binding(node=node, scope=scope)):
            return _at(scope, node, "passed")
        case _:
            return None


def _at(scope: Scope, node: ast.AST, kind: str, name: str = "") -> Rank:
    return scope.file.path, getattr(node, "lineno", 0), getattr(node, "col_offset", 0), kind, name
