"""What ``getattr(x, key)`` and ``vars(x)[key]`` give if the key is only known at run time.

All that the project shows under a name that the key may be is a possible value. What can have no ``forward``, and gives
nothing that has one, is left out, because the code expects something else there.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from flake8_forward_call.inference.classes.hierarchy import SourceClass, is_foreign
from flake8_forward_call.inference.evaluating import attributes, calls
from flake8_forward_call.inference.members.naming import may_be, may_mean_the_same
from flake8_forward_call.inference.types import (
    UNKNOWN,
    ClassObject,
    Function,
    Instance,
    KnownFunction,
    Namespace,
    Result,
    Slot,
    Type,
    Unknown,
    alternatives,
    union,
)

if TYPE_CHECKING:
    from flake8_forward_call.inference.evaluating.evaluate import Evaluator
    from flake8_forward_call.inference.syntax.scopes import Scope

# Of a larger table, such as a generated module, nothing is known.
MAX_NAMES = 500


def member(ev: Evaluator, owner: Type, key: ast.expr, scope: Scope) -> Type:
    """The type of the owner's member under one of the names that the key may be; UNKNOWN if nothing shows it."""
    names = list(islice(_names(ev, owner), MAX_NAMES + 1))
    if len(names) > MAX_NAMES:
        return UNKNOWN
    found = [attributes.attribute(ev, owner, name) for name in names if may_be(ev, key, scope, name)]
    found += _unnamed(ev, owner, key, scope)
    useful = [one for kind in found for one in alternatives(kind) if _may_lead_to_forward(ev, one)]
    if all(isinstance(one, Unknown) for one in useful):
        return UNKNOWN
    return union([*useful, UNKNOWN])  # Code elsewhere may add other names.


def _names(ev: Evaluator, owner: Type) -> Iterator[str]:
    """Yield the names of the members that the source of a module or class of the project shows."""
    match owner:
        case Namespace(dotted):
            file = ev.project.file(dotted)
            if file is not None and not file.is_installed:
                yield from (one for one in file.root.flow.bound if "." not in one)
        case Instance(cls=SourceClass() as cls) | Slot(bound=Instance(cls=SourceClass() as cls)):
            seen: dict[str, None] = {}
            for one in ev.hierarchy.order(cls):
                if isinstance(one, SourceClass) and not is_foreign(one):
                    seen.update(dict.fromkeys(one.scope.flow.exit))
                    seen.update(dict.fromkeys(one.scope.on_self.names()))
            yield from seen


def _unnamed(ev: Evaluator, owner: Type, key: ast.expr, scope: Scope) -> Iterator[Type]:
    """Yield what the methods of a class store under names that are not written out: ``setattr(self, f"a{i}", x)``."""
    match owner:
        case Instance(cls=SourceClass() as cls) | Slot(bound=Instance(cls=SourceClass() as cls)):
            for one in ev.hierarchy.order(cls):
                if isinstance(one, SourceClass):
                    for name, binding in one.scope.on_self.unnamed:
                        if may_mean_the_same(name, binding.scope, key, scope):
                            yield ev.binding(binding)


def _may_lead_to_forward(ev: Evaluator, kind: Type) -> bool:
    """Whether a value may have a ``forward``, or may be called to get something that has one."""
    match kind:
        case Unknown() | Slot() | Result():
            return True
        case Instance() | ClassObject():
            return ev.hierarchy.is_module(kind) or attributes.attribute(ev, kind, "forward") != UNKNOWN
        case Function() | KnownFunction():
            return any(_may_lead_to_forward(ev, one) for one in alternatives(calls.returned(ev, kind)))
        case _:
            return False
