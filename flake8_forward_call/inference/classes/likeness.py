"""Classes that behave like modules without a proof, and classes that stand in for a module without being one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from flake8_forward_call.inference.classes.hierarchy import SourceClass
from flake8_forward_call.inference.evaluating import attributes, refinement
from flake8_forward_call.inference.types import Instance, Type, alternatives
from flake8_forward_call.inference.verdicts.verdict import Standing

if TYPE_CHECKING:
    from flake8_forward_call.inference.evaluating.evaluate import Evaluator

# A module may well have the members that such a class requires.
_PROTOCOLS = frozenset({"typing.Protocol", "typing_extensions.Protocol"})


def behaves_like_module(ev: Evaluator, cls: SourceClass) -> bool:
    """Whether a class with an unread base has a ``forward``, calls its parent's constructor and stores modules."""
    if "__call__" in cls.scope.flow.exit or attributes.first_method(cls, "forward") is None:
        return False
    constructor = attributes.first_method(cls, "__init__")
    if constructor is None or not any(_is_parents_constructor(call) for call in constructor.calls):
        return False
    own = next(iter(constructor.positional), None)
    stored = [key.partition(".")[2] for key in constructor.flow.bound if own and key.startswith(f"{own}.")]
    return any(
        ev.hierarchy.is_module(one)
        for name in stored
        for one in alternatives(attributes.attribute(ev, attributes.of_self(cls), name))
    )


def _is_parents_constructor(call: ast.Call) -> bool:
    match call.func:
        case ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr="__init__"):
            return True
        case _:
            return False


def stand_ins(ev: Evaluator, cls: SourceClass, name: str) -> Iterator[Type]:
    """Yield what may be in ``self.name`` instead of a module: the class tests it for a class with a ``forward``.

    A wrapper that annotates what it wraps as ``nn.Module`` may wrap another wrapper, which cannot be called.
    """
    for classes, scope in cls.scope.on_self.tests(name):
        yield from (one for one in refinement.instances(ev, classes, scope) if _is_stand_in(ev, one))


def _is_stand_in(ev: Evaluator, kind: Type) -> bool:
    """Whether a type has a ``forward`` and is not a module, a mixin of modules or a protocol."""
    if not isinstance(kind, Instance) or not isinstance(kind.cls, SourceClass):
        return False
    cls = kind.cls
    if ev.hierarchy.standing(cls) is not Standing.NOT_MODULE or attributes.first_method(cls, "forward") is None:
        return False
    if any(ev.dotted(base, cls.scope.parent) in _PROTOCOLS for base in cls.node.bases):
        return False
    return all(ev.hierarchy.standing(one) is Standing.NOT_MODULE for one in ev.hierarchy.project_subclasses(cls))
