"""Methods that are called on the module inside a wrapper, so that the wrapper does not take part."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from flake8_forward_call.inference.engine import OutOfBudget
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.session import session_of
from flake8_forward_call.inference.syntax.bindings import Annotated, Assigned
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.syntax.references import last_name
from flake8_forward_call.inference.syntax.scopes import Scope, scopes_of
from flake8_forward_call.inference.types import Builtin, Function, Instance, KnownFunction, Type, alternatives
from flake8_forward_call.inference.wrapping.reaching import runs_module
from flake8_forward_call.inference.wrapping.wrappers import (
    CLASSES,
    INSIDE,
    PATCHES,
    PREPARERS,
    UNWRAPPERS,
    WITHOUT_GRADIENTS,
    Wrapper,
)
from flake8_forward_call.sources.source import Source
from flake8_forward_call.stack import with_room

# Names for the module inside, one assigned to the next.
_MAX_DEPTH = 4

_UNWRAPPING_NAMES = frozenset(name.rpartition(".")[2] for name in UNWRAPPERS)


@dataclass(frozen=True, slots=True, eq=False)
class Unwrapped:
    """A call of a method on the module inside a wrapper, and the expression that is the wrapper, if there is one."""

    call: ast.Call
    method: ast.Attribute
    wrapper: Wrapper
    outside: ast.expr | None


@with_room
def unwrapped(source: Source) -> list[Unwrapped]:
    """The calls in a file that bypass a wrapper, in text order. ``forward`` is left to the other rules."""
    session = session_of(source.path)
    file, asked = session.take(source)
    found, names = [], _names_for_inside(file)
    for name, calls in scopes_of(file).method_calls.items():
        if name != "forward" and not name.startswith("__"):
            judged = (_judged(asked, call, scope) for call, scope in calls if _may_be_inside(call, names))
            found += [one for one in judged if one is not None]
    excuses = _Excuses(file) if found else None
    session.keep()
    left = [one for one in found if excuses is not None and not excuses.cover(one)]
    return sorted(left, key=lambda one: (one.method.end_lineno or 0, one.method.end_col_offset or 0))


def _judged(asked: Questions, call: ast.Call, scope: Scope) -> Unwrapped | None:
    method = call.func
    assert isinstance(method, ast.Attribute), "only calls of methods are judged"
    try:
        found = asked.ask(lambda: _wrapper_around(asked, method.value, scope, 0))
        if found is None:
            return None
        wrapper, outside = found
        runs = asked.ask(
            lambda: any(runs_module(asked, one, method.attr) for one in _types(asked, method, scope, outside))
        )
    except (OutOfBudget, RecursionError):
        return None
    return Unwrapped(call, method, wrapper, outside) if runs else None


def _types(asked: Questions, method: ast.Attribute, scope: Scope, outside: ast.expr | None) -> Iterator[Type]:
    """Yield the types that the module inside may have."""
    yield asked.resolved(asked.expression(method.value, scope))
    if outside is not None:  # What accelerate has wrapped keeps the type of the module.
        yield asked.resolved(asked.expression(outside, scope))


def _names_for_inside(file: File) -> frozenset[str]:
    """The names that something is assigned to which can be the module inside a wrapper, by its form."""
    found: dict[str, list[str | None]] = {}
    for node in ast.walk(file.tree):
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            source = "" if _is_inside(node.value) else last_name(node.value)
            for target in targets:
                if isinstance(target, (ast.Name, ast.Attribute)):
                    found.setdefault(last_name(target) or "", []).append(source)
    names = {""}
    for _ in range(_MAX_DEPTH):
        names |= {name for name, sources in found.items() if not names.isdisjoint(map(str, sources))}
    return frozenset(names)


def _may_be_inside(call: ast.Call, names: frozenset[str]) -> bool:
    """Whether a method can be called on the module inside a wrapper, by the form of the call. Most calls end here."""
    node = call.func.value if isinstance(call.func, ast.Attribute) else call
    return _is_inside(node) or (isinstance(node, (ast.Name, ast.Attribute)) and last_name(node) in names)


def _is_inside(node: ast.expr) -> bool:
    match node:
        case ast.Attribute(attr=name):
            return name in INSIDE
        case ast.Call(func=ast.Name(id="getattr"), args=[_, ast.Constant(value=name), *_]):
            return name in INSIDE
        case ast.Call(func=func):
            return last_name(func) in _UNWRAPPING_NAMES
        case ast.IfExp(body=one, orelse=other):
            return _is_inside(one) or _is_inside(other)
        case _:
            return False


def _wrapper_around(
    asked: Questions, node: ast.expr, scope: Scope, depth: int
) -> tuple[Wrapper, ast.expr | None] | None:
    """The wrapper whose module an expression is, and the expression of the wrapper, if it is in the same scope."""
    match node:
        case ast.Attribute(value=outside, attr=name) if name in INSIDE:
            found = _wrapper_of(asked, outside, scope)
            return None if found is None else (found, outside)
        case ast.Call(
            func=ast.Name(id="getattr") as func, args=[outside, ast.Constant(value=name), *default], keywords=[]
        ):
            if name not in INSIDE or asked.expression(func, scope) != Builtin("getattr"):
                return None
            if default and ast.dump(default[0]) != ast.dump(outside):  # `getattr(model, "module", model)`
                return None
            found = _wrapper_of(asked, outside, scope)
            return None if found is None else (found, outside)
        case ast.Call(func=func, args=[outside, *_]) if last_name(func) in _UNWRAPPING_NAMES:
            found = _named(asked.expression(func, scope), UNWRAPPERS)
            return None if found is None else (found, outside)
        case ast.IfExp(body=one, orelse=other):  # `model.module if distributed else model`
            for inside, whole in ((one, other), (other, one)):
                found_in_one = _wrapper_around(asked, inside, scope, depth)
                if found_in_one is not None and found_in_one[1] is not None:
                    return found_in_one if ast.dump(found_in_one[1]) == ast.dump(whole) else None
            return None
        case ast.Name() | ast.Attribute() if depth < _MAX_DEPTH:
            bindings = asked.bound(node, scope)
            several = [
                _wrapper_around(asked, one.value, one.scope, depth + 1)
                for one in bindings
                if isinstance(one, (Assigned, Annotated)) and one.value is not None and not getattr(one, "path", ())
            ]
            if several and len(several) == len(bindings) and several[0] is not None and None not in several:
                return several[0][0], None
    return None


def _wrapper_of(asked: Questions, node: ast.expr, scope: Scope) -> Wrapper | None:
    """The kind of wrapper that an expression is; None if it is none, or the instance inside its own class."""
    for one in alternatives(asked.resolved(asked.expression(node, scope))):
        if isinstance(one, Instance):
            for dotted, wrapper in CLASSES.items():
                if asked.hierarchy.derives_from(one.cls, dotted):
                    is_own = isinstance(node, ast.Name) and node.id in scope.positional[:1] and scope.enclosing_class
                    return None if is_own else wrapper
    if isinstance(node, (ast.Name, ast.Attribute)):
        for binding in asked.bound(node, scope):
            if isinstance(binding, Assigned) and isinstance(binding.value, ast.Call):
                found = _named(asked.expression(binding.value.func, binding.scope), PREPARERS)
                if found is not None:
                    return found
    return None


def _named(kind: Type, wrappers: dict[str, Wrapper]) -> Wrapper | None:
    """The wrapper for a function, by its dotted name."""
    for one in alternatives(kind):
        if isinstance(one, KnownFunction) and one.name in wrappers:
            return wrappers[one.name]
        if isinstance(one, Function):
            names = [getattr(outer.node, "name", "") for outer in one.scope.outward()]
            dotted = ".".join([one.scope.file.name or "", *reversed(list(filter(None, names)))])
            if dotted in wrappers:
                return wrappers[dotted]
    return None


class _Excuses:
    """What in a file makes such a call right: where it is, and which methods are patched."""

    def __init__(self, file: File) -> None:
        self._stretches: list[tuple[ast.AST, frozenset[str]]] = []
        self._patched: set[str] = set()
        for node in ast.walk(file.tree):
            if isinstance(node, (ast.With, ast.AsyncWith)):
                self._stretches.append((node, frozenset(_names(item.context_expr for item in node.items))))
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.decorator_list:
                self._stretches.append((node, frozenset(_names(node.decorator_list))))
            elif isinstance(node, ast.Call) and last_name(node.func) in PATCHES:
                given = [*node.args, *(keyword.value for keyword in node.keywords)]
                texts = (one.value for one in given if isinstance(one, ast.Constant))
                self._patched |= {text for text in texts if isinstance(text, str)}

    def cover(self, one: Unwrapped) -> bool:
        """Whether the call is right where it is."""
        if one.method.attr in self._patched:
            return True
        wanted = one.wrapper.guards | (WITHOUT_GRADIENTS if one.wrapper.needs_gradients else frozenset())
        return any(not names.isdisjoint(wanted) and _contains(node, one.call) for node, names in self._stretches)


def _names(nodes: Iterator[ast.expr] | list[ast.expr]) -> Iterator[str]:
    for node in nodes:
        name = last_name(node.func if isinstance(node, ast.Call) else node)
        if name is not None:
            yield name


def _contains(outer: ast.AST, inner: ast.Call) -> bool:
    first, last = outer.lineno, outer.end_lineno or 0  # type: ignore[attr-defined]
    return bool(first <= inner.lineno and (inner.end_lineno or inner.lineno) <= last)
