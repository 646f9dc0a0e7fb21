"""What is stored in attributes under names that are only known at run time: ``setattr(self, key, value)``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import islice

from flake8_forward_call.inference.answers import Member
from flake8_forward_call.inference.definitions import SourceClass, is_foreign
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.statements.stores import Store, stores_of
from flake8_forward_call.inference.swapping import owners, steps, values
from flake8_forward_call.inference.swapping.holders import Holder
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.syntax.scopes import Scope, names_of

# If more files than this mention the class and `setattr`, they are not searched.
MAX_FILES = 30

# At most so many calls of a function are considered that stores its keyword arguments.
MAX_CALLS = 60

# Methods that recreate an instance from the state of another one of its class.
_RESTORING = frozenset({"__setstate__", "__copy__", "__deepcopy__", "__setattr__", "__getattr__", "__reduce__"})


def bad_stores(asked: Questions, held: Holder, member: Member) -> Iterator[Store]:
    """Yield the stores that may put something other than a module into the attribute without writing out its name."""
    guarded = owners.is_guarded(asked, member)
    for file in _files(asked, member):
        for store in stores_of(file).dynamic:
            # A module only accepts a module in place of a submodule, but anything before it has one.
            for_certain = guarded and not store.is_raw
            if _function_name(store.scope) in _RESTORING or not (
                store.key is None or asked.may_be_name(store.key, store.scope, member.name)
            ):
                continue
            if asked.is_stored_into(store, member) and (
                _is_other(asked, store, held, for_certain=for_certain)
                or any(_is_certainly_other(asked, *one, held) for one in _passed_by_name(asked, store, member.name))
            ):
                yield store


def _files(asked: Questions, member: Member) -> Iterator[File]:
    kin = [one for one in asked.hierarchy.order(member.cls) if isinstance(one, SourceClass) and not is_foreign(one)]
    found = dict.fromkeys(one.scope.file for one in kin)
    found.update(
        dict.fromkeys(asked.files_mentioning("setattr", member.cls.scope.file, MAX_FILES, member.cls.node.name) or ())
    )
    return iter(found)


def _function_name(scope: Scope) -> str:
    return getattr(scope.node, "name", "")


def _is_other(asked: Questions, store: Store, held: Holder, *, for_certain: bool) -> bool:
    """Whether the value may be, or ``for_certain`` is, something else with a ``forward``.

    Plain values, which are often set so, have none.
    """
    match store.value:
        case ast.Attribute(attr="__dict__") | ast.Call(func=ast.Name(id="vars")):
            return False  # From one instance to another.
    kind = values.value_of(asked, store)
    found = steps.is_module(asked, steps.after(asked, kind, held.steps))
    return (found is None and not for_certain) or (found is False and owners.looks_alike(asked, kind))


def _is_certainly_other(asked: Questions, value: ast.expr, scope: Scope, held: Holder) -> bool:
    kind = asked.resolved(asked.expression(value, scope))
    return steps.is_other(asked, kind, held.steps, for_certain=True) and owners.looks_alike(asked, kind)


def _passed_by_name(asked: Questions, store: Store, name: str) -> Iterator[tuple[ast.expr, Scope]]:
    """Yield what callers pass under a name to a function that stores its ``**kwargs``."""
    function = store.scope.node
    if not isinstance(function, ast.FunctionDef) or function.args.kwarg is None:
        return
    if name in (one.arg for one in names_of(function)):
        return
    for found in islice(asked.calls_of(function, store.scope).calls(), MAX_CALLS):
        call = found.called.call
        for one in call.keywords if call is not None else ():
            if one.arg == name:
                yield one.value, found.called.scope
