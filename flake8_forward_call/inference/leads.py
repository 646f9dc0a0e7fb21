"""Whether a hook can lead to a place, by names alone: asked before anything is evaluated, for that costs more."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flake8_forward_call.inference.bindings import Assigned, Imported
from flake8_forward_call.inference.hierarchy import SourceClass
from flake8_forward_call.inference.reach import OF_OBJECT, is_implied
from flake8_forward_call.inference.references import last_name
from flake8_forward_call.inference.registrations import Definition, Registration, has_shape_of_hook
from flake8_forward_call.inference.types import ClassObject, Function, Type, alternatives

if TYPE_CHECKING:
    from flake8_forward_call.inference.evaluate import Evaluator
    from flake8_forward_call.inference.project import File
    from flake8_forward_call.inference.scopes import Scope

# What runs when an object is called, so that no name tells of it.
_CALLED = frozenset({"forward", "__call__"})

# Functions that names lead to; more of them are no hook any more, but a program.
MAX_FUNCTIONS = 400


@dataclass(frozen=True, slots=True)
class Trail:
    """The functions by which names lead from a hook to a place, and how they get there."""

    scopes: dict[str, list[Scope]]  # By the names that they are called by: their own, or that of their class.
    by_call: bool  # Whether a function among them runs where an object is called, whatever that one's name.
    files: tuple[File, ...]

    def goes_by(self, call: ast.Call, scope: Scope) -> bool:
        """Whether a call can lead to one of the functions."""
        if self.by_call and _may_call_object(call, self.files):
            return True
        return not self.scopes.keys().isdisjoint(_words_of(call, scope))


def trail_to(ev: Evaluator, one: Registration, place: Scope) -> Trail | None:
    """The way that names lead from a registered hook to a place, in its file, the registration's, or an imported one.

    None if there is none. Raises OutOfBudget.
    """
    goals = [scope for scope in place.outward() if scope.is_function]
    files = tuple(dict.fromkeys((one.scope.file, place.file)))
    by_call = any(getattr(scope.node, "name", "") in _CALLED for scope in goals)
    seen: dict[Scope, None] = {}
    comes_from: dict[Scope, list[Scope]] = {}
    arrived: list[Scope] = []
    todo = list(_starts(ev, one, files))
    while todo and len(seen) < MAX_FUNCTIONS:
        outer = todo.pop()
        for scope in outer.inward():
            if scope in seen or not scope.is_function:
                continue
            seen[scope] = None
            if scope is not outer:
                comes_from.setdefault(scope, []).append(outer)
            for following in _named(ev, _words(scope), (*files, scope.file)):
                comes_from.setdefault(following, []).append(scope)
                todo.append(following)
            is_there = scope in goals or any(map(is_implied, goals))
            if is_there or (by_call and any(_may_call_object(call, files) for call in scope.calls)):
                arrived.append(scope)
    return _trail_back(arrived, comes_from, goals, files) if arrived else None


def _trail_back(
    arrived: list[Scope], comes_from: dict[Scope, list[Scope]], goals: list[Scope], files: tuple[File, ...]
) -> Trail:
    """The trail of what leads to the functions that arrive, found from its end."""
    found: dict[Scope, None] = {}
    todo = arrived
    while todo:
        scope = todo.pop()
        if scope not in found:
            found[scope] = None
            todo.extend(comes_from.get(scope, ()))
    found.update(dict.fromkeys(goals))
    names: dict[str, list[Scope]] = {}
    for scope in found:
        around = scope.enclosing_class
        for node in (scope.node, None if around is None else around.node):
            names.setdefault(getattr(node, "name", ""), []).append(scope)
    names.pop("", None)
    return Trail(names, any(name in names for name in _CALLED), files)


def _starts(ev: Evaluator, one: Registration, files: tuple[File, ...]) -> Iterator[Scope]:
    """Yield the functions that a registered expression may be."""
    if isinstance(one.hook, Definition):
        yield one.scope.file.scopes.opened[id(one.hook)]
        return
    lambdas = (node for node in ast.walk(one.hook) if isinstance(node, ast.Lambda))
    found = [one.scope.file.scopes.opened[id(node)] for node in lambdas]
    found += _named(ev, set(_names_in(one.hook)), files)
    yield from found
    if not found:
        for file in files:
            for scope in file.root.inward():
                if scope.is_function and has_shape_of_hook(scope, int(scope.enclosing_class is not None)):
                    yield scope


def _names_in(node: ast.expr) -> Iterator[str]:
    for one in ast.walk(node):
        match one:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                yield name


def _words(scope: Scope) -> set[str]:
    """The names that a function reads, calls or hands on, and those that the value of what it calls is made of."""
    return scope.reads.union(*(_words_of(call, scope) for call in scope.calls))


def _words_of(call: ast.Call, scope: Scope) -> set[str]:
    """The same of one call."""
    given = (call.func, *call.args, *(keyword.value for keyword in call.keywords))
    return {name for node in given if (name := last_name(node)) is not None}.union(_made_of(call.func, scope))


def _made_of(callee: ast.expr, scope: Scope) -> Iterator[str]:
    """Yield the names in what is assigned to the name or attribute that is called: ``ref = WeakMethod(self.see)``."""
    while isinstance(callee, (ast.Call, ast.Subscript)):
        callee = callee.func if isinstance(callee, ast.Call) else callee.value
    match callee:
        case ast.Name(id=name) if name not in scope.file.scopes.named:
            outer = next((one for one in scope.outward() if name in one.flow.bound), None)
            for binding in () if outer is None else outer.flow.bound[name]:
                if isinstance(binding, Assigned):
                    yield from _names_in(binding.value)
        case ast.Attribute(attr=name) if name not in scope.file.scopes.named:
            for stored in scope.file.references.stored.get(name, ()):
                yield from () if stored.value is None else _names_in(stored.value)


def _named(ev: Evaluator, words: set[str], files: tuple[File, ...]) -> list[Scope]:
    """The functions of these names, and what making an object of a class of one runs."""
    found = [scope for file in files for word in sorted(words) for scope in file.scopes.named.get(word, ())]
    for file in files:
        for word in sorted(words & file.root.flow.bound.keys()):
            for binding in file.root.flow.bound[word]:
                if isinstance(binding, Imported):
                    found.extend(_defined(alternatives(ev.binding(binding))))
    return [one for scope in found for one in (scope.children if scope.is_class else [scope]) if _runs(one, scope)]


def _defined(kinds: Iterable[Type]) -> Iterator[Scope]:
    """Yield the functions and classes that the project defines."""
    for kind in kinds:
        match kind:
            case Function(scope=scope) | ClassObject(SourceClass(scope=scope)) if not scope.file.is_installed:
                yield scope


def _runs(scope: Scope, named: Scope) -> bool:
    return scope is named or getattr(scope.node, "name", "") in (*OF_OBJECT, "forward")


def _may_call_object(call: ast.Call, files: tuple[File, ...]) -> bool:
    """Whether what is called may be an object, and no function of a name or method of a tensor."""
    match call.func:
        case ast.Name(id=name):
            return not hasattr(builtins, name) and not any(name in file.scopes.named for file in files)
        case ast.Attribute(attr=name) if name in _CALLED:
            return True
        case ast.Attribute(attr=name):
            return any(name in file.references.stored for file in files)
        case _:
            return True
