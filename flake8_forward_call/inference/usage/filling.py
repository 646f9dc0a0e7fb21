"""What code puts into containers, and what a container holds after that."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, TypeAlias

from flake8_forward_call.inference.evaluating.containers import ELEMENT, element, is_container, values
from flake8_forward_call.inference.syntax.states import key_of
from flake8_forward_call.inference.types import (
    NEVER,
    PLAIN,
    UNKNOWN,
    ClassObject,
    Function,
    Instance,
    Many,
    Mapping,
    Type,
    alternatives,
    each,
    union,
    without_none,
)

if TYPE_CHECKING:
    from flake8_forward_call.inference.evaluating.evaluate import Evaluator
    from flake8_forward_call.inference.project.project import File
    from flake8_forward_call.inference.syntax.scopes import Scope

# Code that puts something into a container.
_Filling: TypeAlias = ast.Call | ast.Assign | ast.AugAssign

# Methods that put something in: the index of the argument, and whether it is a collection of elements.
FILLERS = {
    "append": (0, False),
    "appendleft": (0, False),
    "add": (0, False),
    "insert": (1, False),
    "extend": (0, True),
    "update": (0, True),
    "setdefault": (1, False),
    "__setitem__": (1, False),
    "add_module": (1, False),
    "register_module": (1, False),
}


def fillings(scope: Scope) -> Iterator[tuple[ast.expr, _Filling]]:
    """Yield the expressions that the scope's own code puts something into, each with the code that does so."""
    for call in scope.calls:
        yield from fillings_by(call)
    for store in scope.item_stores:
        if isinstance(store, ast.AugAssign):
            if not isinstance(store.op, ast.Mult):
                yield store.target, store
            continue
        for target in store.targets:
            if isinstance(target, ast.Subscript):
                yield target.value, store


def fillings_by(call: ast.Call) -> Iterator[tuple[ast.expr, _Filling]]:
    """Yield the container in a call such as ``xs.append(x)``, with the call."""
    if isinstance(call.func, ast.Attribute) and call.func.attr in FILLERS:
        yield call.func.value, call


def stored(ev: Evaluator, key: str, scope: Scope) -> Iterator[Type]:
    """Yield what the scope's own code puts into the container at ``key``."""
    for target, filling in fillings(scope):
        if key_of(target) == key:
            yield from put(ev, filling, target, scope)


def put(ev: Evaluator, filling: _Filling, target: ast.expr, scope: Scope) -> Iterator[Type]:
    """Yield what is put into a target of the filling."""
    match filling:
        case ast.Call():
            yield from put_by(ev, filling, scope)
        case ast.AugAssign(value=value):
            yield each(ev.expression(value, scope), lambda one: _added(ev, one))
        case ast.Assign(targets=targets, value=value):
            for one in targets:
                if isinstance(one, ast.Subscript) and one.value is target:
                    kind = ev.expression(value, scope)
                    yield element(ev, kind) if isinstance(one.slice, ast.Slice) else kind


def put_by(ev: Evaluator, call: ast.Call, scope: Scope) -> Iterator[Type]:
    """Yield what a call such as ``xs.append(x)`` adds."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in FILLERS:
        return
    index, many = FILLERS[call.func.attr]
    for keyword in call.keywords:
        if keyword.arg is not None and (keyword.arg == "module" or call.func.attr == "update"):
            yield ev.expression(keyword.value, scope)
        elif call.func.attr == "update":
            yield values(ev, ev.expression(keyword.value, scope))
    if len(call.args) <= index:
        return
    kind = without_none(ev.expression(call.args[index], scope))
    if not many:
        yield kind
    elif call.func.attr == "update":
        yield values(ev, kind)
    else:
        yield element(ev, kind)


def _added(ev: Evaluator, kind: Type) -> Type:
    """What ``xs += value`` or ``xs |= value`` adds: the values of a dict, the elements of anything else."""
    return kind.value if isinstance(kind, Mapping) else element(ev, kind)


def filled(ev: Evaluator, kind: Type, key: str, scope: Scope, *, declared: bool) -> Type:
    """The type of a name, with what its scope puts into the container that the name is bound to.

    An annotation that names the elements is complete; one that only names a module container is not.
    """
    if not any(can_be_filled(ev, one, declared=declared) for one in alternatives(kind)):
        return kind
    put = [one for inner in scope.inward() for one in stored(ev, key, inner)]
    if scope.parent is None and not scope.file.is_installed and any(map(_may_hold_modules, alternatives(kind))):
        put.append(ev.once(("filled", scope.file, key), lambda: union(_from_outside(ev, key, scope.file))))
    return refilled(ev, kind, put)


def _may_hold_modules(kind: Type) -> bool:
    """Whether a container is empty so far, or contains an instance, or a class or function that may give one."""
    match kind:
        case Many(inner) | Mapping(value=inner):
            return inner == NEVER or any(
                isinstance(one, (Instance, ClassObject, Function)) for one in alternatives(inner)
            )
        case _:
            return False


def _from_outside(ev: Evaluator, name: str, home: File) -> Iterator[Type]:
    """Yield what other files put into the container in a file's global; UNKNOWN if too many files mention its name."""
    from flake8_forward_call.inference.usage.registries import named_global
    from flake8_forward_call.inference.usage.search import MAX_FILES

    files = ev.files_mentioning(name, home, MAX_FILES)
    if files is None:
        yield UNKNOWN
    for file in files or ():
        if file is home:
            continue
        for scope in file.root.inward():
            for node, filled in fillings(scope):
                if named_global(ev, node, scope) == (home, name):
                    yield from put(ev, filled, node, scope)


def can_be_filled(ev: Evaluator, kind: Type, *, declared: bool) -> bool:
    """Whether code may put something into the value that its type does not include yet."""
    return (isinstance(kind, (Many, Mapping)) and not declared) or is_container(ev, kind)


def refilled(ev: Evaluator, kind: Type, put: Iterable[Type]) -> Type:
    """The type of a container after more was added to it."""
    more = union(put)
    if more == NEVER:
        return kind
    return union(_with_more(ev, one, more) for one in alternatives(kind))


def _with_more(ev: Evaluator, kind: Type, more: Type) -> Type:
    match kind:
        case Many(inner):
            return Many(union([inner, more]))
        case Mapping(key, value):
            return Mapping(union([key, PLAIN]) if key == NEVER else key, union([value, more]))
        case Instance(cls, origin, slots) if is_container(ev, kind):
            given = dict(slots)
            given[ELEMENT] = union([given.get(ELEMENT, NEVER), more])
            return Instance(cls, origin, tuple(given.items()))
        case _:
            return kind
