"""Builds the catalogue's facts about a package from its source.

The source is read with the tool's own inference, over all files of the package. Nothing is imported.
"""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from flake8_forward_call.inference.catalogue import MODULE_CLASS, Catalogue, ClassEntry, notation
from flake8_forward_call.inference.catalogue.conventions import RETURNS
from flake8_forward_call.inference.catalogue.given_back import GIVES_BACK
from flake8_forward_call.inference.catalogue.package import outward
from flake8_forward_call.inference.classes import bodies
from flake8_forward_call.inference.definitions import Class, SourceClass
from flake8_forward_call.inference.engine import OutOfBudget
from flake8_forward_call.inference.evaluator import Evaluator
from flake8_forward_call.inference.importing.exports import exports
from flake8_forward_call.inference.project.project import Project
from flake8_forward_call.inference.syntax.bindings import Annotated, Assigned
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.scopes import Scope, names_of, root_of
from flake8_forward_call.inference.types import (
    ClassObject,
    Function,
    Instance,
    KnownFunction,
    Namespace,
    Origin,
    Slot,
    Type,
    Union,
    substitute,
    union,
)
from flake8_forward_call.inference.verdicts.verdict import Standing

# Classes whose instances lose their hook tables when they are sent to another process, so that calling them there
# fails: see _REMOTE_MODULE_ATTRIBUTES_IGNORE_FOR_PICKLING in the module of this class.
_HOOKLESS = frozenset({"torch.distributed.nn.api.remote_module._RemoteModule"})

# A package's own tests and internals: nobody derives from their classes.
_LEFT_OUT = frozenset({"test", "tests", "testing", "_internal"})


