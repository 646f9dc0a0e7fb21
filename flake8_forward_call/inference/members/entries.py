"""Entries of dicts and attributes of other objects that an enclosing function, or another method, sets.

Within one scope, the flow analysis follows ``options["net"]`` as it follows a name. A nested function and the other
methods of a class see what was set there, too, but not when.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_forward_call.inference.members.by_name import may_lead_to_forward
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.statements.fillings import Filling, fillings
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
    put = _put_by_computed_key(asked, node, scope) if isinstance(node, ast.Subscript) else ()
    return union([found, *put, UNKNOWN])  # Nothing says that it was set before, and by nobody else.


def _put_by_computed_key(asked: Questions, node: ast.Subscript, scope: Scope) -> Iterator[Type]:
    """Yield what code puts into the dict under keys that are not written out, and that has a ``forward`` or may."""
    owner = key_of(node.value) or ""
    root = _root(owner)
    home = _home(root, scope)
    if home is None:
        return
    around = home.enclosing_class if home.positional[:1] == [root] else None
    scopes = [(one, root) for one in home.inward()] if around is None else on_self.methods(around)
    for inner, name in scopes:
        for target, filling in fillings(inner):
            if key_of(target) == name + owner[len(root) :] and not _is_under_constant(filling, node.slice):
                kinds = alternatives(union(asked.put_in(filling, inner)))
                yield from (one for one in kinds if may_lead_to_forward(asked, one))


def _is_under_constant(filling: Filling, key: ast.expr) -> bool:
    """Whether code that fills a dict writes out its keys, and none of them is the key."""
    match filling:
        case Binding(node=ast.Subscript(slice=ast.Constant())):
            return True  # The flow of the scope has it.
        case ast.Call(args=[], keywords=keywords):
            named = [one.arg for one in keywords]
            return None not in named and isinstance(key, ast.Constant) and key.value not in named
        case ast.Call(args=[ast.Constant(value=name), *_]):
            return not isinstance(key, ast.Constant) or name != key.value
        case _:
            return False


def _bindings(node: ast.Attribute | ast.Subscript, key: str, scope: Scope) -> Iterator[Binding]:
    root = _root(key)
    home = _home(root, scope)
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


def _root(key: str) -> str:
    """The name that a key begins with."""
    return key.partition("[")[0].partition(".")[0]


def _home(root: str, scope: Scope) -> Scope | None:
    """The scope, this one or one around it, that binds a name."""
    return next((one for one in scope.outward() if root in flow_of(one).bound and not one.is_class), None)
