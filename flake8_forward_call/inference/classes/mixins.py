"""What an instance of a mixin is, according to the classes of the project that use the mixin."""

from __future__ import annotations

import ast
from functools import partial
from operator import eq

from flake8_forward_call.inference.classes import bodies
from flake8_forward_call.inference.definitions import SourceClass
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.references import references_to
from flake8_forward_call.inference.types import ClassObject, alternatives
from flake8_forward_call.inference.verdicts.verdict import Standing


def users(asked: Questions, cls: SourceClass) -> tuple[SourceClass, ...]:
    """The modules that use a mixin; none if some of its subclasses are unknown.

    Also none if the mixin, or a subclass that is not a module, is instantiated or is not a base of any module.
    """
    subclasses = asked.hierarchy.project_subclasses(cls)
    if not asked.hierarchy.knows_all_subclasses(cls):
        return ()
    modules = tuple(one for one in subclasses if asked.hierarchy.standing(one) is Standing.MODULE)
    others = [one for one in (cls, *subclasses) if one not in modules]
    for one in others:
        if not any(one in asked.hierarchy.order(module)[1:] for module in modules) or _is_made(asked, one):
            return ()
    return modules


def is_for_others(asked: Questions, cls: SourceClass, name: str) -> bool:
    """Whether only subclasses outside the project can give an instance of a class an attribute of that name.

    No class of the project derives from it, and neither the class nor its bases, all of which were read, have the
    attribute or make it up. So ``self.forward(x)`` in it is a call on an instance of a class that nobody has seen.
    """
    if asked.hierarchy.project_subclasses(cls) or not asked.hierarchy.knows_all_subclasses(cls):
        return False
    owner = bodies.of_self(cls)
    for one in asked.hierarchy.order(cls):
        if not isinstance(one, SourceClass) or not _is_read(asked, one) or bodies.may_set_any_name(one):
            return False
        if any(asked.own_member(one, owner, each) is not None for each in (name, *bodies.MADE_UP)):
            return False
    return not _is_made(asked, cls)


def _is_read(asked: Questions, cls: SourceClass) -> bool:
    """Whether all bases of a class were read. Those of other frameworks are not: they are known to be no modules."""
    named = [one for one in cls.node.bases if not (isinstance(one, ast.Name) and one.id == "object")]
    return len(named) == len(asked.hierarchy.bases(cls))


def _is_made(asked: Questions, cls: SourceClass) -> bool:
    """Whether the project creates an instance of the class itself, or passes the class on so that one may be."""
    itself = ClassObject(cls)
    is_itself = partial(eq, itself)
    for place in asked.places(cls.node.name, cls.scope.file, is_itself):
        if place is None:  # Too many files mention it.
            return True
        file, known = place
        for called in references_to(file, known).called.get(known, ()):
            if called.call is not None and itself in alternatives(asked.expression(called.callee, called.scope)):
                return True
        if any(asked.goes_on(handed, is_itself) for handed in references_to(file, known).handed.get(known, ())):
            return True
    return False
