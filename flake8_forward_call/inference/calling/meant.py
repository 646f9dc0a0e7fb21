"""Whether a call of ``forward`` on a module of an unknown class can be meant for one that is called in its own way."""

from __future__ import annotations

import ast

from flake8_forward_call.inference.calling.fitting import Signature
from flake8_forward_call.inference.catalogue import MODULE_CLASS
from flake8_forward_call.inference.classes import bodies
from flake8_forward_call.inference.definitions import KnownClass, SourceClass
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.on_self import set_on_self
from flake8_forward_call.inference.types import Instance, Origin, Slot, Type, alternatives, union


def meant(asked: Questions, kind: Type, call: ast.Call | None) -> Type:
    """The type of a receiver, without the project's classes that have another ``__call__`` if none can take the call.

    ``call`` is None if its arguments are unknown.
    """
    if not any(map(_is_opaque, alternatives(kind))) or not asked.hierarchy.other_calls_abound():
        return kind
    if any(may_take(asked, one, call) for one in asked.hierarchy.other_calls()):
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


def may_take(asked: Questions, cls: SourceClass | None, call: ast.Call | None) -> bool:
    """Whether the ``forward`` of a class, or of a subclass of it, may take the call."""
    if cls is None or not asked.hierarchy.knows_all_subclasses(cls):
        return True
    return any(_takes(asked, one, call) for one in (cls, *asked.hierarchy.project_subclasses(cls)))


def _takes(asked: Questions, cls: SourceClass, call: ast.Call | None) -> bool:
    for one in asked.hierarchy.order(cls):
        if not isinstance(one, SourceClass):
            return one is None or one.dotted != MODULE_CLASS  # Module itself has none.
        if set_on_self(one.scope).bindings("forward") or set_on_self(one.scope).unnamed:
            return True
        if "forward" in flow_of(one.scope).exit:
            method = bodies.first_method(one, "forward")
            if call is None or method is None or not isinstance(method.node, ast.FunctionDef):
                return True
            return bool(method.node.decorator_list) or Signature(method.node).may_take(call)
    return False
