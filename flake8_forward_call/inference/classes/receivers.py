"""The classes that define the ``forward`` of a call's receiver."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flake8_forward_call.findings.finding import Finding
from flake8_forward_call.inference.definitions import SourceClass
from flake8_forward_call.inference.engine import OutOfBudget
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.session import session_of
from flake8_forward_call.inference.syntax.scopes import Scope, scopes_of
from flake8_forward_call.inference.types import classes_of_instances
from flake8_forward_call.sources.source import Source, SourceError
from flake8_forward_call.stack import with_room
from flake8_forward_call.visiting.placed import uses_in


@dataclass(frozen=True, slots=True)
class ClassPlace:
    """A class of a file: the path of the file, and the names of the classes and functions that lead to it."""

    path: str
    names: tuple[str, ...]


@with_room
def classes_called(source: Source, findings: Sequence[Finding]) -> list[ClassPlace]:
    """The classes with the ``forward`` methods that the reported calls reach, without those of installed packages.

    Calls whose receiver cannot be found in the text give none.
    """
    try:
        session = session_of(source.path)
        file, asked = session.take(source)
        uses = uses_in(source, file.tree)
        standing = scopes_of(file).standing
        found: dict[ClassPlace, None] = {}
        for finding in findings:
            candidate = uses.ending_at(finding.end)
            if candidate is not None:
                receiver, scope = candidate.attribute.value, standing[id(candidate.call)]
                found.update(dict.fromkeys(_classes_of(asked, receiver, scope)))
    except (SourceError, RecursionError):
        return []
    return list(found)


def _classes_of(asked: Questions, receiver: ast.expr, scope: Scope) -> list[ClassPlace]:
    try:
        return asked.ask(lambda: list(_places(asked, receiver, scope)))
    except OutOfBudget:
        return []


def _places(asked: Questions, receiver: ast.expr, scope: Scope) -> Iterator[ClassPlace]:
    for cls in classes_of_instances(asked.resolved(asked.expression(receiver, scope))):
        home = next((one for one in asked.hierarchy.order(cls) if one is None or _defines_forward(one)), None)
        if isinstance(home, SourceClass) and not home.scope.file.is_installed:
            names = [getattr(outer.node, "name", "") for outer in home.scope.outward() if outer.parent is not None]
            yield ClassPlace(home.scope.file.path, tuple(reversed(names)))


def _defines_forward(cls: object) -> bool:
    """Whether a class has a ``forward``; a class of the catalogue counts, because its source cannot be changed."""
    if not isinstance(cls, SourceClass):
        return True
    return any(isinstance(one, ast.FunctionDef) and one.name == "forward" for one in cls.node.body)
