"""Which fixture pytest passes for a name: the nearest one, seen from the test that asks for it.

That is one in the test's class, then in its file, then in each ``conftest.py`` on the way up to the top of the project:
https://docs.pytest.org/en/stable/how-to/fixtures.html#override-fixtures-on-various-levels
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from flake8_forward_call.inference.classes import bodies
from flake8_forward_call.inference.definitions import SourceClass
from flake8_forward_call.inference.places.layout import is_marked
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.bindings import Assigned
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.references import last_name
from flake8_forward_call.inference.syntax.scopes import Scope, root_of
from flake8_forward_call.inference.testing import parametrizing
from flake8_forward_call.inference.testing.parametrizing import Given
from flake8_forward_call.inference.types import NEVER, ClassObject, Function, Type, alternatives

# More folders than this are not searched for a conftest.py, from the file upwards.
_MAX_HEIGHT = 20

# More files than this are not searched for what overrides a fixture, and so many of them at most are read for it. A
# large suite would read all of them for each of them.
_MAX_FILES, _MAX_USERS = 200, 20


@dataclass(frozen=True, slots=True)
class Item:
    """A test or fixture as pytest finds it: in a class, which may have inherited it, and in a file.

    The file is another one than that of its source if it imports the test, or the class.
    """

    scope: Scope
    cls: SourceClass | None
    file: File


def items(asked: Questions, scope: Scope) -> Iterator[Item | None]:
    """Yield each way in which pytest finds a test or fixture; None if there may be others."""
    around = scope.enclosing_class
    if around is None:
        yield from (Item(scope, None, file) for file in _importing(asked, scope, scope))
        return
    cls = asked.source_class(around)
    if not asked.hierarchy.knows_all_subclasses(cls):
        yield None
    for one in (cls, *asked.hierarchy.project_subclasses(cls)):
        if bodies.method_in(asked.hierarchy.order(one), scope.node.name) is scope:  # type: ignore[union-attr]
            yield from (Item(scope, one, file) for file in _importing(asked, scope, one.scope))


def _importing(asked: Questions, test: Scope, scope: Scope) -> Iterator[File]:
    """Yield the file of a test or its class, and those that import it, where pytest finds it again."""
    yield scope.file
    name = scope.node.name  # type: ignore[union-attr]
    if is_fixture(test.node) or not name.lower().startswith("test"):
        return

    def is_itself(kind: Type) -> bool:
        match kind:
            case Function(node) | ClassObject(SourceClass(node=node)):
                return node is scope.node
            case _:
                return False

    for place in asked.places(name, scope.file, is_itself):
        if place is not None and place[0] is not scope.file:
            file, known = place
            if any(map(is_itself, alternatives(asked.global_of(file, known) or NEVER))):
                yield file


def given(asked: Questions, item: Item, name: str) -> Given:
    """What marks and ``pytest_generate_tests`` give to a name for one test."""
    around: list[Scope] = [item.scope]
    for outer in () if item.cls is None else item.cls.scope.outward():
        if outer.is_class:
            order = asked.hierarchy.order(asked.source_class(outer))
            around += [one.scope for one in order if isinstance(one, SourceClass)]
    around.append(root_of(item.file))
    inside = [*around[1:], *(root_of(file) for file in _conftests(asked, item.file))]
    makers = [
        inner
        for outer in inside
        for inner in outer.children
        if getattr(inner.node, "name", "") == "pytest_generate_tests"
    ]
    marked = [one for scope in around for one in parametrizing.written_marks(scope)]
    return parametrizing.given(asked, name, marked, makers)


# Fixtures


def is_fixture(node: ast.AST) -> bool:
    """Whether a function is decorated as a fixture."""
    return isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and mark_of(node) is not None


def mark_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.expr | None:
    """The decorator that makes a function a fixture; None if it has none."""
    for decorator in node.decorator_list:
        if _names_fixture(decorator):
            return decorator
    return None


def _names_fixture(node: ast.expr) -> bool:
    return last_name(node.func if isinstance(node, ast.Call) else node) in ("fixture", "yield_fixture")


def keyword(node: ast.expr | None, name: str) -> ast.expr | None:
    """The value of a keyword argument of a mark; None if it has none of that name."""
    if not isinstance(node, ast.Call):
        return None
    return next((one.value for one in node.keywords if one.arg == name), None)


def visible(asked: Questions, item: Item, name: str) -> Iterator[Scope | None]:
    """Yield the fixtures with a name that a test or fixture can see, the nearest first; None for one not read."""
    for outer in () if item.cls is None else item.cls.scope.outward():
        if outer.is_class:
            order = [one for one in asked.hierarchy.order(asked.source_class(outer)) if isinstance(one, SourceClass)]
            # A subclass's attribute hides that of its base.
            yield from next(filter(None, (list(_defined(one.scope, name)) for one in order)), ())
    yield from _in_file(asked, item.file, name)
    for file in _conftests(asked, item.file):
        if file is not item.file:
            yield from _in_file(asked, file, name)


def _defined(scope: Scope, name: str) -> Iterator[Scope | None]:
    """Yield the fixture of that name in a class or file: the last one, which replaces those before it."""
    found = [inner for inner in scope.children if is_fixture(inner.node) and _fixture_name(inner.node) == name]
    if found:
        yield max(found, key=lambda inner: getattr(inner.node, "lineno", 0))
    elif any(map(_is_made_by_call, flow_of(scope).exit.get(name, ()))):
        yield None


def _is_made_by_call(binding: object) -> bool:
    """Whether a name is bound to a fixture that no decorator marks: ``net = pytest.fixture(make_net)``."""
    value = binding.value if isinstance(binding, Assigned) else None
    return isinstance(value, ast.Call) and (_names_fixture(value) or _names_fixture(value.func))


def _fixture_name(node: ast.AST) -> object:
    assert isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    named = keyword(mark_of(node), "name")
    return named.value if isinstance(named, ast.Constant) else node.name


def _in_file(asked: Questions, file: File, name: str) -> Iterator[Scope | None]:
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


# What overrides a fixture


def below(asked: Questions, scope: Scope, name: str) -> Iterator[File | None]:
    """Yield the files whose tests may use a fixture, and that may override another one that it takes.

    None if there are too many.
    """
    home = scope.file
    yield home
    files = asked.files_mentioning(name, home, _MAX_FILES, "pytest")
    if files is None:
        yield None
    users = (file for file in files or () if file is not home and _can_use(asked, scope, file))
    yield from islice(users, _MAX_USERS)
    if next(users, None) is not None:
        yield None


def _can_use(asked: Questions, scope: Scope, file: File) -> bool:
    """Whether the tests of a file can use a fixture of another file."""
    path, around = Path(scope.file.path), scope.enclosing_class
    if around is not None:
        return bool(asked.hierarchy.subclasses_in(asked.source_class(around), file))
    if path.name == "conftest.py":
        return path.parent in Path(file.path).parents
    kinds = alternatives(asked.global_of(file, scope.node.name) or NEVER)  # type: ignore[union-attr]
    return any(isinstance(one, Function) and one.node is scope.node for one in kinds)


def overriding(file: File, name: str) -> Iterator[Scope]:
    """Yield the fixtures with a name in a file, and in its classes."""
    for inner in root_of(file).inward():
        if is_fixture(inner.node) and _fixture_name(inner.node) == name:
            yield inner
