"""Where a value comes from: the expressions that create it, as far as names and attributes lead back to them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from flake8_forward_call.inference.classes import bodies
from flake8_forward_call.inference.definitions import SourceClass
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.statements.aliases import ITSELF, MAX_DEPTH, running_over
from flake8_forward_call.inference.syntax.bindings import Annotated, Assigned, Binding, Iterated
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.references import last_name
from flake8_forward_call.inference.syntax.scopes import Scope
from flake8_forward_call.inference.syntax.states import untested
from flake8_forward_call.inference.types import Function, alternatives, classes_of_instances


def origins(asked: Questions, node: ast.expr, scope: Scope) -> Iterator[tuple[ast.expr, Scope]]:
    """Yield each expression, with its scope, that can have created the value: calls, displays, literals.

    Raises OutOfBudget.
    """
    return _origins(asked, node, scope, 0, set())


def _origins(
    asked: Questions, node: ast.expr, scope: Scope, depth: int, seen: set[Binding]
) -> Iterator[tuple[ast.expr, Scope]]:
    """The same with the bindings ``seen`` on the way: in a loop, each leads to all others."""
    if depth > MAX_DEPTH:
        return
    match node:
        case ast.Name() | ast.Attribute():
            for binding in bound(asked, node, scope):
                yield from _of_binding(asked, binding, depth + 1, seen)
        case ast.Subscript(value=value):
            reached = tuple(untested(flow_of(scope).uses.get(id(node), ())))
            if reached:
                for binding in reached:
                    yield from _of_binding(asked, binding, depth + 1, seen)
            else:
                yield from _elements(asked, value, scope, depth + 1, seen)
        case ast.IfExp(body=first, orelse=second):
            yield from _origins(asked, first, scope, depth + 1, seen)
            yield from _origins(asked, second, scope, depth + 1, seen)
        case ast.BoolOp(values=values):
            for value in values:
                yield from _origins(asked, value, scope, depth + 1, seen)
        case ast.NamedExpr(value=value):
            yield from _origins(asked, value, scope, depth + 1, seen)
        case ast.Call(func=ast.Attribute(value=owner, attr=name)) if name in ITSELF:
            yield from _origins(asked, owner, scope, depth + 1, seen)
        case ast.Call():
            yield node, scope
            for one in alternatives(asked.expression(node.func, scope)):
                if isinstance(one, Function) and not isinstance(one.node, ast.Lambda):
                    for given in flow_of(one.scope).returned.values():
                        if given.value is not None:
                            yield from _origins(asked, given.value, one.scope, depth + 1, seen)
        case _:
            yield node, scope


def bound(asked: Questions, node: ast.Name | ast.Attribute, scope: Scope) -> tuple[Binding, ...]:
    """The bindings of a name or attribute where it is read: in its scope, an enclosing one, or the owner's class."""
    reached = tuple(untested(flow_of(scope).uses.get(id(node), ())))
    if reached:
        return reached
    if isinstance(node, ast.Name):
        outer = next((one for one in scope.outward() if node.id in flow_of(one).bound and not one.is_class), None)
        return () if outer is None else tuple(flow_of(outer).bound[node.id])
    found: dict[Binding, None] = {}
    for cls in classes_of_instances(asked.expression(node.value, scope)):
        owner = holder(asked, cls, node.attr)
        if owner is not None:
            found.update(dict.fromkeys(_set_in(owner, node.attr)))
    return tuple(found)


def holder(asked: Questions, cls: SourceClass, name: str) -> SourceClass | None:
    """The first class in the MRO that sets an attribute; None if none does."""
    return next(
        (one for one in asked.hierarchy.order(cls) if isinstance(one, SourceClass) and any(_set_in(one, name))), None
    )


def _set_in(cls: SourceClass, name: str) -> Iterator[Binding]:
    yield from untested(flow_of(cls.scope).exit.get(name, ()))
    yield from bodies.assignments(cls, name)


def _of_binding(asked: Questions, binding: Binding, depth: int, seen: set[Binding]) -> Iterator[tuple[ast.expr, Scope]]:
    if binding in seen:
        return
    seen.add(binding)
    match binding:
        case Assigned(value=value, scope=scope, path=()):
            yield from _origins(asked, value, scope, depth, seen)
        case Assigned(value=ast.Tuple(elts=values) | ast.List(elts=values), scope=scope, path=(step,)):
            if len(values) == step.count and not any(isinstance(one, ast.Starred) for one in values):
                yield from _origins(asked, values[step.index], scope, depth, seen)
        case Annotated(value=ast.expr() as value, scope=scope):
            yield from _origins(asked, value, scope, depth, seen)
        case Iterated(iterable=iterable, scope=scope):
            yield from _elements(asked, iterable, scope, depth, seen)


def _elements(
    asked: Questions, node: ast.expr, scope: Scope, depth: int, seen: set[Binding]
) -> Iterator[tuple[ast.expr, Scope]]:
    """Yield the origins of a container's elements: those that it is created with, and those added later."""
    node = running_over(node)
    for made, where in _origins(asked, node, scope, depth + 1, seen):
        for element in _displayed(made):
            yield from _origins(asked, element, where, depth + 1, seen)
    for call, where in _put_into(asked, node, scope):
        for argument in call.args[-1:]:
            for element in _displayed(argument) if last_name(call.func) == "extend" else (argument,):
                yield from _origins(asked, element, where, depth + 1, seen)


def _displayed(node: ast.expr) -> Iterator[ast.expr]:
    """Yield the elements written in the expression that creates a container."""
    match node:
        case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
            yield from (one.value if isinstance(one, ast.Starred) else one for one in elements)
        case ast.Dict(values=values):
            yield from values
        case ast.ListComp(elt=element) | ast.GeneratorExp(elt=element) | ast.SetComp(elt=element):
            yield element
        case ast.DictComp(value=element):
            yield element
        case ast.Call(args=arguments):  # nn.ModuleList([...]), nn.Sequential(a, b)
            for one in arguments:
                inner = one.value if isinstance(one, ast.Starred) else one
                yield from _displayed(inner) if _is_display(inner) else (inner,)


def _is_display(node: ast.expr) -> bool:
    kinds = (ast.List, ast.Tuple, ast.Set, ast.Dict, ast.ListComp, ast.GeneratorExp, ast.SetComp, ast.DictComp)
    return isinstance(node, kinds)


def _put_into(asked: Questions, node: ast.expr, scope: Scope) -> Iterator[tuple[ast.Call, Scope]]:
    """Yield each ``self.xs.append(x)`` in the class that has the container, or each ``xs.append(x)`` in the scope."""
    match node:
        case ast.Attribute(attr=name, value=owner):
            for cls in classes_of_instances(asked.expression(owner, scope)):
                found = holder(asked, cls, name)
                for inner, own in () if found is None else bodies.methods(found):
                    yield from _puts(inner, f"{own}.{name}")
        case ast.Name(id=name):
            yield from _puts(scope, name)


def _puts(scope: Scope, name: str) -> Iterable[tuple[ast.Call, Scope]]:
    for call in scope.calls:
        match call.func:
            case ast.Attribute(value=target, attr="append" | "extend" | "insert" | "add_module") if (
                ast.unparse(target) == name
            ):
                yield call, scope