class Builder:
    """Reads one package of a release.

    ``root`` is the folder that contains the package's folder, ``release`` the top-level names that come with it. Only
    their source is read, even if the folder contains more. The facts about other packages come from the catalogue,
    except for the ``later`` ones, which build on this one.
    """

    def __init__(self, package: str, root: Path, release: Iterable[str] = (), later: Iterable[str] = ()) -> None:
        self.package = package
        self.root = root
        self._release = frozenset([package, *release])
        self._others = Catalogue(without=frozenset([package, *later]))
        earlier = Catalogue(without=self._release | frozenset(later))
        self.evaluator = Evaluator(Project(earlier, self._find, is_published=True))
        self._bare: dict[str, SourceClass] = {}  # Classes without facts, whose bases cannot all be read.
        self._givers: set[str] = set()  # Classes that are not modules, but have members that are.

    def _find(self, name: str) -> File | None:
        if name.partition(".")[0] not in self._release:
            return None
        base = self.root.joinpath(*name.split("."))
        for path, is_package in ((base / "__init__.py", True), (base.with_suffix(".py"), False)):
            if path.is_file():
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    try:
                        tree = ast.parse(path.read_bytes(), type_comments=False)
                    except (SyntaxError, ValueError):
                        return None
                _drop_stand_ins(tree)
                return File(str(path), tree, name, is_package)
        return None

    def names(self) -> Iterator[str]:
        """Yield the dotted name of each Python module of the package, in order."""
        for path in sorted((self.root / self.package).rglob("*.py")):
            parts = list(path.relative_to(self.root).with_suffix("").parts)
            if parts[-1] == "__init__":
                parts.pop()
            if _LEFT_OUT.isdisjoint(parts) and all(part.isidentifier() for part in parts):
                yield ".".join(parts)

    def build(self) -> dict[str, Any]:
        """The package's facts by dotted name, ready for JSON."""
        files = [file for name in self.names() for file in [self.evaluator.project.file(name)] if file is not None]
        top_level = [(file, scope) for file in files for scope in root_of(file).children]
        classes = self._classes([self.evaluator.source_class(scope) for _, scope in top_level if scope.is_class])
        functions: dict[str, Any] = {}
        for file, scope in top_level:
            if isinstance(scope.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                name = f"{file.name}.{scope.node.name}"
                function = self._asked(partial(self._function, scope, name))
                if function is not None:
                    functions[name] = function
        functions.update(self._compilers())
        functions.update(self._by_convention(classes))
        written = {*classes, *functions, *(file.name for file in files)}
        modules = {file: self._names(file, written) for file in files if _is_public(file.name)}
        exported = set(_DOTTED.findall(json.dumps([list(names.values()) for names in modules.values()])))
        facts = _reachable(classes | functions, exported)
        self._cut_loose(facts)
        lost = written - {*facts, *(file.name for file in files)}
        offered = {
            f"{file.name}.{name}": fact
            for file, names in modules.items()
            for name, fact in names.items()
            if _is_offered(file, name) and str(fact) not in lost
        }
        return facts | {name: fact for name, fact in offered.items() if not _is_led_to(name, offered)}

    def _classes(self, found: list[SourceClass]) -> dict[str, Any]:
        """The facts about all classes that are certainly modules or certainly not, and about their bases."""
        classes: dict[str, Any] = {}
        by_name: dict[str, SourceClass] = {}
        for cls in found:
            # A second class with the same name is a fallback for a failed import, unless it is the module.
            if cls.dotted not in classes or self.evaluator.hierarchy.standing(cls) is Standing.MODULE:
                entry = self._asked(partial(self._class, cls))
                if entry is not None:
                    classes[cls.dotted], by_name[cls.dotted] = entry, cls
                    if self._gives_modules(entry):
                        self._givers.add(cls.dotted)
        self._add_bare(classes)
        for name, cls in by_name.items():
            self._shorten(cls, classes[name], classes)
        return classes

    def _add_bare(self, classes: dict[str, Any]) -> None:
        """Add the bases without facts: that they were read shows what they do not change."""
        todo = [base for entry in classes.values() for base in entry.get("bases", ())]
        while todo:
            base = todo.pop()
            if base in self._bare and base not in classes:
                entry = self._asked(partial(self._framework, self._bare[base]))
                if entry is not None:
                    classes[base] = entry
                    todo.extend(entry.get("bases", ()))

    def _shorten(self, cls: SourceClass, entry: dict[str, Any], classes: dict[str, Any]) -> None:
        """Drop what says nothing: bases about which nothing needs to be known, a constructor that hides no other."""
        order = self.evaluator.hierarchy.order(cls)
        above = [self._told(one.dotted, classes) for one in order[1:] if one is not None]
        parents = [parent for parent in above if parent is not None]
        if None in order or len(parents) < len(above):
            return
        if not entry.get("parameters", True) and not any(parent.get("parameters") for parent in parents):
            del entry["parameters"]
        if entry.keys() == {"bases"} and not any(parent.keys() - {"bases", "parameters"} for parent in parents):
            standing = self.evaluator.hierarchy.standing(cls)
            if standing is Standing.NOT_MODULE:
                del entry["bases"]

    def _cut_loose(self, facts: dict[str, Any]) -> None:
        """Replace bases without an entry, such as a class inside a function, with an unknown base."""
        for entry in facts.values():
            if isinstance(entry, dict) and "bases" in entry:
                entry["bases"] = [self._or_none(base, facts) for base in entry["bases"]]

    def _or_none(self, base: str | None, facts: dict[str, Any]) -> str | None:
        return base if base in facts or (base is not None and self._is_elsewhere(base)) else None

    def _told(self, dotted: str, classes: dict[str, Any]) -> dict[str, Any] | None:
        """The facts about a class of this package or another; None if there are none."""
        entry = self._others.resolve(dotted)
        if not isinstance(entry, ClassEntry):
            return classes.get(dotted)
        facts = {"parameters": entry.parameters, "attributes": entry.attributes, "methods": entry.methods}
        return {name: fact for name, fact in {**facts, "call": entry.call}.items() if fact}

    def _compilers(self) -> Iterator[tuple[str, list[Any]]]:
        """Yield the package's functions that return a module for a module.

        Raises SystemExit if one no longer has the parameter for the module.
        """
        for name, parameter in GIVES_BACK.items():
            module, _, function = name.rpartition(".")
            file = self.evaluator.project.file(module)
            if file is None:
                continue
            found = self._asked(partial(self.evaluator.global_of, file, function))
            if not isinstance(found, KnownFunction) or parameter not in found.parameters:
                raise SystemExit(f"{name} has no parameter {parameter!r} any more: mend the table")
            yield name, [_needed(list(found.parameters), f"~{parameter}"), f"~{parameter}"]

    def _by_convention(self, classes: dict[str, Any]) -> Iterator[tuple[str, list[Any]]]:
        """Yield the package's functions whose result is known by convention.

        Raises SystemExit if a Python module no longer has one of them.
        """
        for name, (given, returns) in RETURNS.items():
            owner, _, last = name.rpartition(".")
            file = self.evaluator.project.file(owner)
            around = self.evaluator.project.file(owner.rpartition(".")[0])
            if file is not None and last in flow_of(root_of(file)).bound:
                yield name, [given, returns]
            elif file is not None or (around is not None and not around.is_package and owner not in classes):
                raise SystemExit(f"{name} is there no more: mend the table")

    def _asked(self, question: Any) -> Any:
        try:
            return self.evaluator.ask(question)
        except (OutOfBudget, RecursionError):
            return None

    # Classes

    def _class(self, cls: SourceClass) -> dict[str, Any] | None:
        standing = self.evaluator.hierarchy.standing(cls)
        entry: dict[str, Any] = {}
        owner = Slot("Self", "Self", Instance(cls, Origin.DECLARED))
        used = _used_as_objects(cls)
        for name in sorted(_member_names(cls)):
            kind = self._asked(partial(self._member, cls, owner, name))
            if kind is None:
                continue
            if isinstance(kind, Function):
                result = self._asked(partial(self._method, kind, cls, name))
                if result is not None:
                    entry.setdefault("methods", {})[name] = result
            elif self._says_something(kind, cls.dotted):
                text = notation.write(kind, cls.dotted)
                if name in used or not text.startswith("~"):
                    entry.setdefault("attributes", {})[name] = text
        for name, (given, returns) in RETURNS.items():
            if name.rpartition(".")[0] == cls.dotted:
                entry.setdefault("methods", {})[name.rpartition(".")[2]] = [given, returns]
        members = [*entry.get("attributes", {}).values(), *(text for _, text in entry.get("methods", {}).values())]
        if standing is not Standing.MODULE and set(members) == {"Self"}:
            entry = {}  # A class that is not a module, whose members only return itself.
        if standing is Standing.UNKNOWN and not entry:
            self._bare[cls.dotted] = cls
            return None
        return entry | self._framework(cls, " ".join(entry.get("attributes", {}).values()))

    def _framework(self, cls: SourceClass, attributes_texts: str = "") -> dict[str, Any]:
        """The facts about every class: its bases, its constructor, what calling an instance means."""
        hierarchy = self.evaluator.hierarchy
        entry: dict[str, Any] = {}
        bases = [None if base is None else base.dotted for base in hierarchy.bases(cls)]
        if bases:
            entry["bases"] = bases
        constructor = bodies.first_method(cls, "__init__")
        if constructor is not None:
            own = [one.arg for one in names_of(constructor.node)][1:]  # type: ignore[arg-type]
            entry["parameters"] = _needed(own, attributes_texts)
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
        renamed: dict[Slot, Type] = {Slot(node, one.arg): Slot(cls.dotted, one.arg) for one in own}
        for one in own:
            if one.annotation is not None and constructor.parent is not None:
                declared = self.evaluator.declared(one.annotation, constructor.parent)
                if isinstance(declared, Slot) and declared.owner == "TypeVar":
                    renamed[declared] = Slot(cls.dotted, one.arg, declared.bound)
        return substitute(kind, renamed)

    # Functions

    def _function(self, scope: Scope, name: str) -> list[Any] | None:
        return self._result(Function(scope.node, scope), name)  # type: ignore[arg-type]

    def _result(self, function: Function, name: str) -> list[Any] | None:
        """The parameters and the result of a function; None if the result says nothing about modules."""
        own = names_of(function.node)
        if function.owner is not None:
            own = own[1:]
        slots: dict[Slot, Type] = {Slot(function.node, one.arg): Slot(name, one.arg) for one in own}
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
        return [_needed([one.arg for one in own], text), text]

    def _method(self, function: Function, cls: SourceClass, name: str) -> list[Any] | None:
        """The parameters and the result of a method; for a class method, relative to the class it is called on."""
        full = f"{cls.dotted}.{name}"
        if not isinstance(function.owner, ClassObject):
            return self._result(function, full)
        # Nothing else here is opaque, so this marks the instances that the class itself has created.
        result = self._result(Function(function.node, function.scope, ClassObject(cls, Origin.OPAQUE)), full)
        return result and [result[0], result[1].replace(f"Opaque[{cls.dotted}]", "Self()")]

    def _says_something(self, kind: Type, owner: str) -> bool:
        """Whether the type's text would name a module class, or what the caller passed."""
        text = notation.write(kind, owner)
        if text in ("Any", "None", "Plain"):
            return False
        if "~" in text or "Self" in text or "Opaque[" in text:
            return True
        return any(self._is_module(cls) for cls in _classes_in(kind))

    def _is_module(self, cls: Class) -> bool:
        if isinstance(cls, SourceClass) and cls.scope.parent is not root_of(cls.scope.file):
            return False  # There are no facts about it, because it is inside a function or another class.
        return self.evaluator.hierarchy.standing(cls) is Standing.MODULE or cls.dotted in self._givers

    def _gives_modules(self, entry: dict[str, Any]) -> bool:
        """Whether a member of the class is a module or returns one, whatever the constructor's arguments were."""
        texts = [*entry.get("attributes", {}).values(), *(text for _, text in entry.get("methods", {}).values())]
        return any("." in name for text in texts for name in _DOTTED.findall(text))

    # Names

    def _names(self, file: File, written: set[str]) -> dict[str, str | list[str]]:
        """The names of a module that are bound to something with an entry elsewhere, or to an instance of it."""
        found: dict[str, str | list[str]] = {}
        for name in sorted(_global_names(self.evaluator, file, set())):
            kind = self._asked(partial(self.evaluator.member, file.name, name))
            canonical = None if kind is None else _canonical(kind)
            if isinstance(kind, Instance) and self._is_module(kind.cls):
                found[name] = [notation.write(kind, "")]
            elif canonical is None or canonical == f"{file.name}.{name}":
                continue
            elif canonical in written or self._is_elsewhere(canonical):
                found[name] = canonical
        return found

    def _is_elsewhere(self, canonical: str) -> bool:
        """Whether another package of the catalogue has a fact or a Python module under the name."""
        package = self._others.package(canonical.partition(".")[0])
        return package is not None and (self._others.resolve(canonical) is not None or package.holds(canonical))


def _needed(parameters: list[str], text: str) -> list[str]:
    """The parameters of a function up to the last one in its type: those before it give its position."""
    named = _PARAMETER.findall(text)
    return parameters[: max((parameters.index(one) + 1 for one in named if one in parameters), default=0)]


_PARAMETER = re.compile(r"~(\w+)")


def _is_offered(file: File, name: str) -> bool:
    """Whether a module exports a name, and did not just import it for its own use."""
    bound = flow_of(root_of(file)).bound
    if "__all__" in bound and exports(file, name):
        return True
    if name.startswith("_"):
        return False
    if file.is_package or any(isinstance(one, Assigned) for one in bound.get(name, ())):
        return True
    return "__all__" not in bound and not any(
        isinstance(one, (ast.ClassDef, ast.FunctionDef)) for one in file.tree.body
    )


def _is_led_to(dotted: str, offered: dict[str, str | list[str]]) -> bool:
    """Whether an outer package exports the same under the same name, so that a look-up finds it there."""
    module, _, name = dotted.rpartition(".")
    for outer in outward(module):
        target = offered.get(f"{outer}.{name}")
        if isinstance(target, str) and target.startswith(f"{module}."):
            return target == offered[dotted]
    return False


def _used_as_objects(cls: SourceClass) -> set[str]:
    """The attributes that the class calls, or whose attributes it reads: it would do that with a module."""
    used = set()
    for node in ast.walk(cls.node):
        match node:
            case ast.Attribute(value=ast.Attribute(attr=name)) | ast.Call(func=ast.Attribute(attr=name)):
                used.add(name)
    return used


def _drop_stand_ins(tree: ast.Module) -> None:
    """Drop fallbacks: a class in an ``else`` with the same name as one in the ``if``, and star imports after a failed
    import.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            node.body = [one for one in node.body if not _is_star(one)] or [ast.Pass()]
    for node in tree.body:
        if isinstance(node, ast.If):
            defined = {one.name for one in node.body if isinstance(one, ast.ClassDef)}
            kept = [one for one in node.orelse if not isinstance(one, ast.ClassDef) or one.name not in defined]
            node.orelse = kept


def _is_star(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.names[0].name == "*"


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
    return public | declared | (names & {"__enter__", "__iter__", "__getitem__", "__new__"})


def _is_public(dotted: str) -> bool:
    return not any(part.startswith("_") for part in dotted.split("."))


def _reachable(facts: dict[str, Any], exported: set[str]) -> dict[str, Any]:
    """The facts that a public name leads to: directly, by a re-export, as a base, or in a type."""
    todo = [name for name in facts if _is_public(name) or name in exported]
    reached: set[str] = set()
    while todo:
        name = todo.pop()
        if name not in reached:
            reached.add(name)
            todo.extend(one for one in _DOTTED.findall(json.dumps(facts[name])) if one in facts)
    return {name: fact for name, fact in facts.items() if name in reached}


_DOTTED = re.compile(r"[A-Za-z_][\w.]*")


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


def _global_names(ev: Evaluator, file: File, seen: set[str]) -> set[str]:
    """The names that a module binds, including those of its star imports."""
    if file.name in seen:
        return set()
    seen.add(file.name)
    names = {name for name in flow_of(root_of(file)).bound if name.isidentifier()}
    for star in root_of(file).stars:
        full = file.absolute(star.module or "", star.level)
        source = None if full is None else ev.project.file(full)
        if source is not None:
            names |= {name for name in _global_names(ev, source, seen) if exports(source, name)}
    return names


def _canonical(kind: Type) -> str | None:
    match kind:
        case ClassObject(cls):
            return cls.dotted
        case Function(node, scope) if not isinstance(node, ast.Lambda):
            return f"{scope.file.name}.{node.name}"
        case Namespace(name) | KnownFunction(name=name):
            return name
        case _:
            return None
