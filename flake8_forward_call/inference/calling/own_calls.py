"""How a class changes calls of its instances: in its body, when it is created, and by assignments from outside."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import partial
from typing import TypeAlias

from flake8_forward_call.inference.answers import OwnCall
from flake8_forward_call.inference.calling.altering import CALL_NAMES, is_call_name, mentions_call
from flake8_forward_call.inference.calling.decorating import effect
from flake8_forward_call.inference.calling.delegation import delegation, of_parent
from flake8_forward_call.inference.calling.disturbing import changes_arguments, changes_mode
from flake8_forward_call.inference.catalogue import MODULE_CLASS
from flake8_forward_call.inference.definitions import Class, KnownClass, SourceClass
from flake8_forward_call.inference.engine import Answers, unjoined
from flake8_forward_call.inference.project.searching import storing
from flake8_forward_call.inference.questions import MAX_CALL_FILES, Questions
from flake8_forward_call.inference.statements.stores import stores_of
from flake8_forward_call.inference.syntax.bindings import Annotated, AnyBinding, Assigned, Defined
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.references import references_to
from flake8_forward_call.inference.syntax.scopes import Scope, scopes_of
from flake8_forward_call.inference.types import ClassObject, Instance, Origin, Slot, Type, alternatives
from flake8_forward_call.inference.verdicts.verdict import Sameness, Standing, worst

# What to search for in the text to find where a class's `__call__` is set from outside: each word, with another text.
_STORES = (
    ("__call__", ".__call__ ="),
    ("_call_impl", "._call_impl ="),
    *((storing(name), "") for name in sorted(CALL_NAMES)),
)

# A mention of these that neither defines nor calls one. A string may be written in parts, hence the other words.
_MAY_STORE = re.compile(r"(?:__call__|_call_impl)(?<!def __call__)(?<!def _call_impl)(?!\s*\()|delattr|setattr|patch")

# Functions that get an object and the name of an attribute, and delete it or replace it for some time.
_CHANGING = ("delattr", "object", "patch_object")


_Stores: TypeAlias = "dict[Class, list[OwnCall]]"

# A question that leads back to itself finds nothing the first time.
_OWN: Answers[OwnCall | None] = unjoined(None)
_SET: Answers[_Stores] = unjoined({})


class OwnCalls:
    """The answers for each class by itself, whatever its bases do."""

    def __init__(self, asked: Questions) -> None:
        self._asked = asked

    def of(self, cls: Class) -> OwnCall | None:
        """What the class itself does to its call; None if it does nothing."""
        return self._asked.engine.once(("own call", cls), lambda: self._worst(cls), _OWN)

    def _worst(self, cls: Class) -> OwnCall | None:
        found = list(self._found(cls))
        sameness = worst(*(one.sameness for one in found))
        return next((one for one in found if one.sameness is sameness), None)

    def _found(self, cls: Class) -> Iterator[OwnCall]:
        yield from self._set_from_outside(cls)
        if isinstance(cls, KnownClass):
            if cls.entry.call is not None:
                yield OwnCall(Sameness(cls.entry.call), _has_own(cls))
            return
        taken = False
        for one in self._asked.alterations(cls):
            if one.sets is not None:
                yield OwnCall(one.sets, f"{cls.label} gets another __call__ when the class is created")
            taken |= one.takes
        for name in sorted(CALL_NAMES):
            own = self._in_body(cls, name)
            if own is not None and taken:
                yield OwnCall(Sameness.PERHAPS, f"{cls.label}.{name} may be changed when the class is created")
            elif own is not None:
                yield own
        yield from _written_by_name(cls)

    # In the class body

    def _in_body(self, cls: SourceClass, name: str) -> OwnCall | None:
        found = [one for one in (self._bound(cls, one, name) for one in flow_of(cls.scope).exit.get(name, ())) if one]
        if not found:
            return None
        if len({one.sameness for one in found}) > 1:
            return OwnCall(Sameness.PERHAPS, _has_own(cls, name))
        return found[0]

    def _bound(self, cls: SourceClass, binding: AnyBinding, name: str) -> OwnCall | None:
        match binding:
            case Defined(definition=ast.FunctionDef() | ast.AsyncFunctionDef() as node):
                return self._defined(cls, node, name)
            case Annotated(value=None):
                return None
            case Annotated(value=ast.expr() as value) | Assigned(value=value):
                return OwnCall(self._assigned(value, cls, name), _has_own(cls, name))
            case _:
                return OwnCall(Sameness.PERHAPS, _has_own(cls, name))

    def _defined(self, cls: SourceClass, node: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> OwnCall:
        asked, inner = self._asked, scopes_of(cls.scope.file).opened[id(node)]
        own = delegation(node, inner, of_parent(node, partial(self.names_base, cls, inner), name))
        if own is Sameness.DIFFERENT:
            return OwnCall(own, _has_own(cls, name))
        decorated = worst(*(effect(asked, one, cls.scope) for one in node.decorator_list))
        if worst(own, decorated) is not own:
            return OwnCall(decorated, f"{cls.label}.{name} has a decorator that may change the call")
        if changes_mode(asked, inner, asked.hierarchy.order(cls)):
            return OwnCall(Sameness.PERHAPS, f"{cls.label}.{name} changes gradients, precision or the module's mode")
        if changes_arguments(asked, inner):
            return OwnCall(Sameness.PERHAPS, f"{cls.label}.{name} changes its arguments or its result in place")
        return OwnCall(own, _has_own(cls, name))

    def names_base(self, cls: SourceClass, scope: Scope, node: ast.expr) -> bool:
        """Whether an expression in a method of the class is one of its base classes."""
        kind = self._asked.expression(node, scope)
        return isinstance(kind, ClassObject) and kind.cls in self._asked.hierarchy.order(cls)[1:]

    def _assigned(self, value: ast.expr, cls: SourceClass, name: str) -> Sameness:
        """Judge ``__call__ = value``: SAME only if the value is ``Module.__call__``, perhaps in a typing helper."""
        if isinstance(value, ast.Call) and len(value.args) == 1 and not value.keywords:
            value = value.args[0]
        if isinstance(value, ast.Attribute) and value.attr == name:
            kind = self._asked.expression(value.value, cls.scope)
            if isinstance(kind, ClassObject) and self._asked.hierarchy.standing(kind.cls) is Standing.MODULE:
                return self._asked.hierarchy.meaning_of_call(kind.cls)
        return Sameness.DIFFERENT

    # From outside

    def is_set_from_outside(self, cls: SourceClass) -> bool:
        """Whether the project sets or deletes the class's ``__call__`` or ``_call_impl`` outside its body."""
        return any(self._set_from_outside(cls))

    def _set_from_outside(self, cls: Class) -> Iterator[OwnCall]:
        """Yield what the project or the class's own file assigns to its ``__call__`` or ``_call_impl``."""
        for place in (None, cls.scope.file) if isinstance(cls, SourceClass) else (None,):
            yield from self._stores(place).get(cls, ())

    def _stores(self, place: File | None) -> _Stores:
        """What a file sets, or the project."""
        find = self._of_project if place is None else partial(self._of_file, place)
        return self._asked.engine.once(("calls set", place), find, _SET)

    def _of_project(self) -> _Stores:
        found: _Stores = {}
        files: dict[File, None] = {}
        for word, beside in _STORES:
            files.update(dict.fromkeys(self._asked.project.mentioning(word, beside, MAX_CALL_FILES) or ()))
        for file in files:
            for cls, own in self._of_file(file).items():
                found.setdefault(cls, []).extend(own)
        return found

    def _of_file(self, file: File) -> _Stores:
        found: _Stores = {}
        if file.text is not None and file.text.isascii() and _MAY_STORE.search(file.text) is None:
            return found  # Most files only define such methods or call them.
        for owner, name in _owners(self._asked, file):
            for kind in alternatives(self._asked.resolved(owner)):
                for cls, own in _set_on(kind, name):
                    found.setdefault(cls, []).append(own)
        return found


