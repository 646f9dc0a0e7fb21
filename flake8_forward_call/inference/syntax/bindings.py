"""What can bind a name: the right-hand sides that flow analysis passes to evaluation."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TypeAlias

from flake8_forward_call.inference.syntax.scopes import FunctionNode, Scope


@dataclass(frozen=True, slots=True)
class Step:
    """One step into an unpacked value: item ``index`` of ``count`` targets.

    ``starred`` is the index of the starred target, or None; items after it are counted from the end.
    """

    index: int
    count: int
    starred: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Binding:
    """A place that gives a name or an attribute a value: ``node`` in ``scope``.

    ``fallback`` marks a binding in an ``except ImportError``: a stand-in for what could not be imported.
    """

    node: ast.AST
    scope: Scope
    fallback: bool


@dataclass(frozen=True, slots=True, eq=False)
class Assigned(Binding):
    """``name = value``, or a part of an unpacked value."""

    value: ast.expr
    path: tuple[Step, ...] = ()
    type_comment: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Annotated(Binding):
    """``name: annotation = value``."""

    annotation: ast.expr
    value: ast.expr | None


@dataclass(frozen=True, slots=True, eq=False)
class Augmented(Binding):
    """``target += value``."""

    target: ast.expr
    value: ast.expr
    operator: ast.operator


@dataclass(frozen=True, slots=True, eq=False)
class Iterated(Binding):
    """``for name in iterable``, in a loop or a comprehension."""

    iterable: ast.expr
    path: tuple[Step, ...] = ()
    type_comment: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Entered(Binding):
    """``with context as name``."""

    context: ast.expr
    path: tuple[Step, ...] = ()
    type_comment: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Imported(Binding):
    """``import module`` (then ``name`` is None) or ``from module import name``; ``level`` counts leading dots."""

    module: str
    name: str | None
    level: int


@dataclass(frozen=True, slots=True, eq=False)
class Defined(Binding):
    """``def`` or ``class``."""

    definition: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True, slots=True, eq=False)
class Parameter(Binding):
    """A parameter of the function whose scope it is in."""

    argument: ast.arg
    function: FunctionNode
    kind: str  # "plain", "*" or "**"
    default: ast.expr | None


@dataclass(frozen=True, slots=True, eq=False)
class Matched(Binding):
    """A capture in a ``match``; ``pattern`` is what it captures, None for anything."""

    subject: ast.expr
    pattern: ast.pattern | None
    whole: bool  # Whether the pattern captures the whole subject.


@dataclass(frozen=True, slots=True, eq=False)
class Aliased(Binding):
    """``type name = value`` (PEP 695)."""

    value: ast.expr


@dataclass(frozen=True, slots=True, eq=False)
class TypeParameter(Binding):
    """A type parameter of a function, class or alias (PEP 695)."""

    name: str
    bound: ast.expr | None


@dataclass(frozen=True, slots=True, eq=False)
class Opaque(Binding):
    """A binding whose value cannot be read from the source: a caught exception."""


@dataclass(frozen=True, slots=True, eq=False)
class Outer(Binding):
    """A name declared ``global`` or ``nonlocal`` that this scope has not assigned yet."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Narrowed:
    """What the previous bindings give after a test with the outcome ``positive``."""

    previous: tuple[AnyBinding, ...]
    test: Test
    positive: bool


@dataclass(frozen=True, slots=True)
class Test:
    """A test of one name, by ``truth``, ``none``, ``isinstance``, ``issubclass`` or ``type``."""

    kind: str
    node: ast.AST
    classes: ast.expr | None
    scope: Scope


AnyBinding: TypeAlias = Binding | Narrowed
