"""What ``parametrize`` gives to a parameter of a test or to a fixture.

The marks are those on the test, on its class and on the class's bases, and in each ``pytestmark``:
https://docs.pytest.org/en/stable/how-to/parametrize.html
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.statements.fillings import fillings
from flake8_forward_call.inference.syntax.bindings import Annotated, AnyBinding, Assigned, Augmented, Imported
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.references import Handed, last_name
from flake8_forward_call.inference.syntax.scopes import Scope, root_of
from flake8_forward_call.inference.syntax.states import key_of
from flake8_forward_call.inference.types import UNKNOWN, Function, Tuple, Type, alternatives, each

# How many names a mark may go through: `both = [small, large]`, `pytestmark = both`.
_MAX_DEPTH = 5

# The packages whose decorators pass arguments to a test by rules of their own.
_PASSING = frozenset({"ddt", "hypothesis", "parameterized", "pytest_cases"})


@dataclass(slots=True)
class Given:
    """The values that marks list for one name."""

    direct: list[Type] = field(default_factory=list)  # They replace the fixture of that name.
    indirect: list[Type] = field(default_factory=list)  # The fixture gets them as `request.param`.
    possible: list[Type] = field(default_factory=list)  # They may replace it: code decides whether they are given.


def given(asked: Questions, name: str, marked: Iterable[tuple[ast.expr, Scope]], makers: Iterable[Scope]) -> Given:
    """What decorators and elements of ``pytestmark``, each with its scope, give to a name.

    ``makers`` are the functions called ``pytest_generate_tests``.
    """
    reading = _Reading(asked, name)
    for node, scope in marked:
        reading.read(node, scope)
    for maker in makers:
        reading.note_calls_in(maker)
    return reading.found


def add(asked: Questions, mark: ast.Call, scope: Scope, name: str, found: Given) -> None:
    """Add what one ``parametrize(names, values, indirect=...)`` gives to a name."""
    own = dict(zip(("argnames", "argvalues", "indirect"), mark.args, strict=False))
    own |= {one.arg: one.value for one in mark.keywords if one.arg is not None}
    names, values = _names(asked, own.get("argnames"), scope), own.get("argvalues")
    if names is None:
        found.possible.append(UNKNOWN)
    if names is None or name not in names or values is None:
        return
    kinds = [of_row(asked, row, len(names), names.index(name)) for row in rows(asked, values, scope)]
    is_indirect = _is_indirect(own.get("indirect"), name)
    (found.indirect if is_indirect else found.direct).extend(kinds)
    if is_indirect is None:
        found.possible.append(UNKNOWN)


def parametrized_with(asked: Questions, handed: Handed) -> Iterator[str]:
    """Yield the parameters that ``parametrize(...)`` fills in with a value, as far as they are known."""
    for mark, scope in calls_in(handed.scope.file):
        if any(one is handed.node for one in ast.walk(mark)):
            keyword = next((one.value for one in mark.keywords if one.arg == "argnames"), None)
            yield from _names(asked, mark.args[0] if mark.args else keyword, scope) or ()


def _is_indirect(node: ast.expr | None, name: str) -> bool | None:
    """Whether values go to the fixture; None if that is not written out."""
    match node:
        case None:
            return False
        case ast.Constant(value=value):
            return bool(value)
        case ast.List(elts=several) | ast.Tuple(elts=several) if all(isinstance(one, ast.Constant) for one in several):
            return any(isinstance(one, ast.Constant) and one.value == name for one in several)
        case _:
            return None


def written_marks(scope: Scope) -> Iterator[tuple[ast.expr, Scope]]:
    """Yield the decorators of a function or class, and what the body of a class or file calls ``pytestmark``."""
    if isinstance(scope.node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and scope.parent is not None:
        yield from ((one, scope.parent) for one in scope.node.decorator_list)
    if not scope.is_function:
        for binding in flow_of(scope).exit.get("pytestmark", ()):
            yield from _values(binding)


def calls_in(file: File) -> Iterator[tuple[ast.Call, Scope]]:
    """Yield each ``parametrize(...)`` in a file, whatever is done with it."""
    yield from _calls_below(root_of(file))


def _calls_below(outer: Scope) -> Iterator[tuple[ast.Call, Scope]]:
    for scope in outer.inward():
        yield from ((call, scope) for call in scope.calls if last_name(call.func) == "parametrize")


# Finding marks


class _Reading:
    """Reads marks, and adds what they give to one name to what is ``found``."""

    def __init__(self, asked: Questions, name: str) -> None:
        self._asked = asked
        self._name = name
        self.found = Given()

    def read(self, node: ast.expr, scope: Scope, depth: int = 0) -> None:
        """Read the mark that an expression is, or the marks that the names in it lead to."""
        match node:
            case _ if depth > _MAX_DEPTH:
                self.found.possible.append(UNKNOWN)
            case ast.Call() if _is_parametrize(node):
                add(self._asked, node, scope, self._name, self.found)
            case ast.List(elts=several) | ast.Tuple(elts=several):
                for one in several:
                    self.read(one, scope, depth + 1)
            case ast.Attribute(value=ast.Attribute(attr="mark") | ast.Name(id="mark")):
                return
            case ast.Call(func=callee):
                self._note_function(callee, scope)
                if any(one.arg == self._name for one in node.keywords):
                    self.found.possible.append(UNKNOWN)
            case ast.Name() | ast.Attribute():
                for value, place in self._bound_to(node, scope):
                    self.read(value, place, depth + 1)
                self._note_function(node, scope)

    def _bound_to(self, node: ast.Name | ast.Attribute, scope: Scope) -> Iterator[tuple[ast.expr, Scope]]:
        """Yield what a name is bound to, in this file or the one that it is imported from."""
        bindings = self._asked.bound(node, scope)
        for binding in bindings:
            yield from _values(binding)
        where = self._asked.named_global(node, scope)
        if where is not None and all(isinstance(one, Imported) for one in bindings):
            file, known = where
            for binding in flow_of(root_of(file)).bound.get(known, ()):
                yield from _values(binding)

    def _note_function(self, node: ast.expr, scope: Scope) -> None:
        """Note what a decorator may pass that is a function of the project, or of a package with rules of its own."""
        dotted = self._asked.dotted(node, scope)
        if dotted is not None and dotted.partition(".")[0] in _PASSING:
            self.found.possible.append(UNKNOWN)
        for kind in alternatives(self._asked.expression(node, scope)):
            if isinstance(kind, Function):
                self.note_calls_in(kind.scope)

    def note_calls_in(self, maker: Scope) -> None:
        """Note what the calls of ``parametrize`` in a function list for the name, or for one that is not known."""
        for call, scope in _calls_below(maker):
            listed = Given()
            add(self._asked, call, scope, self._name, listed)
            self.found.possible += [*listed.direct, *listed.possible, *(UNKNOWN for _ in listed.indirect)]


def _values(binding: AnyBinding) -> Iterator[tuple[ast.expr, Scope]]:
    match binding:
        case Assigned(value=value, path=()) | Annotated(value=ast.expr() as value) | Augmented(value=value):
            yield value, binding.scope


def _is_parametrize(node: ast.Call) -> bool:
    match node.func:
        case ast.Attribute(attr="parametrize") | ast.Name(id="parametrize"):
            return True
        case _:
            return False


def _names(asked: Questions, node: ast.expr | None, scope: Scope) -> list[str] | None:
    """The parameters that a mark names; None if they are not known."""
    match node:
        case ast.Constant(value=str(text)):
            return _split(text)
        case ast.List(elts=several) | ast.Tuple(elts=several):
            names = [one.value for one in several if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            return names if len(names) == len(several) else None
        case ast.expr():
            texts = sorted(asked.texts_of(node, scope) or ())
            return _split(texts[0]) if len(texts) == 1 else None
        case None:
            return None


def _split(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]


# Reading values

# One set of values: the expressions of each, or the type of all together.
_Row: TypeAlias = "tuple[list[ast.expr], Scope] | Type"


def rows(asked: Questions, node: ast.expr, scope: Scope) -> Iterator[_Row]:
    """Yield the sets of values in the list that a mark, or the ``params`` of a fixture, is given."""
    match node:
        case ast.List(elts=several) | ast.Tuple(elts=several) | ast.Set(elts=several):
            for one in several:
                if isinstance(one, ast.Starred):
                    yield from rows(asked, one.value, scope)
                else:
                    yield _row(asked, one, scope)
        case ast.ListComp(elt=one) | ast.GeneratorExp(elt=one):
            yield _row(asked, one, scope)
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            yield from rows(asked, left, scope)
            yield from rows(asked, right, scope)
        case ast.Name() if (value := _assigned(node, scope)) is not None:
            yield from rows(asked, value, scope)
            yield from _added(asked, node, scope)
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


def _added(asked: Questions, node: ast.Name, scope: Scope) -> Iterator[_Row]:
    """Yield the sets of values that are put into the list of a name."""
    for target, filling in fillings(scope):
        if key_of(target) == node.id:
            match filling:
                case ast.Call(func=ast.Attribute(attr="append"), args=[one]):
                    yield _row(asked, one, scope)
                case ast.Call(func=ast.Attribute(attr="extend"), args=[several]):
                    yield from rows(asked, several, scope)
                case ast.AugAssign(value=several):
                    yield from rows(asked, several, scope)
                case _:
                    yield UNKNOWN


def _is_param(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and last_name(node.func) == "param"


def _row(asked: Questions, node: ast.expr, scope: Scope) -> _Row:
    if isinstance(node, ast.Call) and _is_param(node):
        return node.args, scope
    return asked.expression(node, scope)


def of_row(asked: Questions, row: _Row, count: int, index: int) -> Type:
    """The type of one of the values in a set of ``count``."""
    if isinstance(row, tuple):
        nodes, scope = row
        return asked.expression(nodes[index], scope) if index < len(nodes) else UNKNOWN
    if count == 1:
        return row
    return each(row, lambda one: one.items[index] if isinstance(one, Tuple) and index < len(one.items) else UNKNOWN)
