"""What is stored in an attribute by code other than the methods of its class, and where that is not a module."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from flake8_forward_call.inference.classes.hierarchy import SourceClass, is_foreign
from flake8_forward_call.inference.evaluating import attributes
from flake8_forward_call.inference.project.texts import storing
from flake8_forward_call.inference.swapping import between, dynamic, interception, steps, values
from flake8_forward_call.inference.swapping.holders import Holder, Member, classes_of
from flake8_forward_call.inference.syntax.bindings import Annotated, Assigned
from flake8_forward_call.inference.syntax.states import key_of, untested
from flake8_forward_call.inference.types import UNKNOWN, Instance, Origin, Type, Unknown, alternatives
from flake8_forward_call.inference.usage import callers
from flake8_forward_call.inference.verdicts.verdict import Standing

if TYPE_CHECKING:
    from flake8_forward_call.inference.evaluating.evaluate import Evaluator
    from flake8_forward_call.inference.syntax.scopes import Scope
    from flake8_forward_call.inference.usage.stores import Store

# At most so many files are read for one name. If more may store it, only those that also name its class are read.
MAX_FILES = 30


def store_in(ev: Evaluator, held: Holder, member: Member) -> tuple[ast.expr, Scope] | None:
    """Where something other than a module is stored in an attribute, in a way that inference does not consider.

    If the scope itself proves what the attribute is, only what runs between that proof and the use counts.
    """
    found = interception.of(ev, held, member)
    if found is not None:
        return found
    stores = [*_bad_stores(ev, held, member), *dynamic.bad_stores(ev, held, member)]
    if not held.proof:
        return next(((one.at, one.scope) for one in stores), None) or _of_subclasses(ev, held, member)
    for one in stores:
        if one.scope is held.scope and between.is_between(held, one.at):
            return one.at, one.scope
    swaps = [*(one.scope for one in stores if one.scope is not held.scope), *_bad_scopes(ev, held, member)]
    call = between.leading_to(ev, held, swaps)
    return None if call is None else (call, held.scope)


def related(ev: Evaluator, member: Member, owner: Type) -> bool | None:
    """Whether an object can be the one with the attribute, or its class; None if that is unknown."""
    classes = list(classes_of(owner))
    for other, is_exact in classes:
        if other is member.cls or (not member.is_exact and ev.hierarchy.derives(other, member.cls)):
            return True
        if not is_exact and ev.hierarchy.derives(member.cls, other):
            return True
    is_unknown = isinstance(owner, Unknown) or callers.is_left_open(owner)
    return None if is_unknown and not classes else False


def owners(ev: Evaluator, store: Store) -> Iterator[Type]:
    """Yield the types of the object that something is stored in."""
    if store.dotted is not None:
        module, _, name = store.dotted.rpartition(".")
        yield from alternatives(ev.member(module, name) if module else UNKNOWN)
    elif store.owner is not None:
        yield from alternatives(callers.resolved(ev, ev.expression(store.owner, store.scope)))


def is_into(ev: Evaluator, store: Store, member: Member) -> bool | None:
    """Whether something is stored in this attribute; None if that is unknown."""
    found = [related(ev, member, one) for one in owners(ev, store)]
    return True if True in found else None if None in found and store.dotted is None else False


def is_guarded(ev: Evaluator, member: Member) -> bool:
    """Whether the owner is a module: its ``__setattr__`` only accepts a module in place of a submodule."""
    return ev.hierarchy.standing(member.cls) is Standing.MODULE


def is_promised(ev: Evaluator, cls: SourceClass, name: str) -> bool:
    """Whether the class or a base annotates the attribute."""
    for one in ev.hierarchy.order(cls):
        if isinstance(one, SourceClass):
            bound = [*one.scope.flow.exit.get(name, ()), *attributes.assignments(one, name)]
            if any(isinstance(each, Annotated) for each in bound):
                return True
    return False


def _bad_stores(ev: Evaluator, held: Holder, member: Member) -> Iterator[Store]:
    """Yield the stores of something else under the attribute's name, except in the methods of related classes."""
    home, word = member.cls.scope.file, storing(member.name)
    files = ev.files_mentioning(word, home, MAX_FILES)
    if files is None:
        files = ev.files_mentioning(word, home, MAX_FILES, member.cls.node.name)
    guarded = is_guarded(ev, member)
    trusted = is_promised(ev, member.cls, member.name)
    for file in files or (home,):
        for store in file.stores.named.get(member.name, ()):
            if _is_own(store) or _is_seen(store, held):
                continue
            into = is_into(ev, store, member)
            if into is None:
                kind = values.value_of(ev, store)
                if (store.is_mock or looks_alike(ev, kind)) and values.is_other(
                    ev, store, held.steps, for_certain=True
                ):
                    yield store
            elif into and values.is_other(ev, store, held.steps, for_certain=trusted or (guarded and not store.is_raw)):
                yield store


