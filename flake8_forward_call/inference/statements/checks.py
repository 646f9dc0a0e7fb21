"""What the constructor of a class checks of what it gets, so that other methods may rely on it.

A check is an ``isinstance`` test that raises if it fails, also of each element of a collection, or that a flag keeps.
It is about a path: ``("", "heads", "[]", "scribe")`` stands for ``self.heads[i].scribe``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from flake8_forward_call.inference.syntax.bindings import (
    Annotated,
    AnyBinding,
    Assigned,
    Binding,
    Iterated,
    Parameter,
    Step,
)
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.on_self import CONSTRUCTORS, set_on_self
from flake8_forward_call.inference.syntax.scopes import Scope
from flake8_forward_call.inference.syntax.states import untested

Path: TypeAlias = tuple[str, ...]

# The first part of a path from the instance, and the part for each element of a collection.
SELF, ELEMENT = "", "[]"

# A path goes through a handful of variables.
MAX_DEPTH = 10

# Calls that return a collection of the same elements.
_COLLECTIONS = frozenset(
    {
        "list",
        "tuple",
        "set",
        "dict",
        "sorted",
        "reversed",
        "iter",
        "ModuleList",
        "ModuleDict",
        "Sequential",
        "OrderedDict",
    }
)


@dataclass(frozen=True, slots=True)
class Check:
    """A value at ``path`` has passed ``isinstance(value, classes)``; ``scope`` is where the classes are named."""

    path: Path
    classes: ast.expr
    scope: Scope


class Checks:
    """The checks of one class: ``held`` are those that each instance has passed, ``by_flag`` those behind a flag."""

    def __init__(self, scope: Scope) -> None:
        self.held: list[Check] = []
        self.by_flag: dict[str, list[Check]] = {}
        for method in scope.children:
            if isinstance(method.node, ast.FunctionDef) and method.node.name in CONSTRUCTORS:
                self._read(method, scope)

    def _read(self, method: Scope, scope: Scope) -> None:
        assert isinstance(method.node, ast.FunctionDef)
        if not _mentions_isinstance(method):
            return
        stored: list[tuple[Path, str]] = []
        for name in set_on_self(scope).names():
            bindings = set_on_self(scope).bindings(name)
            if len(bindings) == 1:
                stored += [(path, name) for path in _value_paths(bindings[0], method) if path]
        found = list(_in_block(method.node.body, method))
        self.held += [one for check in found for one in _on_self(check, stored)]
        for name, checks in _flags(method, scope):
            self.by_flag[name] = [one for check in checks for one in _on_self(check, stored)]


def _mentions_isinstance(method: Scope) -> bool:
    return any(isinstance(one.func, ast.Name) and one.func.id == "isinstance" for one in method.calls)


def _value_paths(binding: Binding, method: Scope) -> Iterator[Path]:
    match binding:
        case Assigned(value=value, path=(), scope=home) | Annotated(value=ast.expr() as value, scope=home):
            path = path_of(value, home) if home is method else None
            if path is not None:
                yield path


def _on_self(check: Check, stored: Sequence[tuple[Path, str]]) -> Iterator[Check]:
    """Yield a check as one of an attribute: of the instance itself, or of what it stores."""
    if check.path[:1] == (SELF,):
        yield check
        return
    for path, name in stored:
        if check.path[: len(path)] == path:
            yield Check((SELF, name, *check.path[len(path) :]), check.classes, check.scope)


# Checks


def _in_block(body: Sequence[ast.stmt], scope: Scope) -> Iterator[Check]:
    """Yield what holds after a block of statements, in a loop for each of its rounds."""
    for node in body:
        match node:
            case ast.Assert(test=test):
                yield from implied(test, True, scope)
            case ast.If(test=test, body=inner, orelse=orelse) if leaves(inner, ast.Raise):
                yield from implied(test, False, scope)
                if not orelse:
                    continue
            case ast.If(test=test, orelse=[*_, ast.Raise()]):
                yield from implied(test, True, scope)
            case ast.For(body=inner) | ast.With(body=inner):
                yield from _in_block(inner, scope)
        if any(isinstance(one, (ast.Return, ast.Continue, ast.Break)) for one in ast.walk(node)):
            return  # What follows may be skipped.


def leaves(body: Sequence[ast.stmt], *by: type[ast.stmt]) -> bool:
    """Whether a block always ends in one of the statements."""
    return bool(body) and isinstance(body[-1], by)


def implied(test: ast.expr, positive: bool, scope: Scope) -> Iterator[Check]:
    """Yield what a test shows if it has that outcome."""
    for node, holds in parts(test, positive):
        match node:
            case ast.Call(func=ast.Name(id="isinstance"), args=[value, classes]) if holds:
                path = path_of(value, scope)
                if path is not None:
                    yield Check(path, classes, scope)
            case ast.Call(
                func=ast.Name(id="all" | "any" as name),
                args=[(ast.GeneratorExp() | ast.ListComp()) as each],
            ) if holds is (name == "all") and not any(one.ifs for one in each.generators):
                yield from implied(each.elt, holds, scope)


def parts(test: ast.expr, positive: bool) -> Iterator[tuple[ast.expr, bool]]:
    """Yield the parts of a test whose outcome is certain if that of the test is given."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield from parts(operand, not positive)
        case ast.BoolOp(op=operator, values=values) if isinstance(operator, ast.And) is positive:
            for one in values:
                yield from parts(one, positive)
        case ast.BoolOp():
            return
        case _:
            yield test, positive


# Flags


