"""Whether a call is in a hook of the module that it calls, or in code that such a hook uses.

``module.forward(...)`` bypasses the module's hooks. In one of these hooks, ``module(...)`` would run the hook again,
which would call the module again. Only the module's own hooks count: those of its parents and children run for both
calls.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from flake8_forward_call.inference.answers import Reentry
from flake8_forward_call.inference.engine import Answers, unjoined
from flake8_forward_call.inference.hooks import relayed, targets
from flake8_forward_call.inference.hooks.identity import Holding
from flake8_forward_call.inference.hooks.leads import Trail, handed_on, trail_to
from flake8_forward_call.inference.hooks.reach import Led, Named, functions_of, reached
from flake8_forward_call.inference.hooks.registrations import (
    WORDS,
    Definition,
    Registration,
    has_shape_of_hook,
    may_be_unread,
    registrations,
    speaks_of_hooks,
)
from flake8_forward_call.inference.hooks.spots import Placed
from flake8_forward_call.inference.hooks.targets import Called
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.bindings import Parameter
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.syntax.references import last_name
from flake8_forward_call.inference.syntax.scopes import FUNCTIONS, FunctionNode, Scope, names_of, scopes_of
from flake8_forward_call.inference.types import Function, Many, Mapping, Slot, Type, Unknown, alternatives
from flake8_forward_call.inference.verdicts.verdict import Sameness, worst

# If more files mention one kind of hook, the project is about hooks, and only the file itself is read.
MAX_FILES = 40

_About = TypeVar("_About")
_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """The way from a registered hook to a function: the registration, and how the hook reaches the function."""

    registration: Registration
    led: Led
    goes_backward: bool  # Whether something is differentiated on the way.


# For each function, the ways from hooks to it.
Ways = dict["FunctionNode", list[Way]]

_REGISTRATIONS: Answers[Sequence[Registration]] = unjoined(())
_WAYS: Answers[Ways] = unjoined({})


def reentry(asked: Questions, receiver: ast.expr, scope: Scope, kind: Type) -> Reentry | None:
    """Whether calling the receiver runs a hook that reaches the call; None if nothing shows it. Raises OutOfBudget."""
    functions = [one.node for one in scope.outward() if isinstance(one.node, FUNCTIONS)]
    if not functions:
        return None
    place = Called(Holding(asked, receiver, scope), kind)
    found: Reentry | None = None
    for file in _files(asked, scope.file):
        for made in _registered_in(asked, file):
            known = _ways_to(asked, made, scope)
            for function, way in ((node, way) for node in functions for way in known.get(node, ())):
                one = _by_way(asked, place, function, way)
                if one is not None and (found is None or worst(found.sameness, one.sameness) is not found.sameness):
                    found = one
    return found


class _HookFiles:
    """The files that may register hooks; None until they are needed."""

    def __init__(self) -> None:
        self.found: tuple[File, ...] | None = None


def _files(asked: Questions, own: File) -> Iterator[File]:
    """Yield the files that may register hooks, including the given one."""
    known = asked.notes(_HookFiles)
    if known.found is None:
        found: dict[File, None] = {}
        for word, beside in WORDS:
            found.update(dict.fromkeys(asked.project.mentioning(word, beside, MAX_FILES) or ()))
        known.found = tuple(found)
    if own in known.found or speaks_of_hooks(own):
        yield own
    yield from (file for file in known.found if file is not own)


def _registered_in(asked: Questions, file: File) -> Sequence[Registration]:
    """The registrations in a file, and those that callers of its helpers make; searched once for all receivers."""

    def search() -> Sequence[Registration]:
        return [one for each in registrations(asked, file) for one in relayed.with_hooks(asked, each)]

    return asked.engine.once(("registered in", file), search, _REGISTRATIONS)


def _ways_to(asked: Questions, made: Registration, place: Scope) -> Ways:
    """The ways from a hook to a place; searched once for all receivers in it."""

    def search() -> Ways:
        found: Ways = {}
        for node, way in _ways(asked, made, place):
            found.setdefault(node, []).append(way)
        return found

    return asked.engine.once(("ways", made, place), search, _WAYS)


def _ways(asked: Questions, one: Registration, place: Scope) -> Iterator[tuple[FunctionNode, Way]]:
    trail = trail_to(asked, one, place)
    if trail is None:
        return
    for hook, is_certain in _hooks_of(asked, one, trail):
        names = _start(asked, one, hook)
        led_to = reached(asked, hook, names, partial(_is_target, asked, one.target), trail, is_certain=is_certain)
        goes_backward = one.sort.is_backward and any(map(_differentiates, led_to))
        for node, led in led_to.items():
            yield node, Way(one, led, goes_backward)


def _is_target(asked: Questions, target: Placed | None, node: ast.expr, scope: Scope) -> bool:
    return (
        target is not None
        and isinstance(node, (ast.Name, ast.Attribute))
        and targets.is_same_text(asked, node, scope, target)
    )


def _hooks_of(asked: Questions, one: Registration, trail: Trail) -> Iterator[tuple[Named, bool]]:
    """Yield the functions that are registered, each with whether that is certain."""
    if isinstance(one.hook, Definition):
        yield Named(scopes_of(one.scope.file).opened[id(one.hook)], 0), one.is_certain
        return
    if not may_be_unread(asked, one):
        return
    found = functions_of(asked, one.hook, one.scope, trail)
    for named in found:
        if one.is_certain or has_shape_of_hook(named.scope, named.given or 0):
            yield named, one.is_certain
    if not found and one.is_certain and _is_unread(asked, one.hook, one.scope):
        for inner in handed_on(one):
            yield Named(inner, None), False


def _is_unread(asked: Questions, node: ast.expr, scope: Scope) -> bool:
    """Whether nothing is known about a hook, or only that it is in a container."""
    kinds = alternatives(asked.resolved(asked.expression(node, scope)))
    return any(isinstance(one, (Unknown, Slot, Many, Mapping)) for one in kinds)


def _start(asked: Questions, one: Registration, hook: Named) -> frozenset[str]:
    """The parameters of a hook that are the module it is registered on."""
    own, given = hook.scope.positional, hook.given
    if given is None:
        return frozenset(own[1:2] if hook.scope.enclosing_class is not None else own[:2])
    names = own[given : given + 1]
    if one.target is not None and not isinstance(one.hook, Definition):
        bound_to = one.hook.value if isinstance(one.hook, ast.Attribute) and given else None
        before = [bound_to] if bound_to is not None else []
        if isinstance(one.hook, ast.Call) and last_name(one.hook.func) == "partial":
            before = [*one.hook.args[1:]]
        # The first given argument is `self` if the function is a bound method.
        skipped = given - len(before)
        pairs = zip(own[skipped:], before, strict=False)
        names += [name for name, node in pairs if targets.is_same_text(asked, node, one.scope, one.target)]
    return frozenset(names)


def _differentiates(node: FunctionNode) -> bool:
    """Whether a function calls ``backward``, ``torch.autograd.grad``, ``manual_backward`` or the like."""
    calls = (last_name(one.func) or "" for one in ast.walk(node) if isinstance(one, ast.Call))
    return any(name == "grad" or "backward" in name for name in calls)


def _by_way(asked: Questions, place: Called, node: FunctionNode, way: Way) -> Reentry | None:
    sort = way.registration.sort
    meeting = _meeting(asked, place, node, way)
    if meeting is Sameness.SAME:
        return None
    # A backward hook runs again when the result of the call is differentiated, perhaps much later.
    is_direct = way.led.depth == 0
    is_certain = way.led.is_certain and (way.goes_backward or not sort.is_backward or is_direct)
    sameness = meeting if is_certain else Sameness.PERHAPS
    return Reentry(sameness, is_direct, sort.on_all)


def _is_passed_on(asked: Questions, key: tuple[object, ...], node: FunctionNode, way: Way) -> bool:
    """Whether a key is that of a parameter that gets the module on which the hook is registered."""
    match key:
        case ("binding", Parameter(function=function, argument=argument)):
            return (function is node and argument.arg in way.led.carriers) or _is_made_with(
                asked, function, argument, way
            )
        case _:
            return False


def _is_made_with(asked: Questions, function: FunctionNode, argument: ast.arg, way: Way) -> bool:
    """Whether the hook is the result of a function, ``make(net)``, that gets the module for this parameter."""
    made, target = way.registration.hook, way.registration.target
    if target is None or not isinstance(made, ast.Call):
        return False
    scope = way.registration.scope
    kinds = alternatives(asked.expression(made.func, scope))
    bound_to = next((one.owner for one in kinds if isinstance(one, Function) and one.node is function), None)
    if not any(isinstance(one, Function) and one.node is function for one in kinds):
        return False
    names = [one.arg for one in names_of(function)][bound_to is not None :]
    passed = [*zip(names, made.args, strict=False), *((one.arg, one.value) for one in made.keywords)]
    return any(name == argument.arg and targets.is_same_text(asked, given, scope, target) for name, given in passed)


def _meeting(asked: Questions, place: Called, node: FunctionNode, way: Way) -> Sameness:
    """DIFFERENT if the hook is one of the called module, PERHAPS if it may be, else SAME."""
    if way.registration.sort.on_all:
        return Sameness.DIFFERENT
    held = place.holding
    if any(_is_passed_on(asked, key, node, way) for key in held.keys):
        return Sameness.DIFFERENT
    if way.registration.target is None:
        return Sameness.PERHAPS
    found = targets.meeting(asked, place, way.registration.target)
    if found is not Sameness.PERHAPS:
        return found
    passed = [one.target for one in relayed.with_modules(asked, way.registration)]
    each = [found if one is None else targets.meeting(asked, place, one) for one in passed]
    return worst(*each) if each and targets.is_read(asked, way.registration.target) else worst(found, *each)
