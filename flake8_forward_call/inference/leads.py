"""Whether a hook can lead to a place, by names alone: asked before anything is evaluated, for that costs more."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator
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


def may_lead(ev: Evaluator, one: Registration, place: Scope) -> bool:
    """Whether names lead from a registered hook to a place, in its file, the registration's, or what these import."""
    goals = [scope for scope in place.outward() if scope.is_function]
    if any(map(is_implied, goals)):
        return True
    by_call = any(getattr(scope.node, "name", "") in _CALLED for scope in goals)
    files = tuple(dict.fromkeys((one.scope.file, place.file)))
    seen: set[int] = set()
    todo = list(_starts(ev, one, files))
    while todo and len(seen) < MAX_FUNCTIONS:
        outer = todo.pop()
        for scope in outer.inward():
            if id(scope) in seen:
                continue
            seen.add(id(scope))
            if scope in goals or (by_call and any(_may_call_object(call, files) for call in scope.calls)):
                return True
            todo.extend(_named(ev, _words(scope), (*files, scope.file)))
    return bool(todo)


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
    found = set(scope.reads)
    for call in scope.calls:
        for node in (call.func, *call.args, *(keyword.value for keyword in call.keywords)):
            found.add(last_name(node) or "")
        found.update(_made_of(call.func, scope))
    return found - {""}


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
