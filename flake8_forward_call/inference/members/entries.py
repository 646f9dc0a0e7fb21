"""Entries of dicts and attributes of other objects that an enclosing function, or another method, sets.

Within one scope, the flow analysis follows ``options["net"]`` as it follows a name. A nested function and the other
methods of a class see what was set there, too, but not when.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax import on_self
from flake8_forward_call.inference.syntax.bindings import Binding
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.scopes import Scope
from flake8_forward_call.inference.syntax.states import key_of
from flake8_forward_call.inference.types import UNKNOWN, Type, Unknown, alternatives, union


def entry(asked: Questions, node: ast.Attribute | ast.Subscript, scope: Scope) -> Type:
    """What the scopes around, or the other methods of the class, store under the same key; else UNKNOWN."""
    key = key_of(node)
    if key is None:
        return UNKNOWN
    found = union(asked.binding(one) for one in dict.fromkeys(_bindings(node, key, scope)))
    if all(isinstance(one, Unknown) for one in alternatives(found)):
        return UNKNOWN
    return union([found, UNKNOWN])  # Nothing says that it was set before, and by nobody else.


def _bindings(node: ast.Attribute | ast.Subscript, key: str, scope: Scope) -> Iterator[Binding]:
    root = key.partition("[")[0].partition(".")[0]
    home = next((one for one in scope.outward() if root in flow_of(one).bound and not one.is_class), None)
    if home is None:
        return
    around, rest = home.enclosing_class, key[len(root) :]
    if around is not None and home.positional[:1] == [root]:
        for method, receiver in on_self.methods(around):
            yield from flow_of(method).bound.get(f"{receiver}{rest}", ())
    elif len(flow_of(home).bound[root]) > 1:
        return  # The entry is forgotten with its owner.
    elif home.parent is not None:
        for inner in home.inward():
            yield from flow_of(inner).bound.get(key, ())
    elif isinstance(node, ast.Subscript):  # Attributes of globals belong to their classes.
        for inner in home.inward():
            if any(_sets(store, key) for store in inner.item_stores):
                yield from flow_of(inner).bound.get(key, ())


def _sets(store: ast.Assign | ast.AugAssign, key: str) -> bool:
    return isinstance(store, ast.Assign) and any(key_of(target) == key for target in store.targets)
