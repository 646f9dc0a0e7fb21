"""What code puts into containers, and what a container holds after that."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from flake8_forward_call.inference.catalogue.module_containers import ELEMENT
from flake8_forward_call.inference.questions import MAX_FILES, Questions
from flake8_forward_call.inference.statements.fillings import FILLERS, Filling, fillings
from flake8_forward_call.inference.syntax.bindings import Binding
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.syntax.scopes import Scope, root_of
from flake8_forward_call.inference.syntax.states import key_of
from flake8_forward_call.inference.types import (
    MAX_ENTRIES,
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

# Something that is put into a container, with its key if that is written out.
Put: TypeAlias = "tuple[str | None, Type]"


def stored(asked: Questions, key: str, scope: Scope) -> Iterator[Put]:
    """Yield what the scope's own code puts into the container at ``key``."""
    for target, filling in fillings(scope):
        if key_of(target) == key:
            yield from _with_keys(asked, filling, scope)


def _with_keys(asked: Questions, filling: Filling, scope: Scope) -> Iterator[Put]:
    """Yield what a filling in a scope puts into its container, each with the key if that is written out."""
    match filling:
        case Binding(node=ast.Subscript(slice=ast.Constant(value=str(name)))):
            yield name, asked.binding(filling)
        case ast.Call(func=ast.Attribute(attr="setdefault" | "__setitem__"), args=[ast.Constant(value=str(name)), one]):
            yield name, without_none(asked.expression(one, scope))
        case ast.Call(func=ast.Attribute(attr="update"), args=[], keywords=keywords) if keywords:
            for each_one in keywords:
                kind = asked.expression(each_one.value, scope)
                yield each_one.arg, kind if each_one.arg is not None else asked.values(kind)
        case _:
            yield from ((None, kind) for kind in put(asked, filling, scope))


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
    put: list[Put] = [one for inner in scope.inward() for one in stored(asked, key, inner)]
    if scope.parent is None and not scope.file.is_installed and any(map(_may_hold_modules, alternatives(kind))):
        put.append(
            (None, asked.once(("filled", scope.file, key), lambda: union(_from_outside(asked, key, scope.file))))
        )
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
    match kind:
        case Many(inner) | Mapping(value=inner):
            return not declared or inner == UNKNOWN
        case _:
            return asked.is_container(kind)


def refilled(asked: Questions, kind: Type, put: Iterable[Put]) -> Type:
    """The type of a container after more was added to it."""
    several = list(put)
    more = union(one for _, one in several)
    if more == NEVER:
        return kind
    return union(_with_more(asked, one, more, several) for one in alternatives(kind))


def _with_more(asked: Questions, kind: Type, more: Type, put: Sequence[Put]) -> Type:
    match kind:
        case Many(inner):
            return Many(union([inner, more]))
        case Mapping(key, value, entries):
            is_empty = key == NEVER
            kept = _entries(dict(entries), put) if is_empty or entries else ()
            return Mapping(PLAIN if is_empty else key, union([value, more]), kept)
        case Instance(cls, origin, slots) if asked.is_container(kind):
            given = dict(slots)
            given[ELEMENT] = union([given.get(ELEMENT, NEVER), more])
            return Instance(cls, origin, tuple(given.items()))
        case _:
            return kind


def _entries(entries: dict[str, Type], put: Sequence[Put]) -> tuple[tuple[str, Type], ...]:
    """What is under each key of a dict after more was put into it."""
    anywhere = [kind for name, kind in put if name is None]
    for name, kind in put:
        if name is not None:
            entries[name] = union([entries[name], kind]) if name in entries else kind
    found = {name: union([kind, *anywhere]) for name, kind in entries.items()}
    differ = len(dict.fromkeys(found.values())) > 1 or anywhere
    return tuple(found.items()) if differ and len(found) <= MAX_ENTRIES else ()