def _is_own(store: Store) -> bool:
    """Whether a method assigns to an attribute of its own ``self``, which inference considers."""
    if not isinstance(store.owner, ast.Name) or store.at is not store.owner:
        return False
    own = [store.owner.id]
    return any(one.enclosing_class is not None and one.positional[:1] == own for one in store.scope.outward())


def _is_seen(store: Store, held: Holder) -> bool:
    """Whether the store is in the scope of the read, under the same name, so that ``flow`` has seen it."""
    if store.scope is not held.scope or store.owner is None or store.at is not store.owner:
        return False
    return isinstance(held.node, ast.Attribute) and key_of(store.owner) == key_of(held.node.value) is not None


def looks_alike(ev: Evaluator, kind: Type) -> bool:
    """Whether a value that is not a module has a ``forward``."""
    return any(
        isinstance(one, Instance) and attributes.attribute(ev, one, "forward") != UNKNOWN for one in alternatives(kind)
    )


def _of_subclasses(ev: Evaluator, held: Holder, member: Member) -> tuple[ast.expr, Scope] | None:
    """Where a subclass in another file, which may be the receiver's class, stores something else."""
    if member.is_exact:
        return None
    for subclass in subclasses_with(ev, member):
        kind = attributes.own_member(ev, subclass, Instance(subclass, Origin.DECLARED), member.name)
        if kind is not None and steps.is_other(ev, kind, held.steps, for_certain=True):
            bound = [
                *attributes.assignments(subclass, member.name),
                *untested(subclass.scope.flow.exit.get(member.name, ())),
            ]
            for one in bound:
                if isinstance(one, Assigned):
                    return one.value, one.scope
    return None


def subclasses_with(ev: Evaluator, member: Member) -> Iterator[SourceClass]:
    """Yield the subclasses in other files that mention the attribute's name."""
    seen, todo = {member.cls}, [member.cls]
    while todo:
        parent = todo.pop()
        for file in ev.files_mentioning(member.name, parent.scope.file, MAX_FILES, parent.node.name) or ():
            for one in ev.hierarchy.subclasses_in(parent, file):
                if one not in seen:
                    seen.add(one)
                    todo.append(one)
                    if file is not member.cls.scope.file and not is_foreign(one):
                        yield one


def _bad_scopes(ev: Evaluator, held: Holder, member: Member) -> Iterator[Scope]:
    """Yield the methods of the class, its bases and its subclasses that store something else in the attribute."""
    guarded = is_guarded(ev, member)
    kin = [*ev.hierarchy.order(member.cls)]
    if not member.is_exact:
        kin += [*ev.hierarchy.subclasses_in(member.cls, member.cls.scope.file), *subclasses_with(ev, member)]
    for cls in kin:
        if isinstance(cls, SourceClass):
            for one in attributes.assignments(cls, member.name):
                if one.scope is not held.scope:
                    kind = ev.binding(one)
                    if steps.is_other(ev, kind, held.steps, for_certain=guarded):
                        yield one.scope
