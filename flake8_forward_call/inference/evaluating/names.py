"""The type of a name where it is read: from its scope, an enclosing one, a star import or the builtins."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Sequence

from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.bindings import Annotated, AnyBinding, Outer, Parameter
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.scopes import Scope, scopes_of
from flake8_forward_call.inference.types import NEVER, UNKNOWN, Builtin, Type, union


def read_name(asked: Questions, node: ast.Name, scope: Scope) -> Type:
    """The type of a name where it is read."""
    reached = flow_of(scope).uses.get(id(node))
    if reached is None:
        return asked.named(node.id, scope)
    return asked.bound_name([*reached, *_from_inside(node.id, scope)], node.id, scope, node)


def bound_name(
    asked: Questions, bindings: Sequence[AnyBinding], name: str, scope: Scope, use: ast.Name | None = None
) -> Type:
    """The type of a name from its bindings, what its scope puts into it, and later star imports that hide it."""
    kind = _bound_and_filled(asked, bindings, name, scope)
    if not scope.stars:
        return kind
    return union([kind, *asked.hidden_by_stars(bindings, name, scope, use)])


def _bound_and_filled(asked: Questions, bindings: Sequence[AnyBinding], name: str, scope: Scope) -> Type:
    declared = all(
        isinstance(one, Annotated) or (isinstance(one, Parameter) and one.argument.annotation is not None)
        for one in bindings
    )
    return asked.filled(asked.bindings(bindings), name, scope, declared=declared)


def named(asked: Questions, name: str, scope: Scope) -> Type:
    """The type of a name that its scope has not bound before its use: from a closure, a global or a builtin."""
    bound = flow_of(scope).exit.get(name) or tuple(flow_of(scope).bound.get(name, ()))
    if bound and not scope.is_function:
        return asked.bound_name(bound, name, scope)
    return outer_name(asked, name, scope)


def outer_name(asked: Questions, name: str, scope: Scope) -> Type:
    """The type of a name that a scope does not bind: from a closure, a global, a star import or a builtin."""
    inner = scope
    while inner.parent is not None:
        outer = inner.parent
        if not outer.is_class:
            found = _captured(name, inner, outer)
            if found:
                return asked.bound_name(found, name, outer)
        inner = outer
    for star in reversed(inner.stars):
        full = asked.project.imported(scope.file, star.module or "", star.level)
        if full is None or not asked.project.mentions(full, name):
            continue
        kind = asked.starred(full, name)
        if kind != NEVER:
            return kind
    if inner.stars and not hasattr(builtins, name):
        return UNKNOWN
    return Builtin(name) if hasattr(builtins, name) else UNKNOWN


def _captured(name: str, inner: Scope, outer: Scope) -> tuple[AnyBinding, ...]:
    """The bindings that inner code may see: those that exist at its definition, and all later ones."""
    flow = flow_of(outer)
    if name in inner.names_read:
        found = dict.fromkeys(flow.captured.get(id(inner.node), {}).get(name, ()))
    else:  # It is in an annotation written as a string.
        found = dict.fromkeys(flow.exit.get(name, ()))
    line = getattr(inner.node, "lineno", 0)
    for binding in flow.bound.get(name, ()):
        if getattr(binding.node, "lineno", 0) >= line and not isinstance(binding, Outer):
            found[binding] = None
    found.update(dict.fromkeys(_from_inside(name, outer)))
    return tuple(found)


def _from_inside(name: str, outer: Scope) -> Iterator[AnyBinding]:
    """Yield the bindings of a scope's name in functions inside it, which declare it global or nonlocal."""
    for nested in scopes_of(outer.file).outer_writers.get(name, ()):
        if nested is not outer and outer in nested.outward():
            yield from (one for one in flow_of(nested).bound.get(name, ()) if not isinstance(one, Outer))
