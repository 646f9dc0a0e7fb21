"""How a class intercepts its attributes when they are read or set, by its own methods for that."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_forward_call.inference.answers import Member, Swap
from flake8_forward_call.inference.classes import bodies
from flake8_forward_call.inference.definitions import SourceClass, is_foreign
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.swapping import steps
from flake8_forward_call.inference.swapping.holders import Holder
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.scopes import Scope
from flake8_forward_call.inference.verdicts.verdict import Standing


def of(asked: Questions, held: Holder, member: Member) -> Swap | None:
    """Where a class of the project gives an attribute a value other than the stored one, or None."""
    kin = [one for one in asked.hierarchy.order(member.cls) if isinstance(one, SourceClass) and not is_foreign(one)]
    if not member.is_exact:
        kin += asked.hierarchy.project_subclasses(member.cls)
    for cls in kin:
        reads = bodies.first_method(cls, "__getattribute__")
        if reads is not None and not _only_hands_on(reads):
            return Swap(reads.node, reads)
        # A module stores its submodules in a way that makes Python call `__getattr__` for them.
        if asked.hierarchy.standing(cls) is Standing.MODULE:
            reads = bodies.first_method(cls, "__getattr__")
            if reads is not None:
                for given in flow_of(reads).returned.values():
                    if given.value is not None and _is_other(asked, given.value, reads, held):
                        return Swap(given.value, reads)
        sets = bodies.first_method(cls, "__setattr__")
        if sets is not None:
            for value in _set_instead(sets):
                if _is_other(asked, value, sets, held):
                    return Swap(value, sets)
    return None


def _is_other(asked: Questions, value: ast.expr, scope: Scope, held: Holder) -> bool:
    return steps.is_other(asked, asked.expression(value, scope), held.steps, for_certain=True)


def _only_hands_on(scope: Scope) -> bool:
    """Whether everything that a method returns comes from the same method of a base."""
    values = [given.value for given in flow_of(scope).returned.values()]
    return bool(values) and all(
        isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute) and one.func.attr == "__getattribute__"
        for one in values
    )


def _set_instead(scope: Scope) -> Iterator[ast.expr]:
    """Yield the values that a ``__setattr__`` stores."""
    for call in scope.calls:
        match call:
            case ast.Call(func=ast.Attribute(attr="__setattr__") | ast.Name(id="setattr"), args=[*_, value]):
                yield value
    for statement in scope.item_stores:
        match statement:
            case ast.Assign(targets=[ast.Subscript(value=ast.Attribute(attr="__dict__"))], value=value):
                yield value
