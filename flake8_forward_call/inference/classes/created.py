"""Subclasses that no class statement defines: ``type(name, bases, body)``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeAlias

from flake8_forward_call.inference.definitions import Class, SourceClass
from flake8_forward_call.inference.project.searching import CREATING
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.statements.creations import creates_class
from flake8_forward_call.inference.syntax.scopes import Scope, root_of
from flake8_forward_call.inference.types import ClassObject, Tuple, alternatives

# If more files than this create classes so, none is read.
MAX_FILES = 40

_Creation: TypeAlias = "tuple[ast.Call, Scope]"


def creations(asked: Questions, cls: SourceClass) -> Iterator[_Creation]:
    """Yield the calls in the project that create a subclass of a class, directly or below one of its subclasses."""
    known = asked.notes(_Creations)
    if known.below is None:
        known.below = _in_project(asked)
    for one in (cls, *asked.hierarchy.project_subclasses(cls)) if known.below else ():
        yield from known.below.get(one, ())


class _Creations:
    """For each class, the calls that create a subclass directly below it; None until they are searched."""

    def __init__(self) -> None:
        self.below: dict[Class, list[_Creation]] | None = None


def _in_project(asked: Questions) -> dict[Class, list[_Creation]]:
    below: dict[Class, list[_Creation]] = {}
    for file in asked.project.mentioning(CREATING, "", MAX_FILES) or ():
        for scope in root_of(file).inward():
            for call in filter(creates_class, scope.calls):
                for kind in _bases(asked, call.args[1], scope):
                    if isinstance(kind, ClassObject):
                        below.setdefault(kind.cls, []).append((call, scope))
    return below


def _bases(asked: Questions, node: ast.expr, scope: Scope) -> Iterator[object]:
    for kind in alternatives(asked.resolved(asked.expression(node, scope))):
        for item in kind.items if isinstance(kind, Tuple) else ():
            yield from alternatives(asked.resolved(item))
