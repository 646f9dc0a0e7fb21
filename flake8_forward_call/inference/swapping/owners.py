"""Whose attribute something is stored in, and what that owner accepts."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_forward_call.inference.answers import Member
from flake8_forward_call.inference.classes import bodies
from flake8_forward_call.inference.definitions import SourceClass
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.statements.stores import Store
from flake8_forward_call.inference.swapping import steps
from flake8_forward_call.inference.swapping.holders import classes_of
from flake8_forward_call.inference.syntax.bindings import Annotated, AnyBinding, Parameter
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.types import UNKNOWN, Instance, NoneValue, Type, Unknown, alternatives, is_left_open
from flake8_forward_call.inference.verdicts.verdict import Standing


def related(asked: Questions, member: Member, owner: Type) -> bool | None:
    """Whether an object can be the one with the attribute, or its class; None if that is unknown."""
    classes = list(classes_of(owner))
    for other, is_exact in classes:
        if other is member.cls or (not member.is_exact and asked.hierarchy.derives(other, member.cls)):
            return True
        if not is_exact and asked.hierarchy.derives(member.cls, other):
            return True
    is_unknown = isinstance(owner, Unknown) or is_left_open(owner)
    return None if is_unknown and not classes else False


def owners(asked: Questions, store: Store) -> Iterator[Type]:
    """Yield the types of the object that something is stored in."""
    if store.dotted is not None:
        module, _, name = store.dotted.rpartition(".")
        yield from alternatives(asked.member(module, name) if module else UNKNOWN)
    elif store.owner is not None:
        yield from alternatives(asked.resolved(asked.expression(store.owner, store.scope)))


def is_into(asked: Questions, store: Store, member: Member) -> bool | None:
    """Whether something is stored in this attribute; None if that is unknown."""
    found = [related(asked, member, one) for one in owners(asked, store)]
    return True if True in found else None if None in found and store.dotted is None else False


def is_guarded(asked: Questions, member: Member) -> bool:
    """Whether the owner is a module: its ``__setattr__`` only accepts a module in place of a submodule."""
    return asked.hierarchy.standing(member.cls) is Standing.MODULE


def is_promised(asked: Questions, cls: SourceClass, name: str) -> bool:
    """Whether the class or a base declares what the attribute is."""
    for one in asked.hierarchy.order(cls):
        if isinstance(one, SourceClass):
            bound = [*flow_of(one.scope).exit.get(name, ()), *bodies.assignments(one, name)]
            if any(declares(asked, each) for each in bound):
                return True
    return False


def declares(asked: Questions, binding: AnyBinding) -> bool:
    """Whether a binding has an annotation that says what the value is, or what it contains."""
    match binding:
        case Annotated(annotation=node, scope=scope):
            return _says_something(asked, asked.declared(node, scope))
        case Parameter(argument=ast.arg(annotation=ast.expr() as node), scope=scope):
            return _says_something(asked, asked.declared(node, scope.parent or scope))
        case _:
            return False


def _says_something(asked: Questions, kind: Type) -> bool:
    return any(steps.leaves(asked, one) != UNKNOWN for one in alternatives(kind) if not isinstance(one, NoneValue))


def looks_alike(asked: Questions, kind: Type) -> bool:
    """Whether a value that is not a module has a ``forward``."""
    return any(isinstance(one, Instance) and asked.attribute(one, "forward") != UNKNOWN for one in alternatives(kind))
