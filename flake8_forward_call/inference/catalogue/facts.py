"""The catalogue's facts about one class or one function, from its source."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, TypeVar

from flake8_forward_call.inference.catalogue import MODULE_CLASS, notation
from flake8_forward_call.inference.catalogue.conventions import ATTRIBUTES, RETURNS
from flake8_forward_call.inference.classes import bodies
from flake8_forward_call.inference.definitions import Class, SourceClass
from flake8_forward_call.inference.engine import OutOfBudget
from flake8_forward_call.inference.evaluator import Evaluator
from flake8_forward_call.inference.syntax.bindings import Annotated
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.on_self import set_on_self
from flake8_forward_call.inference.syntax.scopes import Scope, names_of, root_of
from flake8_forward_call.inference.types import (
    UNKNOWN,
    ClassObject,
    Function,
    Instance,
    Origin,
    Slot,
    Type,
    Union,
    substitute,
    union,
)
from flake8_forward_call.inference.verdicts.verdict import Standing

_T = TypeVar("_T")

# Classes whose instances lose their hook tables when they are sent to another process, so that calling them there
# fails: see _REMOTE_MODULE_ATTRIBUTES_IGNORE_FOR_PICKLING in the module of this class.
_HOOKLESS = frozenset({"torch.distributed.nn.api.remote_module._RemoteModule"})

DOTTED = re.compile(r"[A-Za-z_][\w.]*")
_PARAMETER = re.compile(r"~(\w+)")


class Facts:
    """Says what the catalogue needs to know about the classes and functions of a package.

    ``bare`` has the classes without facts whose bases cannot all be read; ``givers`` the names of classes that are not
    modules, but have members that are.
    """

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self.bare: dict[str, SourceClass] = {}
        self.givers: set[str] = set()

    def asked(self, question: Callable[[], _T]) -> _T | None:
        """The answer to a question; None if it has none within the limits."""
        try:
            return self.evaluator.ask(question)
        except (OutOfBudget, RecursionError):
            return None

    # Classes

    def of_class(self, cls: SourceClass) -> dict[str, Any] | None:
        """The facts about a class, ready for JSON; None for a class about which nothing is known."""
        standing = self.evaluator.hierarchy.standing(cls)
        entry: dict[str, Any] = {}
        owner = Slot("Self", "Self", Instance(cls, Origin.DECLARED))
        used = _used_as_objects(cls)
        for name in sorted(_member_names(cls)):
            kind = self.asked(partial(self._member, cls, owner, name))
            if kind is None:
                continue
            if isinstance(kind, Function):
                result = self.asked(partial(self._method, kind, cls, name))
                if result is not None:
                    entry.setdefault("methods", {})[name] = result
            elif self._says_something(kind, cls.dotted):
                text = notation.write(kind, cls.dotted)
                if name in used or not text.startswith("~"):
                    entry.setdefault("attributes", {})[name] = text
        for name, (given, returns) in RETURNS.items():
            if name.rpartition(".")[0] == cls.dotted:
                entry.setdefault("methods", {})[name.rpartition(".")[2]] = [given, returns]
        for name in _known_attributes(cls):
            entry.setdefault("attributes", {})[name] = ATTRIBUTES[f"{cls.dotted}.{name}"]
        members = [*entry.get("attributes", {}).values(), *(text for _, text in entry.get("methods", {}).values())]
        if standing is not Standing.MODULE and set(members) == {"Self"}:
            entry = {}  # A class that is not a module, whose members only return itself.
        if standing is Standing.UNKNOWN and not entry:
            self.bare[cls.dotted] = cls
            return None
        return entry | self.framework(cls, " ".join(entry.get("attributes", {}).values()))

    def framework(self, cls: SourceClass, attributes_texts: str = "") -> dict[str, Any]:
        """The facts about every class: its bases, its constructor, what calling an instance means."""
        hierarchy = self.evaluator.hierarchy
        entry: dict[str, Any] = {}
        bases = [None if base is None else base.dotted for base in hierarchy.bases(cls)]
        if bases:
            entry["bases"] = bases
        constructor = bodies.first_method(cls, "__init__")
        if constructor is not None:
            own = [one.arg for one in names_of(constructor.node)][1:]  # type: ignore[arg-type]
            entry["parameters"] = needed(own, attributes_texts)
        call = hierarchy.own_call(cls)
        if call is not None and cls.dotted != MODULE_CLASS:
            entry["call"] = call.value
        if hierarchy.is_interface(cls):
            entry["interface"] = True
        if cls.dotted in _HOOKLESS:
            entry["hookless"] = True
        return entry

    def _member(self, cls: SourceClass, owner: Slot, name: str) -> Type:
        kind = self.evaluator.attribute(owner, name)
        constructor = bodies.first_method(cls, "__init__")
        if constructor is None:
            return kind
        # An argument of the constructor is a parameter of the class in the catalogue.
        node = constructor.node
        own = names_of(node)  # type: ignore[arg-type]
        renamed: dict[Slot, Type] = {Slot(node, one.arg): _given(one, cls.dotted) for one in own}
        for one in own:
            if one.annotation is not None and constructor.parent is not None:
                declared = self.evaluator.declared(one.annotation, constructor.parent)
                if isinstance(declared, Slot) and declared.owner == "TypeVar":
                    renamed[declared] = Slot(cls.dotted, one.arg, declared.bound)
        return substitute(kind, renamed)

    # Functions

    def of_function(self, scope: Scope, name: str) -> list[Any] | None:
        """The parameters and the result of a function, ready for JSON; None if the result is no module."""
        return self._result(Function(scope.node, scope), name)  # type: ignore[arg-type]

    def _result(self, function: Function, name: str) -> list[Any] | None:
        """The parameters and the result of a function; None if the result says nothing about modules."""
        own = names_of(function.node)
        if function.owner is not None:
            own = own[1:]
        slots: dict[Slot, Type] = {Slot(function.node, one.arg): _given(one, name) for one in own}
        kind = self.evaluator.returned(function)
        assert function.scope.parent is not None
        for one in own:
            if one.annotation is not None:
                declared = self.evaluator.declared(one.annotation, function.scope.parent)
                if isinstance(declared, Slot) and declared.owner == "TypeVar":
                    slots[declared] = Slot(name, one.arg, declared.bound)
        kind = substitute(kind, slots)
        if not self._says_something(kind, name):
            return None
        text = notation.write(kind, name)
        return [needed([one.arg for one in own], text), text]

    def _method(self, function: Function, cls: SourceClass, name: str) -> list[Any] | None:
        """The parameters and the result of a method; for a class method, relative to the class it is called on."""
        full = f"{cls.dotted}.{name}"
        if not isinstance(function.owner, ClassObject):
            return self._result(function, full)
        # Nothing else here is opaque, so this marks the instances that the class itself has created.
        result = self._result(Function(function.node, function.scope, ClassObject(cls, Origin.OPAQUE)), full)
        return result and [result[0], result[1].replace(f"Opaque[{cls.dotted}]", "Self()")]

    # What says something

    def _says_something(self, kind: Type, owner: str) -> bool:
        """Whether the type's text would name a module class, or what the caller passed."""
        text = notation.write(kind, owner)
        if text in ("Any", "None", "Plain"):
            return False
        if "~" in text or "Self" in text or "Opaque[" in text:
            return True
        return any(self.is_module(cls) for cls in _classes_in(kind))

    def is_module(self, cls: Class) -> bool:
        """Whether a class is a module or has members that are, and there are facts about it."""
        if isinstance(cls, SourceClass) and cls.scope.parent is not root_of(cls.scope.file):
            return False  # There are no facts about it, because it is inside a function or another class.
        return self.evaluator.hierarchy.standing(cls) is Standing.MODULE or cls.dotted in self.givers

    def gives_modules(self, entry: dict[str, Any]) -> bool:
        """Whether a member of the class is a module or returns one, whatever the constructor's arguments were."""
        texts = [*entry.get("attributes", {}).values(), *(text for _, text in entry.get("methods", {}).values())]
        return any("." in name for text in texts for name in DOTTED.findall(text))


