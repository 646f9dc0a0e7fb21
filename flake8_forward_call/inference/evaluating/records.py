"""Named tuples and typed dicts: the types of their fields, by position or by key."""

from __future__ import annotations

import ast

from flake8_forward_call.inference.definitions import SourceClass
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.types import UNKNOWN, Instance, Tuple, Type


def as_tuple(asked: Questions, kind: Type) -> Tuple | None:
    """The fields of a ``NamedTuple`` in order; None for anything else."""
    if (
        not isinstance(kind, Instance)
        or not isinstance(kind.cls, SourceClass)
        or not _is(asked, kind.cls, "NamedTuple")
    ):
        return None
    targets = [one.target for one in kind.cls.node.body if isinstance(one, ast.AnnAssign)]
    return Tuple(tuple(asked.attribute(kind, one.id) for one in targets if isinstance(one, ast.Name)))


def value(asked: Questions, kind: Instance, key: ast.expr) -> Type:
    """The value of a ``TypedDict`` under a literal key; UNKNOWN for anything else."""
    match key:
        case ast.Constant(value=str(name)) if isinstance(kind.cls, SourceClass) and _is(asked, kind.cls, "TypedDict"):
            return asked.attribute(kind, name)
        case _:
            return UNKNOWN


def _is(asked: Questions, cls: SourceClass, form: str) -> bool:
    names = (f"typing.{form}", f"typing_extensions.{form}")
    classes = [one for one in asked.hierarchy.order(cls) if isinstance(one, SourceClass)]
    return any(asked.dotted(base, one.scope.parent) in names for one in classes for base in one.node.bases)
