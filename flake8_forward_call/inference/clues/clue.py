"""What a clue says: a type that the receiver has if the clue is right, and where the clue is."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from flake8_forward_call.inference.syntax.scopes import Scope
from flake8_forward_call.inference.types import Type
from flake8_forward_call.inference.verdicts.verdict import Clue


@dataclass(frozen=True, slots=True)
class Told:
    """The type of a receiver according to clues. It is evidence and not proof."""

    kind: Type
    clues: tuple[Clue, ...]


def clue_at(scope: Scope, node: ast.AST, text: str) -> Clue:
    """A clue at a node of the file that the scope is in; ``text`` is a clause in plain words."""
    return Clue(scope.file.path, getattr(node, "lineno", 1), text)
