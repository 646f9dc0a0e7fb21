"""What an instance of a mixin is, according to the classes of the project that use the mixin."""

from __future__ import annotations

from functools import partial
from operator import eq
from typing import TYPE_CHECKING

from flake8_forward_call.inference.types import ClassObject, alternatives
from flake8_forward_call.inference.verdicts.verdict import Standing

if TYPE_CHECKING:
    from flake8_forward_call.inference.classes.hierarchy import SourceClass
    from flake8_forward_call.inference.evaluating.evaluate import Evaluator


def users(ev: Evaluator, cls: SourceClass) -> tuple[SourceClass, ...]:
    """The modules that use a mixin; none if some of its subclasses are unknown.

    Also none if the mixin, or a subclass that is not a module, is instantiated or is not a base of any module.
    """
    subclasses = ev.hierarchy.project_subclasses(cls)
    if not ev.hierarchy.knows_all_subclasses(cls):
        return ()
    modules = tuple(one for one in subclasses if ev.hierarchy.standing(one) is Standing.MODULE)
    others = [one for one in (cls, *subclasses) if one not in modules]
    for one in others:
        if not any(one in ev.hierarchy.order(module)[1:] for module in modules) or _is_made(ev, one):
            return ()
    return modules


def _is_made(ev: Evaluator, cls: SourceClass) -> bool:
    """Whether the project creates an instance of the class itself, or passes the class on so that one may be."""
    from flake8_forward_call.inference.usage.search import goes_on, places

    itself = ClassObject(cls)
    is_itself = partial(eq, itself)
    # Too many files (None) would have been noticed when the subclasses were searched.
    for file, known in filter(None, places(ev, cls.node.name, cls.scope.file, is_itself)):
        for called in file.references_to(known).called.get(known, ()):
            if called.call is not None and itself in alternatives(ev.expression(called.callee, called.scope)):
                return True
        if any(goes_on(ev, handed, is_itself) for handed in file.references_to(known).handed.get(known, ())):
            return True
    return False
