"""What ``getattr(x, key)`` and ``vars(x)[key]`` give if the key is only known at run time.

All that the project shows under a name that the key may be is a possible value. What can have no ``forward``, and gives
nothing that has one, is left out, because the code expects something else there.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from itertools import islice

from flake8_forward_call.inference.definitions import SourceClass, is_foreign
from flake8_forward_call.inference.members.naming import may_mean_the_same
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.on_self import set_on_self
from flake8_forward_call.inference.syntax.scopes import Scope, root_of
from flake8_forward_call.inference.types import (
    UNKNOWN,
    ClassObject,
    Function,
    Instance,
    KnownFunction,
    Namespace,
    Origin,
    Result,
    Slot,
    Type,
    Unknown,
    alternatives,
    union,
)
from flake8_forward_call.inference.verdicts.verdict import Standing

# Of a larger table, such as a generated module, nothing is known.
MAX_NAMES = 500

# Each subclass may have something else under each name. For a framework's base class, this is not looked up.
MAX_LOOKUPS = 2_000


def member(asked: Questions, owner: Type, key: ast.expr, scope: Scope) -> Type:
    """The type of the owner's member under one of the names that the key may be; UNKNOWN if nothing shows it."""
    names = list(islice(_names(asked, owner), MAX_NAMES + 1))
    if len(names) > MAX_NAMES or len(names) * len(_below(asked, owner)) > MAX_LOOKUPS:
        return UNKNOWN
    found = [asked.attribute(owner, name) for name in names if asked.may_be_name(key, scope, name)]
    found += _unnamed(asked, owner, key, scope)
    is_module = isinstance(owner, Namespace)  # The methods of an object have no `forward`, and call it themselves.
    useful = [
        one
        for kind in found
        for one in alternatives(kind)
        if (is_module or not isinstance(one, (Function, KnownFunction))) and may_lead_to_forward(asked, one)
    ]
    if all(isinstance(one, Unknown) for one in useful):
        return UNKNOWN
    return union([*useful, UNKNOWN])  # Code elsewhere may add other names.


def _names(asked: Questions, owner: Type) -> Iterator[str]:
    """Yield the names of the members that the source of a module or class of the project shows."""
    match owner:
        case Namespace(dotted):
            file = asked.project.file(dotted)
            if file is not None and not file.is_installed:
                yield from (one for one in flow_of(root_of(file)).bound if "." not in one)
        case Instance(cls=SourceClass() as cls) | Slot(bound=Instance(cls=SourceClass() as cls)):
            seen: dict[str, None] = {}
            for one in (*asked.hierarchy.order(cls), *_below(asked, owner)):
                if isinstance(one, SourceClass) and not is_foreign(one):
                    seen.update(dict.fromkeys(flow_of(one.scope).exit))
                    seen.update(dict.fromkeys(set_on_self(one.scope).names()))
            yield from (name for name in seen if not name.startswith("__"))


def _below(asked: Questions, owner: Type) -> Sequence[SourceClass]:
    """The subclasses of its class of which an object may be an instance."""
    match owner:
        case Instance(origin=Origin.CONSTRUCTED):
            return ()
        case Instance(cls=SourceClass() as cls) | Slot(bound=Instance(cls=SourceClass() as cls)):
            return asked.hierarchy.project_subclasses(cls)
        case _:
            return ()


def _unnamed(asked: Questions, owner: Type, key: ast.expr, scope: Scope) -> Iterator[Type]:
    """Yield what the methods of a class store under names that are not written out: ``setattr(self, f"a{i}", x)``."""
    match owner:
        case Instance(cls=SourceClass() as cls) | Slot(bound=Instance(cls=SourceClass() as cls)):
            for one in asked.hierarchy.order(cls):
                if isinstance(one, SourceClass):
                    for name, binding in set_on_self(one.scope).unnamed:
                        if may_mean_the_same(name, binding.scope, key, scope):
                            yield asked.binding(binding)


def may_lead_to_forward(asked: Questions, kind: Type) -> bool:
    """Whether a value may have a ``forward``, or may be called to get something that has one."""
    match kind:
        case Unknown() | Slot() | Result():
            return True
        case Instance() | ClassObject():
            if asked.hierarchy.standing(kind.cls) is not Standing.NOT_MODULE:
                return True
            order = asked.hierarchy.order(kind.cls)  # An attribute that a class makes up is not there by itself.
            return any(one is not None and asked.own_member(one, kind, "forward") is not None for one in order)
        case Function() | KnownFunction():
            return any(may_lead_to_forward(asked, one) for one in alternatives(asked.returned(kind)))
        case _:
            return False
