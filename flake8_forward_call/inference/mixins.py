"""What an instance of a class is that is no module itself: by the classes of the project that mix it in."""

from __future__ import annotations

from functools import partial
from operator import eq
from typing import TYPE_CHECKING

from flake8_forward_call.inference.types import ClassObject, alternatives
from flake8_forward_call.inference.verdict import Standing

if TYPE_CHECKING:
    from flake8_forward_call.inference.evaluate import Evaluator
    from flake8_forward_call.inference.hierarchy import SourceClass


def users(ev: Evaluator, cls: SourceClass) -> tuple[SourceClass, ...]:
    """The modules that the class is mixed into; none where one that derives from it is no module, or it is used alone.

    A class between that is itself only mixed in is no user, if all of its own are modules.
    """
    heirs = ev.hierarchy.project_heirs(cls)
    if not ev.hierarchy.knows_all_heirs(cls):
        return ()
    modules = tuple(one for one in heirs if ev.hierarchy.standing(one) is Standing.MODULE)
    others = [one for one in (cls, *heirs) if one not in modules]
    for one in others:
        if not any(one in ev.hierarchy.order(module)[1:] for module in modules) or _is_made(ev, one):
            return ()
    return modules


def _is_made(ev: Evaluator, cls: SourceClass) -> bool:
    """Whether the project makes an instance of the class itself, or hands it on to where one may be made."""
    from flake8_forward_call.inference.search import goes_on, places

    itself = ClassObject(cls)
    is_itself = partial(eq, itself)
    # That they are too many was seen before, when its heirs were looked for.
    for file, known in filter(None, places(ev, cls.node.name, cls.scope.file, is_itself)):
        for called in file.references.called.get(known, ()):
            if called.call is not None and itself in alternatives(ev.expression(called.callee, called.scope)):
                return True
        if any(goes_on(ev, handed, is_itself) for handed in file.references.handed.get(known, ())):
            return True
    return False
