"""What the callers of a function pass for a parameter whose type nothing else shows."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import islice

from flake8_forward_call.inference.answers import Found
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.bindings import Parameter
from flake8_forward_call.inference.syntax.references import Called
from flake8_forward_call.inference.syntax.scopes import names_of, scopes_of
from flake8_forward_call.inference.types import (
    UNKNOWN,
    ClassObject,
    Function,
    NoneValue,
    Result,
    Slot,
    Type,
    Unknown,
    alternatives,
    is_left_open,
    is_open,
    substitute,
    union,
)

# At most this many calls of one function are resolved. With more, the answer is UNKNOWN; a proof needs fewer.
MAX_CALLS = 200

# From caller to caller's caller: real code passes a module down through three or four functions.
MAX_CHAIN = 6

# Methods that are called by code that does not name them.
_UNNAMED = frozenset({"__call__", "forward", "__new__", "__getitem__", "__iter__", "__enter__", "__exit__", "__set__"})


def resolved(asked: Questions, kind: Type) -> Type:
    """The type with each open parameter replaced by what callers pass; in doubt, UNKNOWN is one alternative."""
    return union(_resolved(asked, one) for one in alternatives(kind))


def _resolved(asked: Questions, kind: Type) -> Type:
    match kind:
        case Slot():
            return passed(asked, kind) if is_open(kind) else kind
        case Result(callee) if is_open(callee):
            return substitute(kind, {callee: passed(asked, callee)})
        case _:
            return kind


def passed(asked: Questions, slot: Slot) -> Type:
    """The union of what all calls in the project pass for the parameter; UNKNOWN if there is none."""
    return asked.attempt(("passed", slot), lambda: _passed(asked, slot))


class _Chain:
    """How many levels of callers are being resolved."""

    def __init__(self) -> None:
        self.length = 0


def _passed(asked: Questions, slot: Slot) -> Type:
    binding = asked.parameter_of(slot)
    if binding is None or asked.notes(_Chain).length >= MAX_CHAIN or asked.project.is_open(binding.scope.file):
        return UNKNOWN
    asked.notes(_Chain).length += 1
    try:
        found = list(dict.fromkeys(_passed_by_each(asked, binding)))
    finally:
        asked.notes(_Chain).length -= 1
    kind = union(found)
    return UNKNOWN if all(isinstance(one, Unknown) for one in alternatives(kind)) else kind


def _passed_by_each(asked: Questions, binding: Parameter) -> Iterator[Type]:
    node = binding.function
    if isinstance(node, ast.Lambda) or binding.kind != "plain" or node.name in _UNNAMED:
        return
    search = asked.calls_of(node, binding.scope)
    count = 0
    for found in islice(search.calls(), MAX_CALLS + 1):
        count += found.is_certain
        kind = UNKNOWN if count > MAX_CALLS else resolved(asked, _argument(asked, binding, found))
        if found.is_certain:
            yield kind
        elif not all(isinstance(one, NoneValue) or asked.hierarchy.is_module(one) for one in alternatives(kind)):
            yield UNKNOWN
    if count and search.is_handed_on:
        yield UNKNOWN


def _argument(asked: Questions, binding: Parameter, found: Found) -> Type:
    """What one call passes for the parameter; UNKNOWN if a starred argument may pass it."""
    names = [one.arg for one in names_of(binding.function)]
    if found.is_bound:
        names = names[1:]
    called = found.called
    name, scope = binding.argument.arg, called.scope
    if called.definition is not None:
        return _defined(asked, called) if names[:1] == [name] else _default(asked, binding)
    assert called.call is not None
    given = asked.passed(called.call, scope, names)
    if name in given:
        return given[name]
    starred = any(isinstance(one, ast.Starred) for one in called.call.args)
    if starred or any(keyword.arg is None for keyword in called.call.keywords):
        return UNKNOWN
    return _default(asked, binding)


def _default(asked: Questions, binding: Parameter) -> Type:
    outer = binding.scope.parent
    if binding.default is None or outer is None:
        return UNKNOWN
    return asked.expression(binding.default, outer)


def _defined(asked: Questions, called: Called) -> Type:
    """The class or function that is decorated."""
    assert called.definition is not None
    scope = scopes_of(called.scope.file).opened[id(called.definition)]
    if isinstance(called.definition, ast.ClassDef):
        return ClassObject(asked.source_class(scope))
    return Function(called.definition, scope)


def of_callers(asked: Questions, kind: Type) -> Type:
    """Such a type as its callers decide it, for its attributes or elements; UNKNOWN if that leaves it open."""
    found = resolved(asked, kind)
    return UNKNOWN if any(is_left_open(one) for one in alternatives(found)) else found
