"""Build a package's part of the catalogue from its source: ``python -m flake8_forward_call.inference.catalogue.build``.

The source is read with the tool's own inference, over all files of the package, and nothing of it is imported.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import subprocess
import sys
import tempfile
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from flake8_forward_call.inference import attributes, calls, declarations
from flake8_forward_call.inference.bindings import Annotated
from flake8_forward_call.inference.catalogue import MODULE_CLASS, Catalogue, notation
from flake8_forward_call.inference.evaluate import Evaluator, OutOfBudget
from flake8_forward_call.inference.hierarchy import Class, SourceClass
from flake8_forward_call.inference.library import GIVES_BACK
from flake8_forward_call.inference.parameters import names_of
from flake8_forward_call.inference.project import File, Project
from flake8_forward_call.inference.scopes import Scope
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
from flake8_forward_call.inference.verdict import Standing

# What the catalogue is built from, each release after those that it builds on: what people derive from most, by
# downloads from PyPI, and what is small.
RELEASES = (
    ("torch==2.13.0", ("torch",)),
    ("tensordict==0.15.3", ("tensordict",)),
    ("torchmetrics==1.9.0", ("torchmetrics",)),
    ("torchvision==0.29.1", ("torchvision",)),
    ("pytorch-lightning==2.6.6", ("lightning_fabric", "pytorch_lightning")),
    ("lightning==2.6.6", ("lightning",)),
    ("timm==1.0.31", ("timm",)),
    ("torch-geometric==2.8.1", ("torch_geometric",)),
    ("gpytorch==1.15.2", ("gpytorch",)),
    ("kornia==0.9.0", ("kornia",)),
    ("mmengine==0.10.7", ("mmengine",)),
    ("e3nn==0.6.0", ("e3nn",)),
    ("coqui-tts-trainer==0.4.0", ("trainer",)),
)

# Classes whose instances leave their hook tables behind when they are sent to another process, so that calling one
# there fails: see _REMOTE_MODULE_ATTRIBUTES_IGNORE_FOR_PICKLING in the module of this one.
_HOOKLESS = frozenset({"torch.distributed.nn.api.remote_module._RemoteModule"})

# A package's own tests: nobody derives from them.
_LEFT_OUT = frozenset({"test", "tests", "testing", "_internal"})


class Builder:
    """Reads one package. ``root`` is the folder that holds the package's folder."""

    def __init__(self, package: str, version: str, root: Path) -> None:
        self.package = package
        self.version = version
        self.root = root
        self.evaluator = Evaluator(Project(Catalogue(without=package), self._find))
        self._mixins: dict[str, SourceClass] = {}  # Classes of which nothing else is written down.
        self._givers: set[str] = set()  # Classes that are no modules, but have members that are.

    def _find(self, name: str) -> File | None:
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
        """The package's facts, ready for JSON."""
        files = [file for name in self.names() for file in [self.evaluator.project.file(name)] if file is not None]
        classes: dict[str, Any] = {}
        functions: dict[str, Any] = {}
        top_level = [(file, scope) for file in files for scope in file.root.children]
        for _, scope in top_level:
            if scope.is_class:
                cls = self.evaluator.source_class(scope)
                entry = self._asked(partial(self._class, cls))
                if entry:
                    classes[cls.dotted] = entry
                    if self._gives_modules(entry):
                        self._givers.add(cls.dotted)
        self._add_mixins(classes)
        for file, scope in top_level:
            if isinstance(scope.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                name = f"{file.name}.{scope.node.name}"
                function = self._asked(partial(self._function, scope, name))
                if function:
                    functions[name] = function
        functions.update(self._compilers())
        written = {file.name for file in files}
        modules = {file.name: self._names(file, classes, functions, written) for file in files if _is_public(file.name)}
        _drop_unreachable(modules, classes, functions)
        return {
            "package": self.package,
            "version": self.version,
            "modules": {name: names for name, names in modules.items() if names},
            "classes": dict(sorted(classes.items())),
            "functions": dict(sorted(functions.items())),
        }

    def _add_mixins(self, classes: dict[str, Any]) -> None:
        """Write down the bases of modules that are none themselves: that they were read tells what they leave alone."""
        todo = [base for entry in classes.values() for base in entry["bases"]]
        while todo:
            base = todo.pop()
            if base in self._mixins and base not in classes:
                entry = self._asked(partial(self._framework, self._mixins[base]))
                if entry:
                    classes[base] = entry
                    todo.extend(entry["bases"])

    def _compilers(self) -> Iterator[tuple[str, list[Any]]]:
        """Yield the functions of the table above that the package has."""
        for name, parameter in GIVES_BACK.items():
            module, _, function = name.rpartition(".")
            file = self.evaluator.project.file(module)
            if file is None:
                continue
            found = self._asked(partial(self.evaluator.global_of, file, function))
            if not isinstance(found, KnownFunction) or parameter not in found.parameters:
                raise SystemExit(f"{name} has no parameter {parameter!r} any more: mend the table")
            yield name, [list(found.parameters), f"~{parameter}"]

    def _asked(self, question: Any) -> Any:
        try:
            return self.evaluator.ask(question)
        except (OutOfBudget, RecursionError):
            return None

    # Classes

    def _class(self, cls: SourceClass) -> dict[str, Any] | None:
        hierarchy = self.evaluator.hierarchy
        is_module = hierarchy.standing(cls) is Standing.MODULE
        entry: dict[str, Any] = {}
        owner = Slot("Self", "Self", Instance(cls, Origin.DECLARED))
        found = {name: self._asked(partial(self._member, cls, owner, name)) for name in sorted(_member_names(cls))}
        for name, kind in found.items():
            if kind is None:
                continue
            if isinstance(kind, Function):
                result = self._result(kind, f"{cls.dotted}.{name}")
                if result is not None:
                    entry.setdefault("methods", {})[name] = result
            elif self._says_something(kind, cls.dotted):
                entry.setdefault("attributes", {})[name] = notation.write(kind, cls.dotted)
        if not is_module and not entry:
            self._mixins[cls.dotted] = cls
            return None
        return entry | self._framework(cls)

    def _framework(self, cls: SourceClass) -> dict[str, Any]:
        """What is written down of every class: its bases, its constructor, what calling an instance means."""
        hierarchy = self.evaluator.hierarchy
        entry: dict[str, Any] = {}
        entry["bases"] = [None if base is None else base.dotted for base in hierarchy.bases(cls)]
        constructor = attributes.first_method(cls, "__init__")
        if constructor is not None:
            entry["parameters"] = [one.arg for one in names_of(constructor.node)][1:]  # type: ignore[arg-type]
        own = hierarchy.own_call(cls)
        if own is not None and cls.dotted != MODULE_CLASS:
            entry["call"] = own.value
        if hierarchy.is_interface(cls):
            entry["interface"] = True
        if cls.dotted in _HOOKLESS:
            entry["hookless"] = True
        return entry

    def _member(self, cls: SourceClass, owner: Slot, name: str) -> Type:
        kind = attributes.attribute(self.evaluator, owner, name)
        constructor = attributes.first_method(cls, "__init__")
        if constructor is None:
            return kind
        # What the constructor was passed is a parameter of the class in the catalogue.
        node = constructor.node
        own = names_of(node)  # type: ignore[arg-type]
        renamed: dict[Slot, Type] = {Slot(node, one.arg): Slot(cls.dotted, one.arg) for one in own}
        for one in own:
            if one.annotation is not None and constructor.parent is not None:
                declared = declarations.declared(self.evaluator, one.annotation, constructor.parent)
                if isinstance(declared, Slot) and declared.owner == "TypeVar":
                    renamed[declared] = Slot(cls.dotted, one.arg, declared.bound)
        return substitute(kind, renamed)

    # Functions

    def _function(self, scope: Scope, name: str) -> list[Any] | None:
        return self._result(Function(scope.node, scope), name)  # type: ignore[arg-type]

    def _result(self, function: Function, name: str) -> list[Any] | None:
        """Write down the parameters and the result of a function; None where the result says nothing of modules."""
        own = names_of(function.node)
        if function.owner is not None:
            own = own[1:]
        slots: dict[Slot, Type] = {Slot(function.node, one.arg): Slot(name, one.arg) for one in own}
        kind = calls.returned(self.evaluator, function)
        assert function.scope.parent is not None
        for one in own:
            if one.annotation is not None:
                declared = declarations.declared(self.evaluator, one.annotation, function.scope.parent)
                if isinstance(declared, Slot) and declared.owner == "TypeVar":
                    slots[declared] = Slot(name, one.arg, declared.bound)
        kind = substitute(kind, slots)
        if not self._says_something(kind, name):
            return None
        return [[one.arg for one in own], notation.write(kind, name)]

    def _says_something(self, kind: Type, owner: str) -> bool:
        """Whether the type's text would name a module class, or what the caller passed."""
        text = notation.write(kind, owner)
        if text in ("Any", "None", "Plain"):
            return False
        return "~" in text or "Self" in text or any(self._is_module(cls) for cls in _classes_in(kind))

    def _is_module(self, cls: Class) -> bool:
        return self.evaluator.hierarchy.standing(cls) is Standing.MODULE or cls.dotted in self._givers

    def _gives_modules(self, entry: dict[str, Any]) -> bool:
        """Whether a member of the class is a module, or gives one, whatever the instance was made of."""
        texts = [*entry.get("attributes", {}).values(), *(text for _, text in entry.get("methods", {}).values())]
        return any(f"{self.package}." in text for text in texts)

    # Names

    def _names(self, file: File, classes: Any, functions: Any, modules: set[str]) -> dict[str, str]:
        """The names of a module that stand for a fact written down elsewhere."""
        found = {}
        for name in sorted(_global_names(self.evaluator, file, set())):
            kind = self._asked(partial(self.evaluator.member, file.name, name))
            canonical = None if kind is None else _canonical(kind)
            known = canonical in classes or canonical in functions or canonical in modules
            if canonical is not None and known and canonical != f"{file.name}.{name}":
                found[name] = canonical
        return found


def _drop_stand_ins(tree: ast.Module) -> None:
    """Drop each class of an ``else`` that only stands in for the one of that name in the ``if``."""
    for node in tree.body:
        if isinstance(node, ast.If):
            defined = {one.name for one in node.body if isinstance(one, ast.ClassDef)}
            kept = [one for one in node.orelse if not isinstance(one, ast.ClassDef) or one.name not in defined]
            node.orelse = kept


def _member_names(cls: SourceClass) -> set[str]:
    names = {name for name in cls.scope.flow.exit if "." not in name and "[" not in name}
    for scope in cls.scope.children:
        if isinstance(scope.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            own = names_of(scope.node)
            if own:
                prefix = f"{own[0].arg}."
                names |= {key[len(prefix) :] for key in scope.flow.bound if key.startswith(prefix)}
    declared = {name for name in names if any(isinstance(one, Annotated) for one in cls.scope.flow.exit.get(name, ()))}
    public = {name for name in names if name.isidentifier() and not name.startswith("_") and name != "forward"}
    return public | declared | (names & {"__enter__", "__iter__", "__getitem__", "__new__"})


def _is_public(dotted: str) -> bool:
    return not any(part.startswith("_") for part in dotted.split("."))


def _drop_unreachable(modules: dict[str, dict[str, str]], classes: dict[str, Any], functions: dict[str, Any]) -> None:
    """Leave only what a public name leads to: by itself, by re-export, as a base, or in a type."""
    exported = {canonical for names in modules.values() for canonical in names.values()}
    todo = [name for name in (*classes, *functions) if _is_public(name) or name in exported]
    reached: set[str] = set()
    while todo:
        name = todo.pop()
        if name in reached:
            continue
        reached.add(name)
        entry = classes.get(name) or functions.get(name)
        todo.extend(one for one in _DOTTED.findall(json.dumps(entry)) if one in classes)
    for facts in (classes, functions):
        for name in set(facts) - reached:
            del facts[name]


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
    """The names that a module binds, with those that its star imports bring."""
    if file.name in seen:
        return set()
    seen.add(file.name)
    names = {name for name in file.root.flow.bound if name.isidentifier()}
    for star in file.root.stars:
        full = file.absolute(star.module or "", star.level)
        source = None if full is None else ev.project.file(full)
        if source is not None:
            names |= {name for name in _global_names(ev, source, seen) if source.exports(name)}
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


def main() -> int:
    """Write ``<package>.json`` beside the catalogue's code, or see whether it says what the source says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("package", nargs="?", help="the package's top-level name and version: torch==2.13.0")
    parser.add_argument("source", nargs="?", type=Path, help="the folder that holds the package's folder")
    parser.add_argument("--all", action="store_true", help="fetch and build every package of the catalogue")
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if a file would change")
    options = parser.parse_args()
    if options.all:
        return max(_fetch_and_build(release, names, check=options.check) for release, names in RELEASES)
    if options.package is None or options.source is None:
        parser.error("name a package and its source, or say --all")
    package, _, version = options.package.partition("==")
    return _build(package, version, options.source, check=options.check)


def _fetch_and_build(release: str, names: Iterable[str], *, check: bool) -> int:
    """Build what a release holds, from its wheel: nothing of it is installed."""
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--ignore-requires-python"]
        subprocess.run([*pip, "--only-binary=:all:", "--dest", folder, release], check=True)
        for path in Path(folder).glob("*.whl"):
            with zipfile.ZipFile(path) as wheel:
                wheel.extractall(folder, [name for name in wheel.namelist() if name.endswith(".py")])
        return max(_build(name, release.partition("==")[2], Path(folder), check=check) for name in names)


def _build(package: str, version: str, source: Path, *, check: bool) -> int:
    facts = Builder(package, version, source).build()
    target = Path(__file__).with_name(f"{package}.json")
    text = json.dumps(facts, indent=0, separators=(",", ":"), sort_keys=True) + "\n"
    if check:
        same = target.is_file() and target.read_text(encoding="utf-8") == text
        print(f"{target.name} {'is what' if same else 'differs from what'} the source of {package}=={version} gives")
        return int(not same)
    target.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