def _owners(asked: Questions, file: File) -> Iterator[tuple[Type, str]]:
    """Yield the type of the owner of each call that is set, replaced or deleted in a file, with the name."""
    for target, scope in scopes_of(file).call_stores:
        yield asked.expression(target.value, scope), target.attr
    for changing in _CHANGING:
        for called in references_to(file, changing).called.get(changing, ()):
            match called.call:
                case ast.Call(args=[owner, ast.Constant(value=str(text)), *_]) if text in CALL_NAMES:
                    yield asked.expression(owner, called.scope), text
    for name in sorted(CALL_NAMES):
        for store in stores_of(file).named.get(name, ()):
            if store.dotted is not None:
                module, _, last = store.dotted.rpartition(".")
                yield asked.member(module, last), name
            elif store.owner is not None:
                yield asked.expression(store.owner, store.scope), name


def _set_on(kind: Type, name: str) -> Iterator[tuple[Class, OwnCall]]:
    """Yield the class whose calls change because something is set on a value."""
    match kind:
        # Not `type(self)`, where a class manages itself. A patched `Module.__call__` is still what the call of a module
        # runs, like its hooks, and bypassing it is what FWD001 is about.
        case ClassObject(cls, Origin.CONSTRUCTED) if cls.dotted != MODULE_CLASS:
            yield cls, OwnCall(Sameness.DIFFERENT, f"{cls.label}.{name} is assigned outside the class")
        # Python looks up `__call__` only in the class, but `Module.__call__` looks up `_call_impl` in the instance too.
        case Slot(owner="Self", bound=Instance(cls)) if name != "__call__":
            yield cls, OwnCall(Sameness.DIFFERENT, f"{cls.label} assigns {name} on its instances")
        case Instance(cls) if name != "__call__" and cls.dotted != MODULE_CLASS:
            yield cls, OwnCall(Sameness.PERHAPS, f"{name} is assigned on an instance of {cls.label}")


def _written_by_name(cls: SourceClass) -> Iterator[OwnCall]:
    """Yield what the class body sets under a name given as a string: ``vars()[name] = ...``."""
    reason = f"{cls.label} assigns names dynamically in its body"
    for store in cls.scope.item_stores:
        for target in store.targets if isinstance(store, ast.Assign) else ():
            match target:
                case ast.Subscript(value=ast.Call(func=ast.Name(id="vars" | "locals"), args=[]), slice=key):
                    if is_call_name(key):
                        yield OwnCall(Sameness.DIFFERENT, _has_own(cls))
                    elif not isinstance(key, ast.Constant):
                        yield OwnCall(Sameness.PERHAPS, reason)
    for call in cls.scope.calls:
        match call.func:
            case ast.Attribute(value=ast.Call(func=ast.Name(id="vars" | "locals"), args=[])):
                if mentions_call(call) or any(one.arg in CALL_NAMES for one in call.keywords):
                    yield OwnCall(Sameness.DIFFERENT, _has_own(cls))
                elif call.args and not isinstance(call.args[0], (ast.Dict, ast.Constant)):
                    yield OwnCall(Sameness.PERHAPS, reason)
            case ast.Name(id="exec"):
                yield OwnCall(Sameness.PERHAPS, reason)


def _has_own(cls: Class, name: str = "__call__") -> str:
    return f"{cls.label} overrides {name}"
