"""Classes that behave like modules without a proof, and classes that stand in for a module without being one."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_forward_call.inference.classes import bodies
from flake8_forward_call.inference.definitions import SourceClass
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.on_self import set_on_self
from flake8_forward_call.inference.types import Instance, Type, alternatives
from flake8_forward_call.inference.verdicts.verdict import Standing

# A module may well have the members that such a class requires.
_PROTOCOLS = frozenset({"typing.Protocol", "typing_extensions.Protocol"})


def behaves_like_module(asked: Questions, cls: SourceClass) -> bool:
    """Whether a class with an unread base has a ``forward``, calls its parent's constructor and stores modules."""
    if "__call__" in flow_of(cls.scope).exit or bodies.first_method(cls, "forward") is None:
        return False
    constructor = bodies.first_method(cls, "__init__")
    if constructor is None or not any(_is_parents_constructor(call) for call in constructor.calls):
        return False
    own = next(iter(constructor.positional), None)
    stored = [key.partition(".")[2] for key in flow_of(constructor).bound if own and key.startswith(f"{own}.")]
    return any(
        asked.hierarchy.is_module(one)
        for name in stored
        for one in alternatives(asked.attribute(bodies.of_self(cls), name))
    )


def _is_parents_constructor(call: ast.Call) -> bool:
    match call.func:
        case ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr="__init__"):
            return True
        case _:
            return False


def stand_ins(asked: Questions, cls: SourceClass, name: str) -> Iterator[Type]:
    """Yield what may be in ``self.name`` instead of a module: the class tests it for a class with a ``forward``.

    A wrapper that annotates what it wraps as ``nn.Module`` may wrap another wrapper, which cannot be called.
    """
    for classes, scope in set_on_self(cls.scope).tests(name):
        yield from (one for one in asked.tested_instances(classes, scope) if _is_stand_in(asked, one))


def _is_stand_in(asked: Questions, kind: Type) -> bool:
    """Whether a type has a ``forward`` and is not a module, a mixin of modules or a protocol."""
    if not isinstance(kind, Instance) or not isinstance(kind.cls, SourceClass):
        return False
    cls = kind.cls
    if asked.hierarchy.standing(cls) is not Standing.NOT_MODULE or bodies.first_method(cls, "forward") is None:
        return False
    if any(asked.dotted(base, cls.scope.parent) in _PROTOCOLS for base in cls.node.bases):
        return False
    return all(asked.hierarchy.standing(one) is Standing.NOT_MODULE for one in asked.hierarchy.project_subclasses(cls))
