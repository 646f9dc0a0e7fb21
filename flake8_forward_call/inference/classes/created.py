"""Subclasses that no class statement defines: ``type(name, bases, body)``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial
from operator import eq

from flake8_forward_call.inference.definitions import SourceClass
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.statements.creations import creates_class
from flake8_forward_call.inference.syntax.references import references_to
from flake8_forward_call.inference.syntax.scopes import Scope
from flake8_forward_call.inference.types import ClassObject


def creations(asked: Questions, cls: SourceClass) -> Iterator[tuple[ast.Call, Scope]]:
    """Yield the calls in the project that create a subclass of a class, directly or below one of its subclasses."""
    for one in (cls, *asked.hierarchy.project_subclasses(cls)):
        yield from asked.notes(_Creations).of(asked, one)


class _Creations(dict[SourceClass, "tuple[tuple[ast.Call, Scope], ...]"]):
    """The calls that create a subclass directly below a class."""

    def of(self, asked: Questions, cls: SourceClass) -> tuple[tuple[ast.Call, Scope], ...]:
        if cls not in self:
            self[cls] = tuple(_creations(asked, cls))
        return self[cls]


def _creations(asked: Questions, cls: SourceClass) -> Iterator[tuple[ast.Call, Scope]]:
    is_itself = partial(eq, ClassObject(cls))
    for file, known in filter(None, asked.places(cls.node.name, cls.scope.file, is_itself)):
        for handed in references_to(file, known).handed.get(known, ()):
            call = handed.given_to
            if call is not None and creates_class(call) and asked.goes_on(handed, is_itself):
                yield call, handed.scope
