"""What is stored in an attribute by code other than the methods of its class, and where that is not a module."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_forward_call.inference.answers import Member, Swap
from flake8_forward_call.inference.classes import bodies
from flake8_forward_call.inference.definitions import SourceClass, is_foreign
from flake8_forward_call.inference.project.searching import storing
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.statements.stores import Store, stores_of
from flake8_forward_call.inference.swapping import between, dynamic, inherited, interception, steps, values
from flake8_forward_call.inference.swapping.holders import Holder
from flake8_forward_call.inference.swapping.owners import is_guarded, is_promised, looks_alike
from flake8_forward_call.inference.syntax.scopes import Scope
from flake8_forward_call.inference.syntax.states import key_of

# At most so many files are read for one name. If more may store it, only those that also name its class are read.
MAX_FILES = 30


def store_in(asked: Questions, held: Holder, member: Member) -> Swap | None:
    """Where something other than a module is stored in an attribute, in a way that inference does not consider.

    If the scope itself proves what the attribute is, only what runs between that proof and the use counts.
    """
    found = interception.of(asked, held, member)
    if found is not None:
        return found
    stores = [*_bad_stores(asked, held, member), *dynamic.bad_stores(asked, held, member)]
    if not held.proof:
        swaps = [_swap_by(asked, one, held, member) for one in stores]
        first = next((one for one in swaps if one.is_certain), next(iter(swaps), None))
        return first or inherited.instead_of(asked, held, member)
    for one in stores:
        if one.scope is held.scope and between.is_between(held, one.at):
            return Swap(one.at, one.scope)
    scopes = [*(one.scope for one in stores if one.scope is not held.scope), *_bad_scopes(asked, held, member)]
    call = between.leading_to(asked, held, scopes)
    return None if call is None else Swap(call, held.scope)


def _swap_by(asked: Questions, store: Store, held: Holder, member: Member) -> Swap:
    """What a store does: a module may refuse it, an unknown owner may be another object, and so may the name."""
    is_checked = is_guarded(asked, member) and not store.is_raw
    is_named = store.key is None or isinstance(store.key, ast.Constant)
    may_miss = is_checked or not is_named or not asked.is_stored_into(store, member)
    return values.swap_by(asked, store, held.steps, may_miss=may_miss)


def _bad_stores(asked: Questions, held: Holder, member: Member) -> Iterator[Store]:
    """Yield the stores of something else under the attribute's name, except in the methods of related classes."""
    home, word = member.cls.scope.file, storing(member.name)
    files = asked.files_mentioning(word, home, MAX_FILES)
    if files is None:
        files = asked.files_mentioning(word, home, MAX_FILES, member.cls.node.name)
    guarded = is_guarded(asked, member)
    trusted = is_promised(asked, member.cls, member.name)
    for file in files or (home,):
        for store in stores_of(file).named.get(member.name, ()):
            if _is_own(store) or _is_seen(store, held):
                continue
            into = asked.is_stored_into(store, member)
            if into is None:
                kind = values.value_of(asked, store)
                if (store.is_mock or looks_alike(asked, kind)) and values.is_other(
                    asked, store, held.steps, for_certain=True
                ):
                    yield store
            elif into and values.is_other(
                asked, store, held.steps, for_certain=trusted or (guarded and not store.is_raw)
            ):
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


def _subclasses_with(asked: Questions, member: Member) -> Iterator[SourceClass]:
    """Yield the subclasses in other files that mention the attribute's name."""
    seen, todo = {member.cls}, [member.cls]
    while todo:
        parent = todo.pop()
        for file in asked.files_mentioning(member.name, parent.scope.file, MAX_FILES, parent.node.name) or ():
            for one in asked.hierarchy.subclasses_in(parent, file):
                if one not in seen:
                    seen.add(one)
                    todo.append(one)
                    if file is not member.cls.scope.file and not is_foreign(one):
                        yield one


def _bad_scopes(asked: Questions, held: Holder, member: Member) -> Iterator[Scope]:
    """Yield the methods of the class, its bases and its subclasses that store something else in the attribute."""
    guarded = is_guarded(asked, member)
    kin = [*asked.hierarchy.order(member.cls)]
    if not member.is_exact:
        kin += [*asked.hierarchy.subclasses_in(member.cls, member.cls.scope.file), *_subclasses_with(asked, member)]
    for cls in kin:
        if isinstance(cls, SourceClass):
            for one in bodies.assignments(cls, member.name):
                if one.scope is not held.scope:
                    kind = asked.binding(one)
                    if steps.is_other(asked, kind, held.steps, for_certain=guarded):
                        yield one.scope