def _flags(method: Scope, scope: Scope) -> Iterator[tuple[str, list[Check]]]:
    """Yield the attributes that are only true if checks hold, with these."""
    receiver = next(iter(method.positional), "")
    for name in set_on_self(scope).names():
        truthy = [one for one in set_on_self(scope).bindings(name) if not is_false(one)]
        if len(truthy) != 1:
            continue
        match truthy[0]:
            case (
                Assigned(value=ast.Constant(value=True), scope=home)
                | Annotated(value=ast.Constant(value=True), scope=home) as set_true
            ) if home is method:
                tests = tests_on(set_true.node, method)
                yield name, [one for test, positive in tests for one in implied(test, positive, method)]
            case Assigned(value=value, path=(), scope=home) | Annotated(value=ast.expr() as value, scope=home):
                if home is method and receiver:
                    yield name, list(implied(value, True, method))


def is_false(binding: AnyBinding) -> bool:
    """Whether a binding gives an attribute a false constant, or none at all."""
    if isinstance(binding, Annotated) and binding.value is None:
        return True
    value = getattr(binding, "value", None)
    return isinstance(value, ast.Constant) and not value.value


def tests_on(node: ast.AST, scope: Scope) -> Sequence[tuple[ast.expr, bool]]:
    """The tests that were made on the way to a node of a function, each with its outcome."""
    body = getattr(scope.node, "body", [])
    return _tests_in(body, node) or () if isinstance(body, list) else ()


def _tests_in(body: Sequence[ast.stmt], target: ast.AST) -> list[tuple[ast.expr, bool]] | None:
    """The tests on the way from the beginning of a block to a node; None if the node is not in it."""
    before: list[tuple[ast.expr, bool]] = []
    for node in body:
        if _is_within(target, node):
            return [*before, *_tests_inside(node, target)]
        match node:
            case ast.Assert(test=test):
                before.append((test, True))
            case ast.If(test=test, body=inner) if leaves(inner, ast.Raise, ast.Return, ast.Continue, ast.Break):
                before.append((test, False))
    return None


def _tests_inside(node: ast.AST, target: ast.AST) -> list[tuple[ast.expr, bool]]:
    if isinstance(node, (ast.If, ast.While, ast.IfExp)):
        for branch, positive in ((node.body, True), (node.orelse, False)):
            inner = _tests_in(branch, target) if isinstance(branch, list) else None
            if inner is None and isinstance(branch, ast.expr) and _is_within(target, branch):
                inner = _tests_inside(branch, target)
            if inner is not None:
                return [(node.test, positive), *inner]
    if isinstance(node, ast.BoolOp):
        at = next((index for index, one in enumerate(node.values) if _is_within(target, one)), 0)
        outcome = isinstance(node.op, ast.And)
        return [*((one, outcome) for one in node.values[:at]), *_tests_inside(node.values[at], target)]
    for _, value in ast.iter_fields(node):
        if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
            inner = _tests_in(value, target)
            if inner is not None:
                return inner
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.stmt) and _is_within(target, child):
            return _tests_inside(child, target)
    return []


def _is_within(target: ast.AST, node: ast.AST) -> bool:
    return any(one is target for one in ast.walk(node))


# Paths


def path_of(node: ast.expr, scope: Scope, depth: int = 0) -> Path | None:
    """The path that an expression in a method stands for; None if it is not one from its parameters."""
    if depth > MAX_DEPTH:
        return None
    match node:
        case ast.Name():
            return _of_name(node, scope, depth)
        case ast.Attribute(value=owner, attr=name):
            return _longer(path_of(owner, scope, depth + 1), name)
        case ast.Subscript(value=owner, slice=index):
            path = path_of(owner, scope, depth + 1)
            return path if isinstance(index, ast.Slice) else _longer(path, ELEMENT)
        case ast.Starred(value=value) | ast.Call(func=ast.Attribute(value=value, attr="values"), args=[]):
            return path_of(value, scope, depth + 1)
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[value], keywords=[]):
            return path_of(value, scope, depth + 1) if name in _COLLECTIONS else None
        case _:
            return None


def _longer(path: Path | None, part: str) -> Path | None:
    return None if path is None else (*path, part)


def _of_name(node: ast.Name, scope: Scope, depth: int) -> Path | None:
    bindings = list(dict.fromkeys(untested(flow_of(scope).uses.get(id(node), ()))))
    if not bindings:  # In a function inside a method.
        method = next((one for one in scope.outward() if one.enclosing_class is not None), None)
        is_self = method is not None and method.positional[:1] == [node.id]
        return (SELF,) if is_self else None
    if len(bindings) > 1:
        return None
    match bindings[0]:
        case Parameter(kind="plain", argument=argument, scope=home):
            is_self = home.enclosing_class is not None and home.positional[:1] == [argument.arg]
            return (SELF,) if is_self else (argument.arg,)
        case Assigned(value=value, path=(), scope=home) if value is not node:
            return path_of(value, home, depth + 1)
        case Iterated(iterable=iterable, path=steps, scope=home):
            return _of_loop(iterable, steps, home, depth)
        case _:
            return None


def _of_loop(iterable: ast.expr, steps: tuple[Step, ...], scope: Scope, depth: int) -> Path | None:
    """The path of the target of a loop."""
    match iterable, steps:
        case ast.Call(func=ast.Name(id="enumerate"), args=[value, *_]), (Step(index=1),):
            pass
        case ast.Call(func=ast.Name(id="zip"), args=values), (Step(index=index),) if index < len(values):
            value = values[index]
        case ast.Call(func=ast.Attribute(value=value, attr="items"), args=[]), (Step(index=1),):
            pass
        case value, ():
            pass
        case _:
            return None
    return _longer(path_of(value, scope, depth + 1), ELEMENT)


def checks_of(scope: Scope) -> Checks:
    """What the constructor of a class checks, given the class's body."""
    found: Checks | None = scope.readings.get(Checks)
    if found is None:
        found = scope.readings[Checks] = Checks(scope)
    return found
