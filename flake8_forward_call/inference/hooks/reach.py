"""Which functions a function uses: those that it calls, those that they call, and those that it passes on."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from flake8_forward_call.inference.classes import bodies
from flake8_forward_call.inference.definitions import SourceClass
from flake8_forward_call.inference.hooks.leads import OF_OBJECT, Trail, is_implied
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.bindings import Assigned
from flake8_forward_call.inference.syntax.references import last_name
from flake8_forward_call.inference.syntax.scopes import FunctionNode, Scope, scopes_of
from flake8_forward_call.inference.types import (
    ClassObject,
    Function,
    Instance,
    Origin,
    Partial,
    Slot,
    Type,
    alternatives,
)

# A hook calls a helper that calls another. Nobody would recognise anything further away as part of the hook.
MAX_DEPTH = 6

# Real hooks use about a dozen functions of the project.
MAX_FUNCTIONS = 120


# Whether an expression in a scope is the object that is followed through the functions.
IsMeant: TypeAlias = Callable[[ast.expr, "Scope"], bool]


@dataclass(frozen=True, slots=True)
class Led:
    """How a function is reached: the number of calls, whether it is certain, and the names that have the object."""

    depth: int
    is_certain: bool
    carriers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Named:
    """A function that an expression can be, and how many of its parameters are already given (None if unknown)."""

    scope: Scope
    given: int | None
    is_certain: bool = True


def functions_of(asked: Questions, node: ast.expr, scope: Scope, trail: Trail) -> list[Named]:
    """The functions that calling an expression can run. Raises OutOfBudget."""
    found = list(_of_type(asked, asked.resolved(asked.expression(node, scope)), trail))
    match node:
        case ast.Call(args=[inner, *more]) if last_name(node.func) == "partial":
            starred = any(isinstance(one, ast.Starred) for one in more)
            return [
                Named(one.scope, None if starred or one.given is None else one.given + len(more), one.is_certain)
                for one in functions_of(asked, inner, scope, trail)
            ]
        case ast.Call() if not found:  # A wrapper that was not read: no_grad()(hook), WeakMethod(self.hook).
            wrapped = [
                Named(one.scope, None, one.is_certain)
                for given in (*node.args, *(keyword.value for keyword in node.keywords))
                if isinstance(given, (ast.Name, ast.Attribute, ast.Call, ast.Lambda))
                for one in functions_of(asked, given, scope, trail)
            ]
            return wrapped or (functions_of(asked, node.func, scope, trail) if isinstance(node.func, ast.Name) else [])
        case ast.IfExp(body=first, orelse=second):
            return [*functions_of(asked, first, scope, trail), *functions_of(asked, second, scope, trail)]
    return found or list(_by_name(asked, node, scope, trail))


def _by_name(asked: Questions, node: ast.expr, scope: Scope, trail: Trail) -> Iterator[Named]:
    """Yield what a name of unknown type may be: a function passed to its wrapper, or a function with that name."""
    name = last_name(node)
    if name is None or not isinstance(node, (ast.Name, ast.Attribute)):
        return
    for binding in asked.bound(node, scope):
        match binding:
            case Assigned(value=ast.Call(args=arguments), path=()):
                for one in arguments:
                    if isinstance(one, (ast.Name, ast.Attribute, ast.Lambda)) and last_name(one) != name:
                        yield from functions_of(asked, one, binding.scope, trail)
    for inner in scopes_of(scope.file).named.get(name, ()):
        if inner.is_function and (isinstance(node, ast.Name) or inner.enclosing_class is not None):
            yield Named(inner, None, is_certain=isinstance(node, ast.Name))


def _of_type(asked: Questions, kind: Type, trail: Trail) -> Iterator[Named]:
    for one in alternatives(kind):
        match one:
            case Function(_, scope, owner):
                yield Named(scope, 0 if owner is None else 1)
                yield from _overriding(asked, one, trail)
            case Partial(inner):
                yield from (Named(each.scope, None) for each in _of_type(asked, inner, trail))
            case Instance(cls) | Slot(bound=Instance(cls)):
                names = ("__call__", "forward") if asked.hierarchy.is_module(one) else ("__call__",)
                yield from _methods(asked, cls, names) if isinstance(cls, SourceClass) else ()
            case ClassObject(SourceClass() as cls):
                yield from _methods(asked, cls, OF_OBJECT)


def _methods(asked: Questions, cls: SourceClass, names: tuple[str, ...]) -> Iterator[Named]:
    for name in names:
        for one in alternatives(asked.attribute(Instance(cls, Origin.CONSTRUCTED), name)):
            if isinstance(one, Function):
                yield Named(one.scope, 0 if one.owner is None else 1)


def _overriding(asked: Questions, function: Function, trail: Trail) -> Iterator[Named]:
    """Yield the methods of subclasses on the trail that may be called instead of a method."""
    match function.owner:
        case Slot(bound=Instance(SourceClass() as cls)) | Instance(SourceClass() as cls, Origin.DECLARED):
            for one in trail.scopes.get(getattr(function.node, "name", ""), ()):
                around = one.enclosing_class
                if one is not function.scope and around is not None:
                    subclass = asked.source_class(around)
                    if subclass is not cls and asked.hierarchy.derives(subclass, cls):
                        yield Named(one, 1, is_certain=False)


def reached(
    asked: Questions, start: Named, names: frozenset[str], is_meant: IsMeant, trail: Trail, *, is_certain: bool = True
) -> dict[FunctionNode, Led]:
    """The functions on a trail that a function uses, including itself, and how each is reached. Raises OutOfBudget.

    ``names`` are those of its parameters that are the object to follow.
    """
    found: dict[FunctionNode, Led] = {}
    todo = [(start.scope, Led(0, is_certain and start.is_certain, names))]
    while todo:
        scope, led = todo.pop(0)
        for inner in scope.inward():
            if not inner.is_function:
                continue
            known = found.get(inner.node)  # type: ignore[arg-type]
            if known is not None and known.is_certain >= led.is_certain and known.carriers >= led.carriers:
                continue
            if known is not None:
                led = Led(known.depth, known.is_certain or led.is_certain, known.carriers | led.carriers)
            found[inner.node] = led  # type: ignore[index]
            if led.depth < MAX_DEPTH and len(found) < MAX_FUNCTIONS:
                todo.extend(_next(asked, inner, led, is_meant, trail))
    return found


def _next(asked: Questions, scope: Scope, led: Led, is_meant: IsMeant, trail: Trail) -> Iterator[tuple[Scope, Led]]:
    """Yield the functions that a function calls, passes on, or runs without a call."""

    def follows(node: ast.expr) -> bool:
        return (isinstance(node, ast.Name) and node.id in led.carriers) or is_meant(node, scope)

    for call in scope.calls:
        if not trail.goes_by(call, scope):
            continue
        for one in functions_of(asked, call.func, scope, trail):
            if one.scope.file.is_installed:
                continue
            names = frozenset(_passed(call, one, follows))
            yield one.scope, Led(led.depth + 1, led.is_certain and one.is_certain, names)
        for given in (*call.args, *(keyword.value for keyword in call.keywords)):
            if isinstance(given, (ast.Name, ast.Attribute)) and last_name(given) in trail.scopes:
                for kind in alternatives(asked.expression(given, scope)):
                    if isinstance(kind, Function) and not kind.scope.file.is_installed:
                        yield kind.scope, Led(led.depth + 1, led.is_certain)
    for owner, inner in _implied(asked, scope):
        names = frozenset(inner.positional[:1]) if follows(owner) else frozenset()
        yield inner, Led(led.depth + 1, led.is_certain, names)


def _passed(call: ast.Call, named: Named, follows: Callable[[ast.expr], bool]) -> Iterator[str]:
    """Yield the function's parameters for which a call passes the object."""
    own = named.scope.positional
    given = named.given
    is_of_object = isinstance(call.func, ast.Attribute) and follows(call.func.value)
    if given is None:
        if is_of_object and named.scope.enclosing_class is not None:  # A method with that name: `module.calibrate()`
            yield from own[:1]
        return
    if given and is_of_object:
        yield from own[:1]
    for name, argument in zip(own[given:], call.args, strict=False):
        if isinstance(argument, ast.Starred):
            break
        if follows(argument):
            yield name
    for keyword in call.keywords:
        if keyword.arg is not None and follows(keyword.value):
            yield keyword.arg


