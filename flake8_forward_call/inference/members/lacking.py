"""An attribute that some of a value's possible classes do not show.

Code that asks for an attribute expects that it is there. So an alternative that was read and does not have it says
nothing about the others, unless its class makes attributes up: then it may have this one after all, as something else.
"""

from __future__ import annotations

from flake8_forward_call.inference.catalogue import MODULE_CLASS
from flake8_forward_call.inference.classes import bodies
from flake8_forward_call.inference.definitions import KnownClass, SourceClass, is_foreign
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.types import PLAIN, UNKNOWN, Instance, NoneValue, Type, alternatives, union


def among(asked: Questions, owner: Type, name: str) -> Type:
    """The type of an attribute of one of several values; those that may make it up count, too."""
    several = [one for one in alternatives(owner) if not isinstance(one, NoneValue)]
    found = [asked.attribute(one, name) for one in several]
    if len(several) < 2 or UNKNOWN not in found or all(one == UNKNOWN for one in found):
        return union(found)
    return union(
        _of_lacking(asked, one, name) if kind == UNKNOWN else kind for one, kind in zip(several, found, strict=True)
    )


def _of_lacking(asked: Questions, owner: Type, name: str) -> Type:
    """What a value may give for an attribute that its class does not show."""
    if not isinstance(owner, Instance) or not isinstance(owner.cls, SourceClass) or is_foreign(owner.cls):
        return UNKNOWN
    made_up: list[Type] = []
    for cls in asked.hierarchy.order(owner.cls):
        if cls is None or (isinstance(cls, KnownClass) and cls.dotted != MODULE_CLASS):
            return UNKNOWN
        if isinstance(cls, SourceClass):
            if asked.own_member(cls, owner, name) is not None:
                return UNKNOWN  # It is set, to something that was not read.
            if bodies.may_set_any_name(cls):
                return PLAIN  # Anything may be stored under any name, so that nothing is proven.
            for method in bodies.MADE_UP:
                if bodies.first_method(cls, method) is not None:
                    made_up.append(asked.returned(asked.attribute(owner, method)))
    return union([UNKNOWN, *made_up])
