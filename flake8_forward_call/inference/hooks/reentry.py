"""Whether a call is in a hook of the module that it calls, or in code that such a hook uses.

``module.forward(...)`` bypasses the module's hooks. In one of these hooks, ``module(...)`` would run the hook again,
which would call the module again. Only the module's own hooks count: those of its parents and children run for both
calls.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from flake8_forward_call.inference.evaluating import parameters
from flake8_forward_call.inference.hooks import relayed, targets
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
from flake8_forward_call.inference.syntax.bindings import Parameter
from flake8_forward_call.inference.syntax.references import last_name
from flake8_forward_call.inference.syntax.scopes import FUNCTIONS
from flake8_forward_call.inference.types import Function, Many, Mapping, Slot, Type, Unknown, alternatives
from flake8_forward_call.inference.usage import callers
from flake8_forward_call.inference.usage.identity import Holding
from flake8_forward_call.inference.verdicts.verdict import Sameness, worst

if TYPE_CHECKING:
    from flake8_forward_call.inference.evaluating.evaluate import Evaluator
    from flake8_forward_call.inference.project.project import File
    from flake8_forward_call.inference.syntax.scopes import FunctionNode, Scope

# If more files mention one kind of hook, the project is about hooks, and only the file itself is read.
MAX_FILES = 40

_Asked = TypeVar("_Asked")
_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """The way from a registered hook to a function: the registration, and how the hook reaches the function."""

    registration: Registration
    led: Led
    goes_backward: bool  # Whether something is differentiated on the way.


# For each function, the ways from hooks to it.
Ways = dict["FunctionNode", list[Way]]


@dataclass(frozen=True, slots=True)
class Reentry:
    """What calling the module would do: run the hook that contains the place again, or perhaps do so."""

    sameness: Sameness
    is_direct: bool  # Whether the place is in the hook itself.
    on_all: bool  # Whether it is a hook of all modules.


def reentry(ev: Evaluator, receiver: ast.expr, scope: Scope, kind: Type) -> Reentry | None:
    """Whether calling the receiver runs a hook that reaches the call; None if nothing shows it. Raises OutOfBudget."""
    functions = [one.node for one in scope.outward() if isinstance(one.node, FUNCTIONS)]
    if not functions:
        return None
    place = Called(Holding(ev, receiver, scope), kind)
    found: Reentry | None = None
    for file in _files(ev, scope.file):
        for made in _registered_in(ev, file):
            known = _ways_to(ev, made, scope)
            for function, way in ((node, way) for node in functions for way in known.get(node, ())):
                one = _by_way(ev, place, function, way)
                if one is not None and (found is None or worst(found.sameness, one.sameness) is not found.sameness):
                    found = one
    return found


def _files(ev: Evaluator, own: File) -> Iterator[File]:
    """Yield the files that may register hooks, including the given one."""
    if ev.hook_files is None:
        found: dict[File, None] = {}
        for word, beside in WORDS:
            found.update(dict.fromkeys(ev.project.mentioning(word, beside, MAX_FILES) or ()))
        ev.hook_files = tuple(found)
    if own in ev.hook_files or speaks_of_hooks(own):
        yield own
    yield from (file for file in ev.hook_files if file is not own)


def _registered_in(ev: Evaluator, file: File) -> list[Registration]:
    """The registrations in a file, and those that callers of its helpers make; searched once for all receivers."""
    if file not in ev.hooked:
        made = registrations(ev, file)
        ev.hooked[file] = [one for each in made for one in relayed.with_hooks(ev, each)]
    return ev.hooked[file]


def _ways_to(ev: Evaluator, made: Registration, place: Scope) -> Ways:
    """The ways from a hook to a place."""
    known = ev.ways.get((made, place))
    if known is None:
        known = {}
        for node, way in _ways(ev, made, place):
            known.setdefault(node, []).append(way)
        ev.ways[made, place] = known
    return known


def _ways(ev: Evaluator, one: Registration, place: Scope) -> Iterator[tuple[FunctionNode, Way]]:
    trail = trail_to(ev, one, place)
    if trail is None:
        return
    for hook, is_certain in _hooks_of(ev, one, trail):
        names = _start(ev, one, hook)
        led_to = reached(ev, hook, names, partial(_is_target, ev, one.target), trail, is_certain=is_certain)
        goes_backward = one.sort.is_backward and any(map(_differentiates, led_to))
        for node, led in led_to.items():
            yield node, Way(one, led, goes_backward)


def _is_target(ev: Evaluator, target: Placed | None, node: ast.expr, scope: Scope) -> bool:
    return (
        target is not None
        and isinstance(node, (ast.Name, ast.Attribute))
        and targets.is_same_text(ev, node, scope, target)
    )


def _hooks_of(ev: Evaluator, one: Registration, trail: Trail) -> Iterator[tuple[Named, bool]]:
    """Yield the functions that are registered, each with whether that is certain."""
    if isinstance(one.hook, Definition):
        yield Named(one.scope.file.scopes.opened[id(one.hook)], 0), one.is_certain
        return
    if not may_be_unread(ev, one):
        return
    found = functions_of(ev, one.hook, one.scope, trail)
    for named in found:
        if one.is_certain or has_shape_of_hook(named.scope, named.given or 0):
            yield named, one.is_certain
    if not found and one.is_certain and _is_unread(ev, one.hook, one.scope):
        for inner in handed_on(one):
            yield Named(inner, None), False


def _is_unread(ev: Evaluator, node: ast.expr, scope: Scope) -> bool:
    """Whether nothing is known about a hook, or only that it is in a container."""
    kinds = alternatives(callers.resolved(ev, ev.expression(node, scope)))
    return any(isinstance(one, (Unknown, Slot, Many, Mapping)) for one in kinds)


def _start(ev: Evaluator, one: Registration, hook: Named) -> frozenset[str]:
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
        names += [name for name, node in pairs if targets.is_same_text(ev, node, one.scope, one.target)]
    return frozenset(names)


def _differentiates(node: FunctionNode) -> bool:
    """Whether a function calls ``backward``, ``torch.autograd.grad``, ``manual_backward`` or the like."""
    calls = (last_name(one.func) or "" for one in ast.walk(node) if isinstance(one, ast.Call))
    return any(name == "grad" or "backward" in name for name in calls)


def _by_way(ev: Evaluator, place: Called, node: FunctionNode, way: Way) -> Reentry | None:
    sort = way.registration.sort
    meeting = _meeting(ev, place, node, way)
    if meeting is Sameness.SAME:
        return None
    # A backward hook runs again when the result of the call is differentiated, perhaps much later.
    is_direct = way.led.depth == 0
    is_certain = way.led.is_certain and (way.goes_backward or not sort.is_backward or is_direct)
    sameness = meeting if is_certain else Sameness.PERHAPS
    return Reentry(sameness, is_direct, sort.on_all)


def _is_passed_on(ev: Evaluator, key: tuple[object, ...], node: FunctionNode, way: Way) -> bool:
    """Whether a key is that of a parameter that gets the module on which the hook is registered."""
    match key:
        case ("binding", Parameter(function=function, argument=argument)):
            return (function is node and argument.arg in way.led.carriers) or _is_made_with(ev, function, argument, way)
        case _:
            return False


def _is_made_with(ev: Evaluator, function: FunctionNode, argument: ast.arg, way: Way) -> bool:
    """Whether the hook is the result of a function, ``make(net)``, that gets the module for this parameter."""
    made, target = way.registration.hook, way.registration.target
    if target is None or not isinstance(made, ast.Call):
        return False
    scope = way.registration.scope
    kinds = alternatives(ev.expression(made.func, scope))
    bound_to = next((one.owner for one in kinds if isinstance(one, Function) and one.node is function), None)
    if not any(isinstance(one, Function) and one.node is function for one in kinds):
        return False
    names = [one.arg for one in parameters.names_of(function)][bound_to is not None :]
    passed = [*zip(names, made.args, strict=False), *((one.arg, one.value) for one in made.keywords)]
    return any(name == argument.arg and targets.is_same_text(ev, given, scope, target) for name, given in passed)


def _meeting(ev: Evaluator, place: Called, node: FunctionNode, way: Way) -> Sameness:
    """DIFFERENT if the hook is one of the called module, PERHAPS if it may be, else SAME."""
    if way.registration.sort.on_all:
        return Sameness.DIFFERENT
    held = place.holding
    if any(_is_passed_on(ev, key, node, way) for key in held.keys):
        return Sameness.DIFFERENT
    if way.registration.target is None:
        return Sameness.PERHAPS
    found = targets.meeting(ev, place, way.registration.target)
    if found is not Sameness.PERHAPS:
        return found
    passed = [one.target for one in relayed.with_modules(ev, way.registration)]
    each = [found if one is None else targets.meeting(ev, place, one) for one in passed]
    return worst(*each) if each and targets.is_read(ev, way.registration.target) else worst(found, *each)
