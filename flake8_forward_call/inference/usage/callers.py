"""What the callers of a function pass for a parameter whose type nothing else shows."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import islice

from flake8_forward_call.inference.answers import Found
from flake8_forward_call.inference.classes import bodies
from flake8_forward_call.inference.definitions import SourceClass
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.bindings import Parameter
from flake8_forward_call.inference.syntax.references import Called
from flake8_forward_call.inference.syntax.scopes import Scope, names_of, plain_parameters, scopes_of
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
    is_left_open,
    is_open,
    union,
)
from flake8_forward_call.inference.usage import forwarding
from flake8_forward_call.inference.usage.handed_in import HandedIn
from flake8_forward_call.inference.usage.instance_calls import instance_calls
from flake8_forward_call.inference.verdicts.verdict import Standing

# At most this many calls of one function are resolved. With more, the answer is UNKNOWN; a proof needs fewer.
MAX_CALLS = 200

# Methods that are called by code that does not name them.
_UNNAMED = frozenset({"__new__", "__getitem__", "__iter__", "__enter__", "__exit__", "__set__"})


def resolved(asked: Questions, kind: Type) -> Type:
    """The type with each open parameter replaced by what callers pass; in doubt, UNKNOWN is one alternative."""
    return union(_resolved(asked, one) for one in alternatives(kind))


def _resolved(asked: Questions, kind: Type) -> Type:
    match kind:
        case Slot():
            plain = kind.untested
            return asked.filled_in(kind, {plain: passed(asked, plain)}) if is_open(kind) else kind
        case Result(callee) if is_open(callee):
            return asked.filled_in(kind, {callee.untested: passed(asked, callee.untested)})
        case _:
            return kind


def passed(asked: Questions, slot: Slot) -> Type:
    """The union of what all calls in the project pass for the parameter; UNKNOWN if there is none."""
    return asked.once(("passed", slot, asked.parameter_of(slot)), lambda: _passed(asked, slot))


def _passed(asked: Questions, slot: Slot) -> Type:
    binding = asked.parameter_of(slot)
    if binding is None or asked.project.is_open(binding.scope.file):
        return UNKNOWN
    found = list(dict.fromkeys(_passed_by_each(asked, binding)))
    kind = union(found) if found else UNKNOWN  # If that is nothing, all calls are in a loop with this question.
    if UNKNOWN not in alternatives(kind):
        return kind
    declared = _declared_above(asked, binding)
    kind = union(declared if one == UNKNOWN else one for one in alternatives(kind))
    return UNKNOWN if kind != NEVER and all(isinstance(one, Unknown) for one in alternatives(kind)) else kind


def _declared_above(asked: Questions, binding: Parameter) -> Type:
    """What the method that this one overrides declares for its parameter; UNKNOWN if it says nothing.

    Whoever calls it by its base passes that.
    """
    around, node, name = binding.scope.enclosing_class, binding.function, binding.argument.arg
    if around is None or isinstance(node, ast.Lambda) or node.name.startswith("__") or binding.kind != "plain":
        return UNKNOWN
    for one in asked.hierarchy.order(asked.source_class(around))[1:]:
        if one is None:
            return UNKNOWN
        inner = bodies.first_method(one, node.name) if isinstance(one, SourceClass) else None
        if inner is None or inner.parent is None:
            continue
        above = next((each for each in names_of(inner.node) if each.arg == name), None)  # type: ignore[arg-type]
        if above is None or _place(inner, name) != _place(binding.scope, name):
            return UNKNOWN
        if above.annotation is not None:
            return asked.declared(above.annotation, inner.parent)
    return UNKNOWN


def _place(function: Scope, name: str) -> int | None:
    """The index of a parameter among the positional ones; None for one that is passed by name only."""
    return function.positional.index(name) if name in function.positional else None


def _passed_by_each(asked: Questions, binding: Parameter) -> Iterator[Type]:
    node = binding.function
    if binding.kind != "plain":
        return
    if isinstance(node, ast.Lambda):
        yield from _passed_to_lambda(asked, binding, node)
        return
    around = binding.scope.enclosing_class
    if node.name == "__call__" and around is not None:
        if binding.argument.annotation is not None:
            return  # It says little, and so do callers: instances go anywhere.
        yield from _passed_to_instance(asked, binding, asked.source_class(around))
        return
    if node.name in _UNNAMED:
        return
    if node.name == "forward" and around is not None and _is_called(binding):
        cls = asked.source_class(around)  # A call of a module runs it.
        if asked.hierarchy.standing(cls) is Standing.MODULE:
            yield from _passed_to_instance(asked, binding, cls)
    search = asked.calls_of(node, binding.scope)
    count = 0
    for found in islice(search.calls(), MAX_CALLS + 1):
        count += found.is_certain
        kind = UNKNOWN if count > MAX_CALLS else resolved(asked, _argument(asked, binding, found))
        if found.is_certain:
            yield kind
        elif not all(isinstance(one, NoneValue) or asked.hierarchy.is_module(one) for one in alternatives(kind)):
            yield UNKNOWN
    if search.bound_to and binding.scope.positional[:1] == [binding.argument.arg]:
        for owner in search.bound_to:
            count += 1
            yield resolved(asked, owner)
    elif search.bound_to:
        yield UNKNOWN
    if count and (search.is_lost or binding.argument.annotation is not None):
        yield UNKNOWN  # An annotation such as `Any` lets others pass anything.


def _passed_to_lambda(asked: Questions, binding: Parameter, node: ast.Lambda) -> Iterator[Type]:
    assert binding.scope.parent is not None

    def is_itself(kind: Type) -> bool:
        return isinstance(kind, Function) and kind.node is node

    following = HandedIn(asked, is_itself)
    for called in islice(following.calls_of_lambda(node, binding.scope.parent), MAX_CALLS):
        if any(map(is_itself, alternatives(resolved(asked, asked.expression(called.callee, called.scope))))):
            yield resolved(asked, _argument(asked, binding, Found(called, is_bound=False)))
    if following.is_lost:
        yield UNKNOWN


def _is_called(binding: Parameter) -> bool:
    """Whether a function calls a parameter, or its ``forward``: most parameters of modules are tensors."""
    for scope in binding.scope.inward():
        for call in scope.calls:
            match call.func:
                case ast.Name(id=name) | ast.Attribute(value=ast.Name(id=name), attr="forward"):
                    if name == binding.argument.arg:
                        return True
    return False


def _passed_to_instance(asked: Questions, binding: Parameter, cls: SourceClass) -> Iterator[Type]:
    method: str = binding.function.name  # type: ignore[union-attr]

    def counts(call: ast.Call) -> bool:
        return method == "__call__" or _may_pass(call, binding)

    for found in instance_calls(asked, cls, method, counts):
        kind = resolved(asked, _argument(asked, binding, found))
        is_module = all(isinstance(one, NoneValue) or asked.hierarchy.is_module(one) for one in alternatives(kind))
        yield kind if found.is_certain or is_module else UNKNOWN
    yield UNKNOWN  # An instance may be passed on to code that does not name its class.


def _may_pass(call: ast.Call, binding: Parameter) -> bool:
    """Whether a call of an instance passes something for a parameter, or takes its default."""
    if binding.default is not None or any(isinstance(one, ast.Starred) for one in call.args):
        return True
    index = _place(binding.scope, binding.argument.arg)
    if index is not None and len(call.args) >= index:  # The first one is the instance.
        return True
    return any(one.arg in (None, binding.argument.arg) for one in call.keywords)


def _argument(asked: Questions, binding: Parameter, found: Found) -> Type:
    """What one call passes for the parameter, also under a star."""
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
    if not starred and not any(keyword.arg is None for keyword in called.call.keywords):
        return _default(asked, binding)
    if len(alternatives(resolved(asked, asked.expression(called.callee, scope)))) > 1:
        return UNKNOWN  # What is under the star may be for another callee.
    plain = [one.arg for one in plain_parameters(binding.function)][found.is_bound :]
    index = plain.index(name) if name in plain else None
    given_so = [*forwarding.starred(asked, called.call, scope, index, name)]
    return union([*given_so, *([_default(asked, binding)] if binding.default is not None or not given_so else [])])


def _default(asked: Questions, binding: Parameter) -> Type:
    outer = binding.scope.parent
    if binding.default is None or outer is None or not asked.keeps_defaults(binding.scope):
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
