"""Whether a hook can reach a place, by names only. This is asked before anything is evaluated, which costs more."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from dataclasses import dataclass

from flake8_forward_call.inference.engine import Answers, unjoined
from flake8_forward_call.inference.hooks.registrations import Definition, Registration, has_shape_of_hook
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.bindings import Assigned, Imported
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.references import last_name, references_of, references_to
from flake8_forward_call.inference.syntax.scopes import Scope, root_of, scopes_of
from flake8_forward_call.inference.types import Function, alternatives

# What runs when an object is called, without its name at the call site.
_CALLED = frozenset({"forward", "__call__"})

# From a real hook, names lead to about a dozen functions. If they lead to more, they are common words.
MAX_FUNCTIONS = 60


@dataclass(frozen=True, slots=True)
class Steps:
    """The functions that names lead to from a hook, in its own file and in what that file imports."""

    comes_from: dict[Scope, list[Scope]]  # For each function, those that use it; none for the hook itself.
    words: frozenset[str]  # All names that they call or pass on.


@dataclass(frozen=True, slots=True)
class Trail:
    """The functions on the way that names lead from a hook to a place."""

    scopes: dict[str, list[Scope]]  # By the names that call them: their own, or that of their class.
    by_call: bool  # Whether one of them may run when an object or the value of a variable is called.
    files: tuple[File, ...]

    def goes_by(self, call: ast.Call, scope: Scope) -> bool:
        """Whether a call can reach one of the functions."""
        if self.by_call and _may_call_object(call, self.files):
            return True
        return not self.scopes.keys().isdisjoint(_words_of(call, scope))


_STEPS: Answers[Steps] = unjoined(Steps({}, frozenset()))


def trail_to(asked: Questions, one: Registration, place: Scope) -> Trail | None:
    """The way by names from a registered hook to a place, in the files of both; None if there is none."""
    steps = asked.engine.once(
        ("steps from", one), lambda: _walked(asked, list(_starts(asked, one)), (one.scope.file,)), _STEPS
    )
    goals = [scope for scope in place.outward() if scope.is_function]
    files = tuple(dict.fromkeys((one.scope.file, place.file)))
    comes_from = steps.comes_from
    if place.file is not one.scope.file and not steps.words.isdisjoint(scopes_of(place.file).named):
        comes_from = _walked(asked, list(comes_from), files).comes_from
    by_call = any(getattr(scope.node, "name", "") in _CALLED for scope in goals)
    is_anywhere = any(map(is_implied, goals))
    arrived = [
        scope
        for scope in comes_from
        if scope in goals or is_anywhere or (by_call and any(_may_call_object(call, files) for call in scope.calls))
    ]
    return _back(arrived, comes_from, goals, files) if arrived else None


def _walked(asked: Questions, starts: list[Scope], files: tuple[File, ...]) -> Steps:
    """All steps from some functions, by names in these files and in what the first of them imports."""
    comes_from: dict[Scope, list[Scope]] = {scope: [] for scope in starts}
    seen: set[Scope] = set()
    words: set[str] = set()
    todo = list(starts)
    while todo and len(seen) < MAX_FUNCTIONS:
        outer = todo.pop(0)
        if outer in seen:
            continue
        for scope in outer.inward():
            if not scope.is_function:
                continue
            seen.add(scope)
            if scope is not outer:
                comes_from.setdefault(scope, []).append(outer)
            own = _words(asked, scope)
            words |= own
            for following in _named(asked, own, (*files, scope.file)):
                if following is not scope:
                    comes_from.setdefault(following, []).append(scope)
                    todo.append(following)
    return Steps(comes_from, frozenset(words))


def _back(
    arrived: list[Scope], comes_from: dict[Scope, list[Scope]], goals: list[Scope], files: tuple[File, ...]
) -> Trail:
    """The trail to the functions that reach the goal, walked backwards."""
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
    handed = [references_of(file).handed for file in files]
    by_call = any(name in _CALLED or any(name in known for known in handed) for name in names)
    return Trail(names, by_call, files)


def _starts(asked: Questions, one: Registration) -> Iterator[Scope]:
    """Yield the functions that a registered expression may be: if its names do not say, any that is passed on."""
    file = one.scope.file
    if isinstance(one.hook, Definition):
        yield scopes_of(file).opened[id(one.hook)]
        return
    nodes = [one.hook, *_values(one.hook, one.scope)]
    parts = [part for node in nodes for part in ast.walk(node)]
    found = [scopes_of(file).opened[id(part)] for part in parts if isinstance(part, ast.Lambda)]
    found += _named(asked, {name for node in nodes for name in _names_in(node)}, (file,))
    if not found and one.handed_to is None:
        kinds = alternatives(asked.resolved(asked.expression(one.hook, one.scope)))
        found = [kind.scope for kind in kinds if isinstance(kind, Function)] or list(handed_on(one))
    yield from found


def handed_on(one: Registration) -> Iterator[Scope]:
    """Yield the functions of a file that could be a hook and are passed on, by name or through ``getattr``."""
    file = one.scope.file
    by_text = isinstance(one.hook, ast.Call) and last_name(one.hook.func) == "getattr"
    for inner in root_of(file).inward():
        if not inner.is_function:
            continue
        name, is_method = getattr(inner.node, "name", ""), inner.enclosing_class is not None
        is_decorated = bool(getattr(inner.node, "decorator_list", ()))
        is_handed = name in references_of(file).handed or name == "__call__" or is_decorated or (by_text and is_method)
        if is_handed and has_shape_of_hook(inner, int(is_method)):
            yield inner


def _names_in(node: ast.expr) -> Iterator[str]:
    for one in ast.walk(node):
        match one:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                yield name


class _WordsIn(dict[Scope, set[str]]):
    """The names that a function calls or passes on."""


def _words(asked: Questions, scope: Scope) -> set[str]:
    """The names that a function calls or passes on, and those in the values that it calls."""
    found = asked.notes(_WordsIn).get(scope)
    if found is None:
        found = asked.notes(_WordsIn)[scope] = set().union(*(_words_of(call, scope) for call in scope.calls))
    return found


def _words_of(call: ast.Call, scope: Scope) -> set[str]:
    """The same for one call."""
    given = (call.func, *call.args, *(keyword.value for keyword in call.keywords))
    return {name for node in given if (name := last_name(node)) is not None}.union(_made_of(call.func, scope))


def _made_of(callee: ast.expr, scope: Scope) -> Iterator[str]:
    """Yield the names in what is assigned to the name or attribute that is called: ``ref = WeakMethod(self.see)``."""
    while isinstance(callee, (ast.Call, ast.Subscript)):
        callee = callee.func if isinstance(callee, ast.Call) else callee.value
    for value in _values(callee, scope):
        yield from _names_in(value)


def _values(node: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """Yield the values assigned to a name or attribute that is not the name of a function."""
    match node:
        case ast.Name(id=name) if name not in scopes_of(scope.file).named:
            outer = next((one for one in scope.outward() if name in flow_of(one).bound), None)
            for binding in () if outer is None else flow_of(outer).bound[name]:
                if isinstance(binding, Assigned):
                    yield binding.value
        case ast.Attribute(value=owner, attr=name) if name not in scopes_of(scope.file).named:
            stored = references_to(scope.file, name).stored.get(name, ())
            yield from (one.value for one in stored if one.value is not None)
            yield from _values(owner, scope)
        case ast.Attribute(value=owner):
            yield from _values(owner, scope)


def _named(asked: Questions, words: set[str], files: tuple[File, ...]) -> list[Scope]:
    """The functions with these names, and those that run when a class with such a name is instantiated, in order."""
    named = [scopes_of(file).named for file in dict.fromkeys(files)]
    found = [scope for known in named for word in sorted(words & known.keys()) for scope in known[word]]
    found += _imported(asked, words, files[0])
    return [one for each in found for one in (each.children if each.is_class else [each]) if _runs(one, each, words)]


def _imported(asked: Questions, words: set[str], file: File) -> Iterator[Scope]:
    """Yield the functions and classes of the project that the file imports under one of the names."""
    for word in sorted(words & flow_of(root_of(file)).bound.keys()):
        for binding in flow_of(root_of(file)).bound[word]:
            if isinstance(binding, Imported) and binding.name is not None:
                full = file.absolute(binding.module, binding.level)
                source = None if full is None else asked.project.file(full)
                if source is not None and not source.is_installed:
                    yield from scopes_of(source).named.get(binding.name, ())


def _runs(scope: Scope, named: Scope, words: set[str]) -> bool:
    """Whether a function was named itself, or belongs to a class that was named."""
    return scope is named or getattr(scope.node, "name", "") in {*words, *OF_OBJECT, "forward"}


def _may_call_object(call: ast.Call, files: tuple[File, ...]) -> bool:
    """Whether the callee may be an object, and not a function of these files, a builtin or a method."""
    match call.func:
        case ast.Name(id=name):
            return not hasattr(builtins, name) and not any(name in scopes_of(file).named for file in files)
        case ast.Attribute(attr=name) if name in _CALLED:
            return True
        case ast.Attribute(attr=name):
            return any(name in references_of(file).stored for file in files)
        case _:
            return True


# The methods that run when an instance of a class is created, entered or called.
OF_OBJECT = ("__init__", "__new__", "__call__", "__enter__", "__exit__", "__post_init__")


_SILENT = frozenset({"__getitem__", "__setitem__", "__iter__", "__enter__", "__exit__"})


def is_implied(scope: Scope) -> bool:
    """Whether a function runs without being called by name: a property, ``__getitem__``, ``__enter__``."""
    if not isinstance(scope.node, (ast.FunctionDef, ast.AsyncFunctionDef)) or scope.enclosing_class is None:
        return False
    is_property = any((last_name(one) or "").endswith("property") for one in scope.node.decorator_list)
    return is_property or scope.node.name in _SILENT
