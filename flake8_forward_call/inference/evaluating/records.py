"""Named tuples and typed dicts: the types of their fields, by position or by key."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from flake8_forward_call.inference.classes.hierarchy import SourceClass
from flake8_forward_call.inference.evaluating import attributes
from flake8_forward_call.inference.types import UNKNOWN, Instance, Tuple, Type

if TYPE_CHECKING:
    from flake8_forward_call.inference.evaluating.evaluate import Evaluator


def as_tuple(ev: Evaluator, kind: Type) -> Tuple | None:
    """The fields of a ``NamedTuple`` in order; None for anything else."""
    if not isinstance(kind, Instance) or not isinstance(kind.cls, SourceClass) or not _is(ev, kind.cls, "NamedTuple"):
        return None
    targets = [one.target for one in kind.cls.node.body if isinstance(one, ast.AnnAssign)]
    return Tuple(tuple(attributes.attribute(ev, kind, one.id) for one in targets if isinstance(one, ast.Name)))


def value(ev: Evaluator, kind: Instance, key: ast.expr) -> Type:
    """The value of a ``TypedDict`` under a literal key; UNKNOWN for anything else."""
    match key:
        case ast.Constant(value=str(name)) if isinstance(kind.cls, SourceClass) and _is(ev, kind.cls, "TypedDict"):
            return attributes.attribute(ev, kind, name)
        case _:
            return UNKNOWN


def _is(ev: Evaluator, cls: SourceClass, form: str) -> bool:
    names = (f"typing.{form}", f"typing_extensions.{form}")
    classes = [one for one in ev.hierarchy.order(cls) if isinstance(one, SourceClass)]
    return any(ev.dotted(base, one.scope.parent) in names for one in classes for base in one.node.bases)