def _implied(asked: Questions, scope: Scope) -> Iterator[tuple[ast.expr, Scope]]:
    """Yield the methods of the file's classes that a function runs without a call, each with its owner."""
    known = {name for name, found in scopes_of(scope.file).named.items() if any(map(is_implied, found))}
    for node in ast.walk(scope.node) if known else ():
        for owner, name in _runs(node):
            if name not in known:
                continue
            for kind in alternatives(asked.resolved(asked.expression(owner, scope))):
                match kind:
                    case Instance(SourceClass() as cls) | Slot(bound=Instance(SourceClass() as cls)):
                        inner = bodies.method_in(asked.hierarchy.order(cls), name)
                        if inner is not None:
                            yield owner, inner


def _runs(node: ast.AST) -> Iterator[tuple[ast.expr, str]]:
    """Yield each owner and name of a method that a node may run; a name that is read may be that of a property."""
    match node:
        case ast.Attribute(value=owner, attr=name, ctx=ast.Load()):
            yield owner, name
        case ast.Subscript(value=owner, ctx=ast.Load()):
            yield owner, "__getitem__"
        case ast.Subscript(value=owner, ctx=ast.Store()):
            yield owner, "__setitem__"
        case ast.For(iter=owner) | ast.comprehension(iter=owner):
            yield owner, "__iter__"
        case ast.withitem(context_expr=owner):
            yield owner, "__enter__"
            yield owner, "__exit__"
