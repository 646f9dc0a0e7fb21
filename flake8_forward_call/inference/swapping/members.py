"""What is stored in an attribute by code other than the methods of its class, and where that is not a module."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_forward_call.inference.answers import Member
from flake8_forward_call.inference.classes import bodies
from flake8_forward_call.inference.definitions import SourceClass, is_foreign
from flake8_forward_call.inference.project.texts import storing
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.statements.stores import Store, stores_of
from flake8_forward_call.inference.swapping import between, dynamic, inherited, interception, steps, values
from flake8_forward_call.inference.swapping.holders import Holder
from flake8_forward_call.inference.swapping.owners import is_guarded, is_promised, looks_alike
from flake8_forward_call.inference.syntax.scopes import Scope
from flake8_forward_call.inference.syntax.states import key_of

# At most so many files are read for one name. If more may store it, only those that also name its class are read.
MAX_FILES = 30


def store_in(asked: Questions, held: Holder, member: Member) -> tuple[ast.expr, Scope] | None:
    """Where something other than a module is stored in an attribute, in a way that inference does not consider.

    If the scope itself proves what the attribute is, only what runs between that proof and the use counts.
    """
    found = interception.of(asked, held, member)
    if found is not None:
        return found
    stores = [*_bad_stores(asked, held, member), *dynamic.bad_stores(asked, held, member)]
    if not held.proof:
        return next(((one.at, one.scope) for one in stores), None) or inherited.instead_of(asked, held, member)
    for one in stores:
        if one.scope is held.scope and between.is_between(held, one.at):
            return one.at, one.scope
    swaps = [*(one.scope for one in stores if one.scope is not held.scope), *_bad_scopes(asked, held, member)]
    call = between.leading_to(asked, held, swaps)
    return None if call is None else (call, held.scope)


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
