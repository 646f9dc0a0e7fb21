"""What the callers of a function pass for a parameter whose type nothing else shows."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from flake8_forward_call.inference.evaluating import parameters, substituting
from flake8_forward_call.inference.syntax.bindings import Parameter
from flake8_forward_call.inference.types import (
    NEVER,
    UNKNOWN,
    ClassObject,
    Function,
    NoneValue,
    Result,
    Slot,
    Type,
    Unknown,
    alternatives,
    union,
)
from flake8_forward_call.inference.usage import instance_calls
from flake8_forward_call.inference.usage.handed_in import HandedIn
from flake8_forward_call.inference.usage.instance_calls import InstanceCalls
from flake8_forward_call.inference.usage.search import Found, Search

if TYPE_CHECKING:
    from flake8_forward_call.inference.evaluating.evaluate import Evaluator
    from flake8_forward_call.inference.syntax.references import Called

# At most this many calls of one function are resolved. With more, the answer is UNKNOWN; a proof needs fewer.
MAX_CALLS = 200

# Methods that are called by code that does not name them.
_UNNAMED = frozenset({"__new__", "__getitem__", "__iter__", "__enter__", "__exit__", "__set__"})


def resolved(ev: Evaluator, kind: Type) -> Type:
    """The type with each open parameter replaced by what callers pass; in doubt, UNKNOWN is one alternative."""
    return union(_resolved(ev, one) for one in alternatives(kind))


def _resolved(ev: Evaluator, kind: Type) -> Type:
    match kind:
        case Slot():
            plain = kind.untested
            return substituting.filled_in(ev, kind, {plain: passed(ev, plain)}) if is_open(kind) else kind
        case Result(callee) if is_open(callee):
            return substituting.filled_in(ev, kind, {callee.untested: passed(ev, callee.untested)})
        case _:
            return kind


def is_open(slot: Slot) -> bool:
    """Whether a slot is a parameter in the source about which nothing is known except what callers pass."""
    return slot.bound == UNKNOWN and isinstance(slot.owner, ast.AST)


def passed(ev: Evaluator, slot: Slot) -> Type:
    """The union of what all calls in the project pass for the parameter; UNKNOWN if there is none."""
    return ev.once(("passed", slot, ev.parameters.get(slot)), lambda: _passed(ev, slot))


def _passed(ev: Evaluator, slot: Slot) -> Type:
    binding = ev.parameters.get(slot)
    if binding is None or ev.project.is_open(binding.scope.file):
        return UNKNOWN
    found = list(dict.fromkeys(_passed_by_each(ev, binding)))
    if not found:
        return UNKNOWN
    kind = union(found)  # If that is nothing, all calls are in a loop with this question.
    return UNKNOWN if kind != NEVER and all(isinstance(one, Unknown) for one in alternatives(kind)) else kind


def _passed_by_each(ev: Evaluator, binding: Parameter) -> Iterator[Type]:
    node = binding.function
    if binding.kind != "plain":
        return
    if isinstance(node, ast.Lambda):
        yield from _passed_to_lambda(ev, binding, node)
        return
    if node.name in instance_calls.METHODS and binding.scope.enclosing_class is not None:
        yield from _passed_to_instance(ev, binding, node.name)
        return
    if node.name in _UNNAMED:
        return
    search = Search(ev, node, binding.scope)
    count = 0
    for found in islice(search.calls(), MAX_CALLS + 1):
        count += found.is_certain
        kind = UNKNOWN if count > MAX_CALLS else resolved(ev, _argument(ev, binding, found))
        if found.is_certain:
            yield kind
        elif not all(isinstance(one, NoneValue) or ev.hierarchy.is_module(one) for one in alternatives(kind)):
            yield UNKNOWN
    if search.bound_to and binding.scope.positional[:1] == [binding.argument.arg]:
        for owner, scope in search.bound_to:
            count += 1
            yield resolved(ev, ev.expression(owner, scope))
    elif search.bound_to:
        yield UNKNOWN
    if count and search.is_lost:
        yield UNKNOWN


def _passed_to_lambda(ev: Evaluator, binding: Parameter, node: ast.Lambda) -> Iterator[Type]:
    assert binding.scope.parent is not None
    following = HandedIn(ev)
    for called in islice(following.calls_of_lambda(node, binding.scope.parent), MAX_CALLS):
        kinds = alternatives(resolved(ev, ev.expression(called.callee, called.scope)))
        if any(isinstance(one, Function) and one.node is node for one in kinds):
            yield resolved(ev, _argument(ev, binding, Found(called, is_bound=False)))
    if following.is_lost:
        yield UNKNOWN


def _passed_to_instance(ev: Evaluator, binding: Parameter, name: str) -> Iterator[Type]:
    assert binding.scope.enclosing_class is not None
    cls = ev.source_class(binding.scope.enclosing_class)
    calling = InstanceCalls(ev, cls, name)
    for called in calling.calls():
        yield resolved(ev, _argument(ev, binding, Found(called, is_bound=True)))
    if calling.is_lost or name == "forward":  # Containers and trainers call modules, too.
        yield UNKNOWN


def _argument(ev: Evaluator, binding: Parameter, found: Found) -> Type:
    """What one call passes for the parameter; UNKNOWN if a starred argument may pass it."""
    names = [one.arg for one in parameters.names_of(binding.function)]
    if found.is_bound:
        names = names[1:]
    called = found.called
    name, scope = binding.argument.arg, called.scope
    if called.definition is not None:
        return _defined(ev, called) if names[:1] == [name] else _default(ev, binding)
    assert called.call is not None
    given = parameters.passed(ev, called.call, scope, names)
    if name in given:
        return given[name]
    starred = any(isinstance(one, ast.Starred) for one in called.call.args)
    if starred or any(keyword.arg is None for keyword in called.call.keywords):
        return UNKNOWN
    return _default(ev, binding)


def _default(ev: Evaluator, binding: Parameter) -> Type:
    outer = binding.scope.parent
    if binding.default is None or outer is None:
        return UNKNOWN
    return ev.expression(binding.default, outer)


def _defined(ev: Evaluator, called: Called) -> Type:
    """The class or function that is decorated."""
    assert called.definition is not None
    scope = called.scope.file.scopes.opened[id(called.definition)]
    if isinstance(called.definition, ast.ClassDef):
        return ClassObject(ev.source_class(scope))
    return Function(called.definition, scope)


def is_left_open(kind: Type) -> bool:
    """Whether the type is a parameter that only callers decide, or the result of calling one."""
    return isinstance(kind, (Slot, Result)) and is_open(kind.callee if isinstance(kind, Result) else kind)


def of_callers(ev: Evaluator, kind: Type) -> Type:
    """Such a type as its callers decide it, for its attributes or elements; UNKNOWN if that leaves it open."""
    found = resolved(ev, kind)
    return UNKNOWN if any(is_left_open(one) for one in alternatives(found)) else found
