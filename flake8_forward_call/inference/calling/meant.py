"""Whether a call of ``forward`` on a module of an unknown class can be meant for one that is called in its own way."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from flake8_forward_call.inference.calling.fitting import Signature
from flake8_forward_call.inference.catalogue import MODULE_CLASS
from flake8_forward_call.inference.classes.hierarchy import KnownClass, SourceClass
from flake8_forward_call.inference.evaluating import attributes
from flake8_forward_call.inference.types import Instance, Origin, Slot, Type, alternatives, union

if TYPE_CHECKING:
    from flake8_forward_call.inference.evaluating.evaluate import Evaluator


def meant(ev: Evaluator, kind: Type, call: ast.Call | None) -> Type:
    """The type of a receiver, without the project's classes that have another ``__call__`` if none can take the call.

    ``call`` is None if its arguments are unknown.
    """
    if not any(map(_is_opaque, alternatives(kind))) or not ev.hierarchy.other_calls_abound():
        return kind
    if any(_may_take(ev, one, call) for one in ev.hierarchy.other_calls()):
        return kind
    return union(map(_foreign, alternatives(kind)))


def _is_opaque(kind: Type) -> bool:
    match kind:
        case Instance(cls, Origin.OPAQUE) | Slot(bound=Instance(cls, Origin.OPAQUE)):
            return not (isinstance(cls, KnownClass) and cls.entry.same_below)  # Which would make it a safe one.
        case _:
            return False


def _foreign(kind: Type) -> Type:
    match kind:
        case Instance(cls, Origin.OPAQUE, slots) | Slot(bound=Instance(cls, Origin.OPAQUE, slots)) if _is_opaque(kind):
            return Instance(cls, Origin.FOREIGN, slots)
        case _:
            return kind


def _may_take(ev: Evaluator, cls: SourceClass | None, call: ast.Call | None) -> bool:
    """Whether the ``forward`` of a class, or of a subclass of it, may take the call."""
    if cls is None or not ev.hierarchy.knows_all_subclasses(cls):
        return True
    return any(_takes(ev, one, call) for one in (cls, *ev.hierarchy.project_subclasses(cls)))


def _takes(ev: Evaluator, cls: SourceClass, call: ast.Call | None) -> bool:
    for one in ev.hierarchy.order(cls):
        if not isinstance(one, SourceClass):
            return one is None or one.dotted != MODULE_CLASS  # Module itself has none.
        if one.scope.on_self.bindings("forward") or one.scope.on_self.unnamed:
            return True
        if "forward" in one.scope.flow.exit:
            method = attributes.first_method(one, "forward")
            if call is None or method is None or not isinstance(method.node, ast.FunctionDef):
                return True
            return bool(method.node.decorator_list) or Signature(method.node).may_take(call)
    return False
