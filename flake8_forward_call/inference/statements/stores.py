"""What a file stores in attributes and globals, by plain assignments and in other ways."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace

from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.syntax.references import owner_of, references_of
from flake8_forward_call.inference.syntax.scopes import Scope, root_of, targets_of, unpacked
from flake8_forward_call.inference.syntax.states import key_of


@dataclass(frozen=True, slots=True, eq=False)
class Store:
    """A value stored in an attribute of ``owner`` or of the object with a ``dotted`` name, or in a global of the file.

    ``key`` is the expression for the name if it is computed. ``value`` is None if it is not known. ``is_many`` means
    that the value is a mapping of names to values, ``is_raw`` that ``__setattr__`` is bypassed. A mock may have a
    known return value, ``returned``.
    """

    at: ast.expr
    scope: Scope
    owner: ast.expr | None = None
    dotted: str | None = None
    key: ast.expr | None = None
    value: ast.expr | None = None
    is_many: bool = False
    is_raw: bool = False
    is_mock: bool = False
    returned: ast.expr | None = None


class Stores:
    """Everything that a file stores: by name, and under names that are only known at run time."""

    def __init__(self, file: File) -> None:
        self.named: dict[str, list[Store]] = {}
        self.dynamic: list[Store] = []
        for name, stored in references_of(file).stored.items():
            self.named[name] = [Store(one.owner, one.scope, one.owner, value=one.value) for one in stored]
        self.dynamic += [
            Store(one.owner, one.scope, one.owner, value=one.value, is_many=True, is_raw=True)
            for one in references_of(file).stored.get("__dict__", ())
        ]
        for scope in root_of(file).inward():
            for call in scope.calls:
                self._call(call, scope)
            for statement in scope.item_stores:
                if isinstance(statement, ast.AugAssign):
                    for owner in owner_of(statement.target):
                        value = statement.value
                        self.dynamic.append(Store(value, scope, owner, value=value, is_many=True, is_raw=True))
                else:
                    for target in statement.targets:
                        self._item(target, statement.value, scope)
            for node in scope.item_targets:
                for target in targets_of(node):
                    for item in unpacked(target):
                        self._item(item, None, scope)

    def _add(self, store: Store, name: ast.expr | str | None) -> None:
        match name:
            case str() | ast.Constant(value=str()):
                self.named.setdefault(name if isinstance(name, str) else str(name.value), []).append(store)
            case _:
                self.dynamic.append(store)

    def _item(self, target: ast.expr, value: ast.expr | None, scope: Scope) -> None:
        """Record ``x.__dict__["name"] = value`` and ``globals()["name"] = value``."""
        match target:
            case ast.Subscript(value=ast.Attribute(value=owner, attr="_modules"), slice=key):
                self._add(Store(target, scope, owner, key=key, value=value), key)
            case ast.Subscript(value=table, slice=key):
                for whose in owner_of(table):
                    self._add(Store(target, scope, whose, key=key, value=value, is_raw=True), key)

    def _call(self, call: ast.Call, scope: Scope) -> None:
        match call:
            case ast.Call(func=ast.Name(id="setattr"), args=[owner, key, value]):
                if not _is_text(key):  # Otherwise it is already recorded.
                    self._add(Store(call, scope, owner, key=key, value=value), key)
            case ast.Call(func=ast.Attribute(value=inner, attr="__setattr__"), args=[*before, key, value]):
                if not _is_text(key):
                    owner = before[0] if before else inner
                    self._add(Store(call, scope, owner, key=key, value=value, is_raw=bool(before)), key)
            case ast.Call(func=ast.Attribute(value=table, attr="update"), args=given, keywords=keywords):
                for whose in owner_of(table):
                    for one in keywords:
                        is_many = one.arg is None
                        store = Store(call, scope, whose, value=one.value, is_many=is_many, is_raw=True)
                        self._add(store, one.arg)
                    for mapping in given:
                        self._update(Store(call, scope, whose, value=mapping, is_many=True, is_raw=True))
            case ast.Call(func=ast.Attribute(value=table, attr="setdefault" | "__setitem__"), args=[key, value]):
                for whose in owner_of(table):
                    self._add(Store(call, scope, whose, key=key, value=value, is_raw=True), key)
            case ast.Call(func=ast.Name() | ast.Attribute() as func):
                self._patch(call, (key_of(func) or "").split("."), scope)

    def _update(self, store: Store) -> None:
        match store.value:
            case ast.Dict(keys=keys, values=values) if all(map(_is_text, keys)):
                for name, value in zip(keys, values, strict=True):
                    self._add(replace(store, value=value, is_many=False), name)
            case _:
                self.dynamic.append(store)

    def _patch(self, call: ast.Call, path: list[str], scope: Scope) -> None:
        """Record ``mock.patch("m.name", value)`` and the like, and ``monkeypatch.setattr(owner, "name", value)``."""
        given = {one.arg: one.value for one in call.keywords}
        match path, call.args:
            case [[*_, "patch"], [ast.Constant(value=str(text)), *rest]]:
                self._patched(call, scope, text, rest[0] if rest else given.get("new"), given)
            case [[*_, "patch", "object"], [owner, ast.Constant(value=str(name)), *rest]]:
                new = rest[0] if rest else given.get("new")
                returned = given.get("return_value")
                self._add(Store(call, scope, owner, value=new, is_mock=new is None, returned=returned), name)
            case [[*_, "patch", "multiple"], [owner]]:
                dotted = owner.value if isinstance(owner, ast.Constant) and isinstance(owner.value, str) else None
                for one in call.keywords:
                    self._add(Store(call, scope, None if dotted else owner, dotted, value=one.value), one.arg)
            case [[_, *_, "setattr"], [ast.Constant(value=str(text)), value]]:
                self._patched(call, scope, text, value, {})
            case [[_, *_, "setattr"], [owner, key, value]]:
                self._add(Store(call, scope, owner, key=key, value=value), key)
            case _:
                pass

    def _patched(
        self, call: ast.Call, scope: Scope, text: str, value: ast.expr | None, given: dict[str | None, ast.expr]
    ) -> None:
        dotted, _, name = text.rpartition(".")
        if dotted and all(part.isidentifier() for part in text.split(".")):
            is_mock = value is None
            store = Store(call, scope, dotted=dotted, value=value, is_mock=is_mock, returned=given.get("return_value"))
            self._add(store, name)


def stores_of(file: File) -> Stores:
    """What a file stores in objects."""
    found: Stores | None = file.readings.get(Stores)
    if found is None:
        found = file.readings[Stores] = Stores(file)
    return found


def _is_text(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
