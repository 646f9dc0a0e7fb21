"""Whether two expressions mean the same object: ``self.net`` in two methods, ``model`` twice in one function."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from flake8_forward_call.inference.definitions import SourceClass
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.bindings import Annotated, AnyBinding, Assigned, Binding
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.on_self import set_on_self
from flake8_forward_call.inference.syntax.scopes import Scope
from flake8_forward_call.inference.syntax.states import untested

# Packages whose functions return what they are passed, changed or copied.
_MAKERS = ("torch", "nn", "copy", "deepcopy")

# An expression at its place.
At: TypeAlias = "tuple[ast.expr, Scope]"


def is_same(asked: Questions, one: At, other: At) -> bool:
    """Whether two expressions have the same path from the same name, which is bound to the same values."""
    (first, scope), (second, inner) = one, other
    path = _path(first, scope)
    if path is None or path != _path(second, inner):
        return False
    if path[0] == "":
        return len(path) > 1 and (scope is inner or _is_set_once(asked, path[1], scope))
    return scope is inner


def covers(one: At, others: Iterable[At]) -> bool:
    """Whether every binding that reaches the expression, or a part of it, reaches one of the other expressions too.

    Expressions in other scopes are the same attribute of ``self``, which is set once.
    """
    node, scope = one
    reached = [set(untested(found)) for found in _reaching(node, scope)]
    left = [set(found) for found in reached]
    for second, inner in others:
        if inner is not scope:
            return True
        for index, found in enumerate(_reaching(second, inner)):
            left[index] -= set(untested(found))
            if not found and reached[index]:
                return False
    return not any(left)


def _reaching(node: ast.expr, scope: Scope) -> Iterator[tuple[AnyBinding, ...]]:
    """Yield the bindings in its own scope that reach an expression and each of its parts, outermost first."""
    while True:
        yield flow_of(scope).uses.get(id(node)) or ()
        match node:
            case ast.Attribute(value=inner) | ast.Subscript(value=inner):
                node = inner
            case _:
                return


def _path(node: ast.expr, scope: Scope) -> tuple[str, ...] | None:
    """The name, attributes and indices of an expression; a method's first parameter is empty. None for all others."""
    match node:
        case ast.Name(id=name):
            return ("" if name == _own_name(scope) else name,)
        case ast.Attribute(value=inner, attr=name):
            above = _path(inner, scope)
            return None if above is None else (*above, name)
        case ast.Subscript(value=inner, slice=index):
            above = _path(inner, scope)
            # Elements of one container are taken to be alike, unless they are named.
            part = f"[{index.value!r}]" if isinstance(index, ast.Constant) else "[]"
            return None if above is None else (*above, part)
        case _:
            return None


def _own_name(scope: Scope) -> str | None:
    for one in scope.outward():
        if one.enclosing_class is not None:
            return next(iter(one.positional), None)
    return None


def _is_set_once(asked: Questions, name: str, scope: Scope) -> bool:
    """Whether the class, its bases and its subclasses set an attribute to one value, or derive others from it."""
    around = next((one.enclosing_class for one in scope.outward() if one.enclosing_class is not None), None)
    if around is None:
        return False
    sources: dict[str, None] = {}
    for cls in family(asked, asked.source_class(around)):
        for index, binding in enumerate(set_on_self(cls.scope).bindings(name)):
            value = _value(binding)
            if value is None:
                sources[f"{index} in {cls.dotted}"] = None
            elif not isinstance(value, ast.Constant) and (source := _source(value, name)) is not None:
                sources[source] = None
    return len(sources) <= 1


def _value(binding: Binding) -> ast.expr | None:
    return binding.value if isinstance(binding, (Assigned, Annotated)) else None


def _source(value: ast.expr, name: str) -> str | None:
    """What a value is made of, to compare it with others; None if it is the attribute itself, moved or wrapped.

    All that is made of a variable with the name of the attribute comes from one source: `self.net = net.to(device)`.
    """
    root = _root(value)
    if isinstance(root, ast.Name) and root.id in _MAKERS and isinstance(value, ast.Call) and value.args:
        return _source(value.args[0], name)
    if any(isinstance(one, ast.Attribute) and one.attr == name for one in _chain(value)):
        return None
    return name if isinstance(root, ast.Name) and root.id == name else ast.dump(value)


def _root(node: ast.expr) -> ast.expr:
    return list(_chain(node))[-1]


def _chain(node: ast.expr) -> Iterator[ast.expr]:
    """Yield an expression, and what its attributes, items and methods are taken from."""
    while True:
        yield node
        match node:
            case ast.Attribute(value=inner) | ast.Subscript(value=inner) | ast.Call(func=inner):
                node = inner
            case _:
                return


def family(asked: Questions, cls: SourceClass) -> Iterator[SourceClass]:
    """Yield a class with its bases and subclasses in the project."""
    for one in asked.hierarchy.order(cls):
        if isinstance(one, SourceClass) and not one.scope.file.is_installed:
            yield one
    yield from asked.hierarchy.project_subclasses(cls)
