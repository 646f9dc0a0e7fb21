"""What pytest passes to a test or fixture: the values of ``parametrize``, and the results of fixtures.

The result of a fixture depends on the test: what the fixture takes is looked up from the test, not from where the
fixture is defined. So it has slots for what may differ, which each test fills in.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_forward_call.inference.catalogue import ClassEntry
from flake8_forward_call.inference.definitions import KnownClass
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.bindings import Parameter
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.syntax.references import last_name
from flake8_forward_call.inference.syntax.scopes import Scope, plain_parameters
from flake8_forward_call.inference.testing import fixtures, parametrizing
from flake8_forward_call.inference.testing.fixtures import Item, is_fixture
from flake8_forward_call.inference.testing.parametrizing import Given
from flake8_forward_call.inference.types import (
    UNKNOWN,
    Awaitable,
    Instance,
    NoneValue,
    Origin,
    Slot,
    Type,
    Unknown,
    alternatives,
    slots_in,
    union,
)

# The object that a fixture gets under the name `request`: https://docs.pytest.org/en/stable/reference/reference.html
_REQUEST = KnownClass(ClassEntry("pytest.FixtureRequest", attributes={"param": "~param"}))

# The name of a fixture's slot for `request.param`.
_PARAM = "request.param"


def passed(asked: Questions, binding: Parameter) -> Type | None:
    """What pytest passes for a parameter; None if this is no test or fixture, or nothing provides the parameter."""
    node, name = binding.function, binding.argument.arg
    if isinstance(node, ast.Lambda) or binding.kind != "plain" or binding.default is not None:
        return None
    if is_fixture(node):
        return _request(asked, node, binding.scope) if name == "request" else _to_fixture(asked, binding.scope, name)
    if not node.name.startswith("test"):
        return None
    if name in _mocks(node, binding.scope):
        return UNKNOWN
    return _to_items(asked, binding.scope, name)


def _mocks(node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> list[str]:
    """The parameters that ``mock.patch`` fills in, which are no fixtures: the first ones, one for each decorator."""
    patched = 0
    for one in node.decorator_list:
        match one:
            case ast.Call(func=ast.Attribute(value=inner, attr="object"), args=args) if last_name(inner) == "patch":
                is_given = len(args) > 2  # patch.object(target, name, new)
            case ast.Call(func=callee, args=args) if last_name(callee) == "patch":
                is_given = len(args) > 1  # patch(name, new)
            case _:
                continue
        patched += not is_given and not any(keyword.arg == "new" for keyword in one.keywords)
    first = 0 if scope.enclosing_class is None else 1
    return [one.arg for one in plain_parameters(node)[first : first + patched]]


def _to_items(asked: Questions, scope: Scope, name: str) -> Type | None:
    """The union of what all tests of a function get."""
    found: list[Type] = []
    is_complete = True
    for item in fixtures.items(asked, scope):
        value = None if item is None else _Passing(asked, item).value(name)
        is_complete &= item is not None
        if value is not None:
            found.append(value)
    return union([*found, *(() if is_complete else (UNKNOWN,))]) if found else None


class _Passing:
    """What pytest passes to one test, and to the fixtures that the test leads to."""

    def __init__(self, asked: Questions, item: Item) -> None:
        self._asked = asked
        self._item = item
        self._open: list[Scope] = []  # The fixtures that are looked up, outermost first.

    def value(self, name: str, hidden: int = 0) -> Type | None:
        """What the test gets under a name, without so many of the nearest fixtures; None if nothing provides it."""
        given = fixtures.given(self._asked, self._item, name)
        kinds = given.direct
        if not kinds:
            for scope in list(fixtures.visible(self._asked, self._item, name))[hidden : hidden + 1]:
                kinds = [UNKNOWN if scope is None else self._of_fixture(scope, name, hidden, given)]
        kinds = [*kinds, *given.possible]
        return union(kinds) if kinds else None

    def _of_fixture(self, scope: Scope, name: str, hidden: int, given: Given) -> Type:
        if scope in self._open:
            return UNKNOWN  # pytest rejects fixtures that take each other.
        self._open.append(scope)
        kind = union(map(_awaited, alternatives(self._asked.fixture_value(scope))))
        slots: dict[Slot, Type] = {}
        for slot in dict.fromkeys(slots_in(kind)):
            if slot.owner is scope.node and slot.name == _PARAM:
                slots[slot] = union(given.indirect or _params(self._asked, scope))
            elif slot.owner is scope.node:
                slots[slot] = self.value(slot.name, hidden + 1 if slot.name == name else 0) or UNKNOWN
            elif _takes_another(slot):  # What a fixture returns that this one takes.
                slots[slot] = self.value(slot.name) or UNKNOWN
        self._open.pop()
        return self._asked.filled_in(kind, slots)


def _takes_another(slot: Slot) -> bool:
    """Whether a slot is for what a fixture takes under a name that is not its own."""
    owner = slot.owner
    if not isinstance(owner, (ast.FunctionDef, ast.AsyncFunctionDef)) or not is_fixture(owner):
        return False
    return slot.name not in (owner.name, _PARAM)


def _awaited(kind: Type) -> Type:
    """What a test gets from an ``async`` fixture."""
    return kind.result if isinstance(kind, Awaitable) else kind


# Fixtures that take others


def _to_fixture(asked: Questions, scope: Scope, name: str) -> Type | None:
    """What a fixture gets under a name: one type, or a slot if it depends on the test that uses the fixture."""
    found: list[Type] = []
    seen: set[Scope | None] = {scope}
    for item in fixtures.items(asked, scope):
        if item is None:
            found.append(UNKNOWN)
            continue
        chain = list(fixtures.visible(asked, item, name))
        at = chain.index(scope) + 1 if scope in chain else 0
        seen.update(chain[at : at + 1])
        found += [UNKNOWN if one is None else _unwrapped(asked, one) for one in chain[at : at + 1]]
    others = list(_instead(asked, scope, name, seen))
    return _of_any_test(scope, name, [*found, *others]) if others else union(found) if found else None


def _unwrapped(asked: Questions, scope: Scope) -> Type:
    return union(map(_awaited, alternatives(asked.fixture_value(scope))))


def _instead(asked: Questions, scope: Scope, name: str, seen: set[Scope | None]) -> Iterator[Type]:
    """Yield what some tests have under a name in place of the fixtures that were ``seen``."""
    for file in fixtures.below(asked, scope, name):
        if file is None:
            yield UNKNOWN
            continue
        for other in fixtures.overriding(file, name):
            if other not in seen:
                yield _unwrapped(asked, other)
        given = _listed(asked, file, name)
        yield from (*given.direct, *given.possible)


def _of_any_test(scope: Scope, name: str, kinds: list[Type]) -> Type:
    """A slot for what the test decides. If calling or iterating is all that can be done with it, the plain type."""
    kind = union(kinds)
    is_object = all(isinstance(one, (Instance, NoneValue, Slot, Unknown)) for one in alternatives(kind))
    return Slot(scope.node, name, kind) if is_object else kind


def _listed(asked: Questions, file: File, name: str) -> Given:
    """What all marks in a file list for a name, whichever tests they are on."""
    given = Given()
    for mark, place in parametrizing.calls_in(file):
        parametrizing.add(asked, mark, place, name, given)
    return given


# Params


def _request(asked: Questions, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> Type:
    """The ``request`` of a fixture: its ``param`` is one of the fixture's ``params``, or what a test passes to it."""
    kinds = _params(asked, scope)
    for file in fixtures.below(asked, scope, node.name):
        kinds += [UNKNOWN] if file is None else _listed(asked, file, node.name).indirect
    return Instance(
        _REQUEST, Origin.CONSTRUCTED, ((Slot(_REQUEST.dotted, "param"), _of_any_test(scope, _PARAM, kinds)),)
    )


def _params(asked: Questions, scope: Scope) -> list[Type]:
    assert isinstance(scope.node, (ast.FunctionDef, ast.AsyncFunctionDef))
    listed = fixtures.keyword(fixtures.mark_of(scope.node), "params")
    if listed is None or scope.parent is None:
        return [UNKNOWN]
    return [parametrizing.of_row(asked, row, 1, 0) for row in parametrizing.rows(asked, listed, scope.parent)]
