"""What is stored in attributes under names that are only known at run time: ``setattr(self, key, value)``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from flake8_forward_call.inference.classes.hierarchy import SourceClass, is_foreign
from flake8_forward_call.inference.evaluating import parameters
from flake8_forward_call.inference.members.naming import may_be
from flake8_forward_call.inference.swapping import members, steps, values
from flake8_forward_call.inference.swapping.holders import Holder, Member
from flake8_forward_call.inference.usage import callers
from flake8_forward_call.inference.usage.search import Search

if TYPE_CHECKING:
    from flake8_forward_call.inference.evaluating.evaluate import Evaluator
    from flake8_forward_call.inference.project.project import File
    from flake8_forward_call.inference.syntax.scopes import Scope
    from flake8_forward_call.inference.usage.stores import Store

# If more files than this mention the class and `setattr`, they are not searched.
MAX_FILES = 30

# At most so many calls of a function are considered that stores its keyword arguments.
MAX_CALLS = 60

# Methods that recreate an instance from the state of another one of its class.
_RESTORING = frozenset({"__setstate__", "__copy__", "__deepcopy__", "__setattr__", "__getattr__", "__reduce__"})


def bad_stores(ev: Evaluator, held: Holder, member: Member) -> Iterator[Store]:
    """Yield the stores that may put something other than a module into the attribute without writing out its name."""
    guarded = members.is_guarded(ev, member)
    for file in _files(ev, member):
        for store in file.stores.dynamic:
            # A module only accepts a module in place of a submodule, but anything before it has one.
            for_certain = guarded and not store.is_raw
            if _function_name(store.scope) in _RESTORING or not (
                store.key is None or may_be(ev, store.key, store.scope, member.name)
            ):
                continue
            if members.is_into(ev, store, member) and (
                _is_other(ev, store, held, for_certain=for_certain)
                or any(_is_certainly_other(ev, *one, held) for one in _passed_by_name(ev, store, member.name))
            ):
                yield store


def _files(ev: Evaluator, member: Member) -> Iterator[File]:
    kin = [one for one in ev.hierarchy.order(member.cls) if isinstance(one, SourceClass) and not is_foreign(one)]
    found = dict.fromkeys(one.scope.file for one in kin)
    found.update(
        dict.fromkeys(ev.files_mentioning("setattr", member.cls.scope.file, MAX_FILES, member.cls.node.name) or ())
    )
    return iter(found)


def _function_name(scope: Scope) -> str:
    return getattr(scope.node, "name", "")


def _is_other(ev: Evaluator, store: Store, held: Holder, *, for_certain: bool) -> bool:
    """Whether the value may be, or ``for_certain`` is, something else with a ``forward``.

    Plain values, which are often set so, have none.
    """
    match store.value:
        case ast.Attribute(attr="__dict__") | ast.Call(func=ast.Name(id="vars")):
            return False  # From one instance to another.
    kind = values.value_of(ev, store)
    found = steps.is_module(ev, steps.after(ev, kind, held.steps))
    return (found is None and not for_certain) or (found is False and members.looks_alike(ev, kind))


def _is_certainly_other(ev: Evaluator, value: ast.expr, scope: Scope, held: Holder) -> bool:
    kind = callers.resolved(ev, ev.expression(value, scope))
    return steps.is_other(ev, kind, held.steps, for_certain=True) and members.looks_alike(ev, kind)


def _passed_by_name(ev: Evaluator, store: Store, name: str) -> Iterator[tuple[ast.expr, Scope]]:
    """Yield what callers pass under a name to a function that stores its ``**kwargs``."""
    function = store.scope.node
    if not isinstance(function, ast.FunctionDef) or function.args.kwarg is None:
        return
    if name in (one.arg for one in parameters.names_of(function)):
        return
    for found in islice(Search(ev, function, store.scope).calls(), MAX_CALLS):
        call = found.called.call
        for one in call.keywords if call is not None else ():
            if one.arg == name:
                yield one.value, found.called.scope
