"""What subclasses have in place of an attribute or method of their base class, where that is not a module."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_forward_call.inference.answers import Member, Swap
from flake8_forward_call.inference.classes import bodies
from flake8_forward_call.inference.definitions import SourceClass, is_foreign
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.statements.creations import given
from flake8_forward_call.inference.swapping import replacing, steps
from flake8_forward_call.inference.swapping.holders import Definition, Holder
from flake8_forward_call.inference.syntax.bindings import Annotated, Assigned, Binding, Defined
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.states import untested
from flake8_forward_call.inference.types import Instance, Origin


def instead_of(asked: Questions, held: Holder, member: Member) -> Swap | None:
    """The location where a subclass, which may be the owner's class, has something else under the name, or None.

    What the subclass inherits from a class that precedes the owner's bases counts as well.
    """
    if member.is_exact:
        return None
    home = asked.holder(member.cls, member.name) or member.cls
    for subclass in asked.hierarchy.project_subclasses(member.cls):
        for one in asked.hierarchy.order(subclass):
            if one is home or one is member.cls:
                break
            if isinstance(one, SourceClass) and not is_foreign(one):
                kind = asked.own_member(one, Instance(subclass, Origin.DECLARED), member.name)
                if kind is not None:
                    is_other = steps.is_other(asked, kind, held.steps, for_certain=True)
                    found = _place(asked, one, held, member.name, is_other=is_other)
                    if found is not None:
                        return found
                    break
    return _created(asked, held, member)


def _place(asked: Questions, cls: SourceClass, held: Holder, name: str, *, is_other: bool) -> Swap | None:
    """The location at which a class gives the name something else, or decorates it with what gives something else."""
    for one in _bindings(cls, name):
        match one:
            case Assigned(value=value, scope=scope) | Annotated(value=ast.expr() as value, scope=scope) if is_other:
                return Swap(value, scope)
            case Defined(definition=node, scope=scope):
                if is_other or (
                    node.decorator_list and replacing.replaced_by(asked, Definition(one, held.steps)) is not None
                ):
                    return Swap(node, scope)
    return None


def _bindings(cls: SourceClass, name: str) -> Iterator[Binding]:
    yield from bodies.assignments(cls, name)
    yield from untested(flow_of(cls.scope).exit.get(name, ()))


def _created(asked: Questions, held: Holder, member: Member) -> Swap | None:
    """Where ``type(name, bases, {...})`` creates a subclass that may have something else under the name."""
    for call, scope in asked.creations(member.cls):
        value = given(call, member.name)
        if value is not None and steps.is_other(asked, asked.expression(value, scope), held.steps):
            return Swap(call, scope)
    return None
