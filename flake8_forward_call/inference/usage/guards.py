"""What the methods of a class may rely on, because its constructor has checked it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_forward_call.inference.classes import bodies
from flake8_forward_call.inference.definitions import SourceClass
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.statements.checks import (
    SELF,
    Check,
    Path,
    checks_of,
    is_false,
    parts,
    path_of,
    tests_on,
)
from flake8_forward_call.inference.statements.fillings import fillings
from flake8_forward_call.inference.syntax import on_self
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.on_self import set_on_self
from flake8_forward_call.inference.syntax.references import references_of
from flake8_forward_call.inference.syntax.scopes import Scope
from flake8_forward_call.inference.syntax.states import key_of
from flake8_forward_call.inference.types import UNKNOWN, Type, union


def guarded(asked: Questions, node: ast.expr, scope: Scope) -> Type:
    """The type of an expression in a method by what the constructor has checked; UNKNOWN if it says nothing."""
    method = next((one for one in scope.outward() if one.enclosing_class is not None), None)
    if method is None or method.enclosing_class is None:
        return UNKNOWN
    order = [
        one for one in asked.hierarchy.order(asked.source_class(method.enclosing_class)) if isinstance(one, SourceClass)
    ]
    if not any(checks_of(one.scope).held or checks_of(one.scope).by_flag for one in order):
        return UNKNOWN
    path = path_of(node, scope)
    if path is None or path[:1] != (SELF,) or len(path) < 2 or _may_change(order, path):
        return UNKNOWN
    checks = [one for one in _checks(asked, order, node, method) if one.path == path]
    return union(kind for one in checks[:1] for kind in asked.tested_instances(one.classes, one.scope)) or UNKNOWN


def _checks(asked: Questions, order: list[SourceClass], node: ast.expr, method: Scope) -> Iterator[Check]:
    for one in order:
        yield from checks_of(one.scope).held
    by_flag = {
        name: checks
        for one in reversed(order)
        for name, checks in checks_of(one.scope).by_flag.items()
        if not _may_be_set(name, one, order)
    }
    for test, positive in tests_on(node, method) if by_flag else ():
        for part, holds in parts(test, positive):
            if holds:
                yield from by_flag.get(_flag(part, order, method), ())


def _may_be_set(name: str, cls: SourceClass, order: list[SourceClass]) -> bool:
    """Whether code other than the constructor of a class may set a flag of it: a class body, a base, another object."""
    for one in order:
        if not all(map(is_false, flow_of(one.scope).exit.get(name, ()))):
            return True
        if one is not cls and not all(map(is_false, set_on_self(one.scope).bindings(name))):
            return True
    known = sum(len(set_on_self(one.scope).bindings(name)) for one in order if one.scope.file is cls.scope.file)
    return len(references_of(cls.scope.file).stored.get(name, ())) > known


def _flag(test: ast.expr, order: list[SourceClass], method: Scope) -> str:
    """The name of the flag that a test asks for: ``self.flag``, or ``self.is_set()`` that returns it; else ``""``."""
    match test:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=name), args=[], keywords=[]):
            pass
        case ast.Attribute(value=ast.Name(id=owner), attr=name):
            pass
        case _:
            return ""
    if method.positional[:1] != [owner]:
        return ""
    asked = next((found for one in order if (found := bodies.first_method(one, name)) is not None), None)
    if asked is None:
        return name if isinstance(test, ast.Attribute) else ""
    match list(flow_of(asked).returned.values()):
        case [ast.Return(value=ast.Attribute(value=ast.Name(id=inner), attr=flag))] if [inner] == asked.positional[:1]:
            return "" if flow_of(asked).falls_through else flag
        case _:
            return ""


def _may_change(order: list[SourceClass], path: Path) -> bool:
    """Whether a method sets the attribute anew, or puts more into it, after the constructor has checked it."""
    name = path[1]
    if sum(len(set_on_self(one.scope).bindings(name)) for one in order) != 1:
        return True
    for one in order:
        for scope, receiver in on_self.methods(one.scope):
            if any(key_of(target) == f"{receiver}.{name}" for target, _ in fillings(scope)):
                return True
    return False
