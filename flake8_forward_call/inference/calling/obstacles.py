"""What prevents calling the receiver instead of its ``forward``, although it is a module.

Each check is a function that takes the place of a call and returns an `Obstacle`, or None if there is none. The worst
result of all checks counts, and the first among equals.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TypeAlias

from flake8_forward_call.inference.answers import Obstacle, Place
from flake8_forward_call.inference.calling import (
    changed_class,
    choices,
    concealed,
    fitting,
    initialised,
    own_forward,
    passed_self,
    reassigned,
    sites,
)
from flake8_forward_call.inference.engine import OutOfBudget
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.verdicts.verdict import Sameness, worst

Look: TypeAlias = Callable[["Questions", Place], Obstacle | None]


def _within_call(asked: Questions, place: Place) -> Obstacle | None:
    if not sites.runs_inside_call(asked, place.receiver, place.scope):
        return None
    return Obstacle(Sameness.DIFFERENT, "this call runs inside the receiver's own __call__")


def _called_back(asked: Questions, place: Place) -> Obstacle | None:
    if not sites.may_be_called_back(asked, place.kind, place.scope):
        return None
    return Obstacle(Sameness.DIFFERENT, "the receiver's __call__ may run this call")


def _within_hook(asked: Questions, place: Place) -> Obstacle | None:
    found = asked.reentry(place.receiver, place.scope, place.kind)
    if found is None:
        return None
    of_whom = "all modules" if found.on_all else "the same module"
    if found.sameness is Sameness.PERHAPS:
        return Obstacle(found.sameness, f"this call may run inside a hook of {of_whom}")
    what = "is in" if found.is_direct else "runs inside"
    return Obstacle(found.sameness, f"this call {what} a hook of {of_whom}")


def _passes_self(asked: Questions, place: Place) -> Obstacle | None:
    if not _is_called(place) or not fitting.passes_self(place.call, place.scope):
        return None
    return Obstacle(Sameness.DIFFERENT, "Module.__call__ does not accept a keyword argument named self")


def _within_forward(asked: Questions, place: Place) -> Obstacle | None:
    sameness = own_forward.runs_inside_forward(asked, place.receiver, place.scope)
    return _inside_forward(worst(sameness, reassigned.runs_as_forward(place.receiver, place.scope)))


def _inside_forward(sameness: Sameness) -> Obstacle | None:
    match sameness:
        case Sameness.DIFFERENT:
            return Obstacle(
                Sameness.DIFFERENT, "this call runs inside the receiver's own forward, so its hooks have already run"
            )
        case Sameness.PERHAPS:
            return Obstacle(
                Sameness.PERHAPS, "this call may run inside the receiver's own forward, so its hooks would run twice"
            )
        case _:
            return None


def _chosen_on_purpose(asked: Questions, place: Place) -> Obstacle | None:
    if not _is_called(place) or not choices.is_one_of_two(place.call, place.receiver, place.scope):
        return None
    return Obstacle(Sameness.DIFFERENT, "the code chooses between forward(...) and the call on purpose")


def _never_made_ready(asked: Questions, place: Place) -> Obstacle | None:
    if initialised.comes_too_early(place.receiver, place.call, place.scope):
        return Obstacle(Sameness.DIFFERENT, "Module.__init__ has not run yet")
    found = asked.at_worst(place.kind, place.scope.file, initialised.initialised)
    if found is not None:
        often = "never" if found.sameness is Sameness.DIFFERENT else "not always"
        return Obstacle(found.sameness, f"Module.__init__ is {often} called for {found.cls.label}")
    if initialised.is_left_unmade(place.receiver, place.scope):
        return Obstacle(Sameness.PERHAPS, "the instance comes from __new__, and Module.__init__ may not have run")
    return None


def _takes_other_arguments(asked: Questions, place: Place) -> Obstacle | None:
    call = place.call if _is_called(place) else None
    for cls in asked.called_classes(place.kind):
        for override in fitting.overrides(asked, cls):
            sameness = fitting.fit(asked, cls, override, call)
            if sameness is not Sameness.SAME:
                may = "passes" if sameness is Sameness.DIFFERENT else "may pass"
                return Obstacle(sameness, f"{override.cls.label}.__call__ {may} different arguments to forward")
    return None


def _is_called(place: Place) -> bool:
    """Whether the place calls ``forward`` itself, and does not pass it to other code."""
    return isinstance(place.call.func, ast.Attribute) and place.call.func.value is place.receiver


def _swapped(asked: Questions, place: Place) -> Obstacle | None:
    return asked.swapped(place.receiver, place.scope)


def _passed_by_itself(asked: Questions, place: Place) -> Obstacle | None:
    sameness = passed_self.runs_inside(asked, place.receiver, place.scope, place.kind)
    if sameness is Sameness.SAME:
        return None
    may = "may run" if sameness is Sameness.PERHAPS else "runs"
    return Obstacle(sameness, f"this call {may} inside the receiver's own call, so its hooks would run twice")


def _reassigned(asked: Questions, place: Place) -> Obstacle | None:
    cls = reassigned.is_reassigned(asked, place.receiver, place.scope)
    return None if cls is None else Obstacle(Sameness.PERHAPS, f"forward of {cls.label} is assigned elsewhere")


def _changes_class(asked: Questions, place: Place) -> Obstacle | None:
    cls = changed_class.may_change(asked, place.kind, place.scope.file)
    return None if cls is None else Obstacle(Sameness.PERHAPS, f"__class__ is assigned on an instance of {cls.label}")


def _concealed(asked: Questions, place: Place) -> Obstacle | None:
    found = concealed.concealed(asked, place)
    if found is None:
        return None
    what = "whose call is not equivalent" if found.is_module else "which is no module"
    return Obstacle(Sameness.PERHAPS, f"the receiver may be an instance of {found.cls.label}, {what}")


LOOKS: tuple[Look, ...] = (
    _within_call,
    _called_back,
    _within_hook,
    _passes_self,
    _within_forward,
    _chosen_on_purpose,
    _never_made_ready,
    _takes_other_arguments,
)

# Checks that cost more. They only run if nothing else makes the fix unsafe.
LAST_LOOKS: tuple[Look, ...] = (_passed_by_itself, _reassigned, _changes_class, _concealed, _swapped)


def worst_of(asked: Questions, place: Place, *, is_safe: bool) -> Obstacle | None:
    """The worst obstacle at a place, or None; ``is_safe`` if the receiver's type allows a safe fix."""
    found: Obstacle | None = None
    for look in LOOKS:
        one = _found_by(look, asked, place)
        if one is not None and (found is None or worst(found.sameness, one.sameness) is not found.sameness):
            found = one
        if found is not None and found.sameness is Sameness.DIFFERENT:
            break
    for look in LAST_LOOKS if is_safe else ():
        found = found or _found_by(look, asked, place)
    return found


def _found_by(look: Look, asked: Questions, place: Place) -> Obstacle | None:
    """What one check finds. If it takes too long, nobody knows whether the call is equivalent, so the fix is unsafe."""
    try:
        return asked.ask(lambda: look(asked, place))
    except OutOfBudget:
        return Obstacle(Sameness.PERHAPS, "whether calling it is equivalent takes too many steps to find out")
