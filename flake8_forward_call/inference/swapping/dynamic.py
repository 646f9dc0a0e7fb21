"""What is stored in attributes under names that are only known at run time: ``setattr(self, key, value)``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from flake8_forward_call.inference.classes.hierarchy import SourceClass, is_foreign
from flake8_forward_call.inference.evaluating.naming import may_be
from flake8_forward_call.inference.swapping import members, steps, values
from flake8_forward_call.inference.swapping.holders import Holder, Member

if TYPE_CHECKING:
    from flake8_forward_call.inference.evaluating.evaluate import Evaluator
    from flake8_forward_call.inference.project.project import File
    from flake8_forward_call.inference.syntax.scopes import Scope
    from flake8_forward_call.inference.usage.stores import Store

# If more files than this mention the class and `setattr`, they are not searched.
MAX_FILES = 30

# Methods that recreate an instance from the state of another one of its class.
_RESTORING = frozenset({"__setstate__", "__copy__", "__deepcopy__", "__setattr__", "__getattr__", "__reduce__"})


def bad_stores(ev: Evaluator, held: Holder, member: Member) -> Iterator[Store]:
    """Yield the stores that may put something other than a module into the attribute without writing out its name."""
    guarded = members.is_guarded(ev, member)
    for file in _files(ev, member):
        ev.refill()
        for store in file.stores.dynamic:
            if guarded and not store.is_raw:
                continue
            if _function_name(store.scope) in _RESTORING or not (
                store.key is None or may_be(ev, store.key, store.scope, member.name)
            ):
                continue
            if members.is_into(ev, store, member) and _is_other(ev, store, held):
                yield store


def _files(ev: Evaluator, member: Member) -> Iterator[File]:
    kin = [one for one in ev.hierarchy.order(member.cls) if isinstance(one, SourceClass) and not is_foreign(one)]
    found = dict.fromkeys(one.scope.file for one in kin)
    if members.is_guarded(ev, member):
        return iter(found)
    found.update(
        dict.fromkeys(ev.files_mentioning("setattr", member.cls.scope.file, MAX_FILES, member.cls.node.name) or ())
    )
    return iter(found)


def _function_name(scope: Scope) -> str:
    return getattr(scope.node, "name", "")


def _is_other(ev: Evaluator, store: Store, held: Holder) -> bool:
    """Whether the value may be a non-module with a ``forward``. Plain values, which are often set so, have none."""
    match store.value:
        case ast.Attribute(attr="__dict__") | ast.Call(func=ast.Name(id="vars")):
            return False  # From one instance to another.
    found = steps.is_module(ev, steps.after(ev, values.value_of(ev, store), held.steps))
    return found is None or (found is False and members.looks_alike(ev, values.value_of(ev, store)))
