"""What pytest passes to a test or fixture: the values of ``parametrize``, and the results of fixtures.

A fixture is looked up as pytest does it: in the class, in the file, then in each ``conftest.py`` on the way up to the
top of the project. The nearest one counts.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias, TypeGuard

from flake8_forward_call.inference.catalogue import ClassEntry
from flake8_forward_call.inference.definitions import KnownClass, SourceClass
from flake8_forward_call.inference.places.layout import is_marked
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.bindings import Assigned, Parameter
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.scopes import Scope, root_of
from flake8_forward_call.inference.types import (
    NEVER,
    UNKNOWN,
    Function,
    Instance,
    Origin,
    Slot,
    Tuple,
    Type,
    alternatives,
    each,
    union,
)

_Def: TypeAlias = "ast.FunctionDef | ast.AsyncFunctionDef"

# The object that a fixture gets under the name `request`: https://docs.pytest.org/en/stable/reference/reference.html
_REQUEST = KnownClass(ClassEntry("pytest.FixtureRequest", attributes={"param": "~param"}))

# More folders than this are not searched for a conftest.py, from the file upwards.
_MAX_HEIGHT = 20


def passed(asked: Questions, binding: Parameter) -> Type | None:
    """What pytest passes for a parameter; None if this is no test or fixture, or nothing provides the parameter."""
    node, name = binding.function, binding.argument.arg
    if isinstance(node, ast.Lambda) or binding.kind != "plain" or binding.default is not None:
        return None
    if not node.name.startswith("test") and not is_fixture(node):
        return None
    values = [*_parametrized(asked, node, binding.scope, name)]
    if values:
        return union(values)
    if name == "request" and is_fixture(node):
        return _request(asked, node, binding.scope)
    for inner in _fixtures(asked, binding.scope, name):
        # A fixture that takes another one of its own name gets the one that it hides.
        if inner is not binding.scope:
            return _value(asked, inner)
    return None


def _value(asked: Questions, scope: Scope) -> Type:

    return asked.fixture_value(scope)


def is_fixture(node: ast.AST) -> bool:
    """Whether a function is decorated as a fixture."""
    return isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and _mark(node) is not None


def _mark(node: _Def) -> ast.expr | None:
    for decorator in node.decorator_list:
        target = decorator.func if isinstance(decorator, ast.Call) else decorator
        if (target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")) == "fixture":
            return decorator
    return None


def _keyword(node: ast.expr | None, name: str) -> ast.expr | None:
    if not isinstance(node, ast.Call):
        return None
    return next((one.value for one in node.keywords if one.arg == name), None)


def _request(asked: Questions, node: _Def, scope: Scope) -> Type | None:
    """The ``request`` of a fixture with ``params``."""
    given = _keyword(_mark(node), "params")
    if given is None or scope.parent is None:
        return None
    kind = union(_of_row(asked, row, 1, 0) for row in _rows(asked, given, scope.parent))
    return Instance(_REQUEST, Origin.CONSTRUCTED, ((Slot(_REQUEST.dotted, "param"), kind),))


# Fixtures


def _fixtures(asked: Questions, scope: Scope, name: str) -> Iterator[Scope]:
    """Yield the fixtures with a name that a function can see, the nearest first, from its own place outwards."""
    found = list(_visible(asked, scope, name))
    start = found.index(scope) if scope in found else 0
    yield from found[start:]


def _visible(asked: Questions, scope: Scope, name: str) -> Iterator[Scope]:
    for outer in scope.outward():
        if outer.is_class:
            for one in asked.hierarchy.order(asked.source_class(outer)):
                if isinstance(one, SourceClass):
                    yield from _defined(one.scope, name)
    yield from _in_file(asked, scope.file, name)
    for file in _conftests(asked, scope.file):
        if file is not scope.file:
            yield from _in_file(asked, file, name)


def _defined(scope: Scope, name: str) -> Iterator[Scope]:
    """Yield the fixture of that name in a class or file: the last one, which replaces those before it."""
    found = [inner for inner in scope.children if is_fixture(inner.node) and _fixture_name(inner.node) == name]
    if found:
        yield max(found, key=lambda inner: getattr(inner.node, "lineno", 0))


def _fixture_name(node: ast.AST) -> object:
    assert isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    given = _keyword(_mark(node), "name")
    return given.value if isinstance(given, ast.Constant) else node.name


def _in_file(asked: Questions, file: File, name: str) -> Iterator[Scope]:
    found = list(_defined(root_of(file), name))
    if found:
        yield from found
        return
    for kind in alternatives(asked.global_of(file, name) or NEVER):  # It may be imported.
        if isinstance(kind, Function) and is_fixture(kind.node):
            yield kind.scope


def _conftests(asked: Questions, file: File) -> Iterator[File]:
    """Yield each ``conftest.py`` from the folder of a file up to the top of its project, the nearest first."""
    folders = [*Path(file.path).parents][:_MAX_HEIGHT]
    height = next((index for index, one in enumerate(folders) if is_marked(one)), 0)
    for level in range(1, height + 2):
        module = asked.project.imported(file, "conftest", level)
        found = None if module is None else asked.project.file(module)
        if found is not None:
            yield found


# Parametrize


def _parametrized(asked: Questions, node: _Def, scope: Scope, name: str) -> Iterator[Type]:
    """Yield the values that marks on a function, its class or its file list for a parameter."""
    for mark, place in _marks(node, scope):
        given = [*mark.args, *(None for _ in range(3 - len(mark.args)))]
        names, values, indirect = (
            one if one is not None else _keyword(mark, key)
            for one, key in zip(given, ("argnames", "argvalues", "indirect"), strict=False)
        )
        listed = _names(names)
        if listed is None or name not in listed or values is None or indirect is not None:
            continue
        for row in _rows(asked, values, place):
            yield _of_row(asked, row, len(listed), listed.index(name))


def _marks(node: _Def, scope: Scope) -> Iterator[tuple[ast.Call, Scope]]:
    for one in scope.outward():
        if isinstance(one.node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and one.parent is not None:
            yield from ((mark, one.parent) for mark in one.node.decorator_list if _is_parametrize(mark))
        if not one.is_function:
            for binding in flow_of(one).exit.get("pytestmark", ()):
                value = binding.value if isinstance(binding, Assigned) else None
                several = value.elts if isinstance(value, (ast.List, ast.Tuple)) else [value]
                yield from ((mark, one) for mark in several if _is_parametrize(mark))


def _is_parametrize(node: ast.AST | None) -> TypeGuard[ast.Call]:
    match node:
        case ast.Call(func=ast.Attribute(attr="parametrize", value=ast.Attribute(attr="mark") | ast.Name(id="mark"))):
            return True
        case _:
            return False


def _names(node: ast.expr | None) -> list[str] | None:
    """The parameters that a mark names; None if it does not name them literally."""
    match node:
        case ast.Constant(value=str(text)):
            return [one.strip() for one in text.split(",") if one.strip()]
        case ast.List(elts=several) | ast.Tuple(elts=several):
            names = [one.value for one in several if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            return names if len(names) == len(several) else None
        case _:
            return None


# One set of values: the expressions of each, or the type of all together.
_Row: TypeAlias = "tuple[list[ast.expr], Scope] | Type"


def _rows(asked: Questions, node: ast.expr, scope: Scope) -> Iterator[_Row]:
    """Yield the sets of values in the list that a mark is given."""
    match node:
        case ast.List(elts=several) | ast.Tuple(elts=several) | ast.Set(elts=several):
            for one in several:
                if isinstance(one, ast.Starred):
                    yield from _rows(asked, one.value, scope)
                else:
                    yield _row(asked, one, scope)
        case ast.ListComp(elt=one) | ast.GeneratorExp(elt=one):
            yield _row(asked, one, scope)
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            yield from _rows(asked, left, scope)
            yield from _rows(asked, right, scope)
        case ast.Name() if (value := _assigned(node, scope)) is not None:
            yield from _rows(asked, value, scope)
        case _:
            yield each(asked.expression(node, scope), asked.element)


def _assigned(node: ast.Name, scope: Scope) -> ast.expr | None:
    """The only list that a name in the same scope is bound to, if it is written out with ``pytest.param``."""
    bound = flow_of(scope).bound.get(node.id, {})
    match list(bound):
        case [Assigned(value=ast.List(elts=several) | ast.Tuple(elts=several) as value, path=())]:
            return value if any(map(_is_param, several)) else None
        case _:
            return None


def _is_param(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and "param" in (getattr(node.func, "attr", ""), getattr(node.func, "id", ""))


def _row(asked: Questions, node: ast.expr, scope: Scope) -> _Row:
    if isinstance(node, ast.Call) and _is_param(node):
        return node.args, scope
    return asked.expression(node, scope)


def _of_row(asked: Questions, row: _Row, count: int, index: int) -> Type:
    """The type of one of the values in a set of ``count``."""
    if isinstance(row, tuple):
        nodes, scope = row
        return asked.expression(nodes[index], scope) if index < len(nodes) else UNKNOWN
    if count == 1:
        return row
    return each(row, lambda one: one.items[index] if isinstance(one, Tuple) and index < len(one.items) else UNKNOWN)
