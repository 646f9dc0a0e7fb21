"""What code puts into containers, and what a container holds after that."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from flake8_forward_call.inference.catalogue.module_containers import ELEMENT
from flake8_forward_call.inference.questions import MAX_FILES, Questions
from flake8_forward_call.inference.statements.fillings import FILLERS, Filling, fillings
from flake8_forward_call.inference.syntax.bindings import Binding
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.syntax.scopes import Scope, root_of
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


def stored(asked: Questions, key: str, scope: Scope) -> Iterator[Type]:
    """Yield what the scope's own code puts into the container at ``key``."""
    for target, filling in fillings(scope):
        if key_of(target) == key:
            yield from put(asked, filling, scope)


def put(asked: Questions, filling: Filling, scope: Scope) -> Iterator[Type]:
    """Yield what a filling in a scope puts into its container."""
    match filling:
        case ast.Call():
            yield from put_by(asked, filling, scope)
        case ast.AugAssign(value=value):
            yield each(asked.expression(value, scope), lambda one: _added(asked, one))
        case Binding(node=ast.Subscript(slice=index)):
            kind = asked.binding(filling)
            yield asked.element(kind) if isinstance(index, ast.Slice) else kind


def put_by(asked: Questions, call: ast.Call, scope: Scope) -> Iterator[Type]:
    """Yield what a call such as ``xs.append(x)`` adds."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in FILLERS:
        return
    index, many = FILLERS[call.func.attr]
    for keyword in call.keywords:
        if keyword.arg is not None and (keyword.arg == "module" or call.func.attr == "update"):
            yield asked.expression(keyword.value, scope)
        elif call.func.attr == "update":
            yield asked.values(asked.expression(keyword.value, scope))
    if len(call.args) <= index:
        return
    kind = without_none(asked.expression(call.args[index], scope))
    if not many:
        yield kind
    elif call.func.attr in ("update", "__ior__"):
        yield asked.values(kind)
    else:
        yield asked.element(kind)


def _added(asked: Questions, kind: Type) -> Type:
    """What ``xs += value`` or ``xs |= value`` adds: the values of a dict, the elements of anything else."""
    return kind.value if isinstance(kind, Mapping) else asked.element(kind)


def filled(asked: Questions, kind: Type, key: str, scope: Scope, *, declared: bool) -> Type:
    """The type of a name, with what its scope puts into the container that the name is bound to.

    An annotation that names the elements is complete; one that only names a module container is not.
    """
    if not any(can_be_filled(asked, one, declared=declared) for one in alternatives(kind)):
        return kind
    put = [one for inner in scope.inward() for one in stored(asked, key, inner)]
    if scope.parent is None and not scope.file.is_installed and any(map(_may_hold_modules, alternatives(kind))):
        put.append(asked.once(("filled", scope.file, key), lambda: union(_from_outside(asked, key, scope.file))))
    return refilled(asked, kind, put)


def _may_hold_modules(kind: Type) -> bool:
    """Whether a container is empty so far, or contains an instance, or a class or function that may give one."""
    match kind:
        case Many(inner) | Mapping(value=inner):
            return inner == NEVER or any(
                isinstance(one, (Instance, ClassObject, Function)) for one in alternatives(inner)
            )
        case _:
            return False


def _from_outside(asked: Questions, name: str, home: File) -> Iterator[Type]:
    """Yield what other files put into the container in a file's global; UNKNOWN if too many files mention its name."""
    files = asked.files_mentioning(name, home, MAX_FILES)
    if files is None:
        yield UNKNOWN
    for file in files or ():
        if file is home:
            continue
        for scope in root_of(file).inward():
            for node, filled in fillings(scope):
                if asked.named_global(node, scope) == (home, name):
                    yield from put(asked, filled, scope)


def can_be_filled(asked: Questions, kind: Type, *, declared: bool) -> bool:
    """Whether code may put something into the value that its type does not include yet."""
    return (isinstance(kind, (Many, Mapping)) and not declared) or asked.is_container(kind)


def refilled(asked: Questions, kind: Type, put: Iterable[Type]) -> Type:
    """The type of a container after more was added to it."""
    more = union(put)
    if more == NEVER:
        return kind
    return union(_with_more(asked, one, more) for one in alternatives(kind))


def _with_more(asked: Questions, kind: Type, more: Type) -> Type:
    match kind:
        case Many(inner):
            return Many(union([inner, more]))
        case Mapping(key, value):
            return Mapping(union([key, PLAIN]) if key == NEVER else key, union([value, more]))
        case Instance(cls, origin, slots) if asked.is_container(kind):
            given = dict(slots)
            given[ELEMENT] = union([given.get(ELEMENT, NEVER), more])
            return Instance(cls, origin, tuple(given.items()))
        case _:
            return kind
