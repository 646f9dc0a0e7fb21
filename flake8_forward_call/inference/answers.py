"""The records that questions are answered with, beyond types."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from flake8_forward_call.inference.definitions import SourceClass
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.syntax.references import Called
from flake8_forward_call.inference.syntax.scopes import Scope
from flake8_forward_call.inference.types import Type
from flake8_forward_call.inference.verdicts.verdict import Sameness


@dataclass(frozen=True, slots=True)
class Found:
    """A call of the function; not ``is_certain`` if only its name is the same and the callee is unknown."""

    called: Called
    is_bound: bool  # Whether the first parameter is the object to which the function is bound.
    is_certain: bool = True


@dataclass(frozen=True, slots=True)
class Alteration:
    """A change of a class's call: its meaning if something ``sets`` it, and whether something ``takes`` it away."""

    sets: Sameness | None
    takes: bool


@dataclass(frozen=True, slots=True)
class OwnCall:
    """Whether a class changes its call, and how, as a clause."""

    sameness: Sameness
    reason: str


@dataclass(frozen=True, slots=True)
class Reentry:
    """What calling the module would do: run the hook that contains the place again, or perhaps do so."""

    sameness: Sameness
    is_direct: bool  # Whether the place is in the hook itself.
    on_all: bool  # Whether it is a hook of all modules.


@dataclass(frozen=True, slots=True)
class Place:
    """A receiver where it is used: ``call`` calls its ``forward`` or gets it as an argument; ``kind`` is its type."""

    receiver: ast.expr
    scope: Scope
    call: ast.Call
    kind: Type


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why calling the receiver may not be equivalent, as a clause in plain words.

    DIFFERENT: it is not equivalent, so the call is not rewritten. PERHAPS: it may not be, so the fix is unsafe.
    ``is_refuted``: something that is certainly not a module comes there as well, so nothing is reported.
    """

    sameness: Sameness
    reason: str
    is_refuted: bool = False


@dataclass(frozen=True, slots=True)
class Variable:
    """A name of a scope."""

    scope: Scope
    name: str


@dataclass(frozen=True, slots=True)
class Member:
    """An attribute of the instances of a class: with ``is_exact``, of that class itself and not of subclasses."""

    cls: SourceClass
    name: str
    is_exact: bool


Keeper: TypeAlias = Variable | Member


@dataclass(frozen=True, slots=True)
class Swap:
    """Where code puts something else in place of a module.

    ``is_certain``: it is certainly an object with a ``forward`` that is not a module, and nothing prevents it.
    """

    at: ast.AST
    scope: Scope
    is_certain: bool = False


class Callers(Protocol):
    """All calls of one function. Once all were yielded, ``is_handed_on`` says whether there may be more.

    ``bound_to`` are the objects to which the function is bound as a method, whose calls are not found. ``is_lost`` says
    whether there may be others.
    """

    is_lost: bool
    bound_to: list[Type]

    @property
    def is_handed_on(self) -> bool:
        """Whether there may be calls that were not yielded."""

    def calls(self) -> Iterator[Found]:
        """Yield each call of the function, or of the class whose constructor it is."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A class, and the answer to a question about it."""

    cls: SourceClass
    sameness: Sameness


# Where a global is assigned: the file, and the name in it.
Global: TypeAlias = "tuple[File, str]"