def _given(parameter: ast.arg, owner: str) -> Type:
    """What a call gives to a parameter; unknown if it has an annotation, which is then one that says little."""
    return UNKNOWN if parameter.annotation is not None else Slot(owner, parameter.arg)


def needed(parameters: list[str], text: str) -> list[str]:
    """The parameters of a function up to the last one in its type: those before it give its position."""
    named = _PARAMETER.findall(text)
    return parameters[: max((parameters.index(one) + 1 for one in named if one in parameters), default=0)]


def _known_attributes(cls: SourceClass) -> Iterator[str]:
    """Yield the attributes of a class whose type is known by convention. Raises SystemExit if it no longer has one."""
    for full, text in ATTRIBUTES.items():
        owner, _, name = full.rpartition(".")
        if owner == cls.dotted:
            if text != "Self" and name not in flow_of(cls.scope).exit and not set_on_self(cls.scope).bindings(name):
                raise SystemExit(f"{full} is there no more: mend the table")
            yield name


def _used_as_objects(cls: SourceClass) -> set[str]:
    """The attributes that the class calls, or whose attributes it reads: it would do that with a module."""
    used = set()
    for node in ast.walk(cls.node):
        match node:
            case ast.Attribute(value=ast.Attribute(attr=name)) | ast.Call(func=ast.Attribute(attr=name)):
                used.add(name)
    return used


def _member_names(cls: SourceClass) -> set[str]:
    names = {name for name in flow_of(cls.scope).exit if "." not in name and "[" not in name}
    for scope in cls.scope.children:
        if isinstance(scope.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            own = names_of(scope.node)
            if own:
                prefix = f"{own[0].arg}."
                names |= {key[len(prefix) :] for key in flow_of(scope).bound if key.startswith(prefix)}
    declared = {
        name for name in names if any(isinstance(one, Annotated) for one in flow_of(cls.scope).exit.get(name, ()))
    }
    public = {name for name in names if name.isidentifier() and not name.startswith("_") and name != "forward"}
    # Every subclass inherits the private methods of Module, and code outside torch calls and overrides some of them.
    inherited = {name for name in names if name.isidentifier() and cls.dotted == MODULE_CLASS and name[:2] != "__"}
    return public | declared | (inherited - {"forward"}) | (names & {"__enter__", "__iter__", "__getitem__", "__new__"})


def _classes_in(kind: Type) -> Iterator[Class]:
    match kind:
        case Instance(cls) | ClassObject(cls):
            yield cls
        case Union(several):
            for one in several:
                yield from _classes_in(one)
        case Slot(bound=bound):
            yield from _classes_in(bound)
        case _:
            for inner in _inner(kind):
                yield from _classes_in(inner)


def _inner(kind: Type) -> Iterable[Type]:
    for name in ("element", "value", "items", "result", "entered"):
        inner = getattr(kind, name, None)
        if isinstance(inner, tuple):
            yield union(inner)
        elif inner is not None:
            yield inner
