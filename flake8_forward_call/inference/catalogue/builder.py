"""Builds the catalogue's facts about a package from its source.

The source is read with the tool's own inference, over all files of the package. Nothing is imported.
"""

from __future__ import annotations

import ast
import json
import warnings
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from flake8_forward_call.inference.catalogue import Catalogue, ClassEntry, notation
from flake8_forward_call.inference.catalogue.conventions import RETURNS
from flake8_forward_call.inference.catalogue.exports import (
    canonical_name,
    global_names,
    is_led_to,
    is_offered,
    is_public,
    reachable,
)
from flake8_forward_call.inference.catalogue.facts import DOTTED, Facts, needed
from flake8_forward_call.inference.catalogue.given_back import GIVES_BACK
from flake8_forward_call.inference.definitions import SourceClass
from flake8_forward_call.inference.evaluator import Evaluator
from flake8_forward_call.inference.project.project import Project
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.scopes import root_of
from flake8_forward_call.inference.types import Instance, KnownFunction
from flake8_forward_call.inference.verdicts.verdict import Standing

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
        self._facts = Facts(self.evaluator)

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
                function = self._facts.asked(partial(self._facts.of_function, scope, name))
                if function is not None:
                    functions[name] = function
        functions.update(self._compilers())
        functions.update(self._by_convention(classes))
        written = {*classes, *functions, *(file.name for file in files)}
        modules = {file: self._names(file, written) for file in files if is_public(file.name)}
        exported = set(DOTTED.findall(json.dumps([list(names.values()) for names in modules.values()])))
        facts = reachable(classes | functions, exported)
        self._cut_loose(facts)
        lost = written - {*facts, *(file.name for file in files)}
        offered = {
            f"{file.name}.{name}": fact
            for file, names in modules.items()
            for name, fact in names.items()
            if is_offered(file, name) and str(fact) not in lost
        }
        return facts | {name: fact for name, fact in offered.items() if not is_led_to(name, offered)}

    def _classes(self, found: list[SourceClass]) -> dict[str, Any]:
        """The facts about all classes that are certainly modules or certainly not, and about their bases."""
        classes: dict[str, Any] = {}
        by_name: dict[str, SourceClass] = {}
        for cls in found:
            # A second class with the same name is a fallback for a failed import, unless it is the module.
            if cls.dotted not in classes or self.evaluator.hierarchy.standing(cls) is Standing.MODULE:
                entry = self._facts.asked(partial(self._facts.of_class, cls))
                if entry is not None:
                    classes[cls.dotted], by_name[cls.dotted] = entry, cls
                    if self._facts.gives_modules(entry):
                        self._facts.givers.add(cls.dotted)
        self._add_bare(classes)
        for name, cls in by_name.items():
            self._shorten(cls, classes[name], classes)
        return classes

    def _add_bare(self, classes: dict[str, Any]) -> None:
        """Add the bases without facts: that they were read shows what they do not change."""
        todo = [base for entry in classes.values() for base in entry.get("bases", ())]
        while todo:
            base = todo.pop()
            if base in self._facts.bare and base not in classes:
                entry = self._facts.asked(partial(self._facts.framework, self._facts.bare[base]))
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
            found = self._facts.asked(partial(self.evaluator.global_of, file, function))
            if not isinstance(found, KnownFunction) or parameter not in found.parameters:
                raise SystemExit(f"{name} has no parameter {parameter!r} any more: mend the table")
            yield name, [needed(list(found.parameters), f"~{parameter}"), f"~{parameter}"]

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

    # Names

    def _names(self, file: File, written: set[str]) -> dict[str, str | list[str]]:
        """The names of a module that are bound to something with an entry elsewhere, or to an instance of it."""
        found: dict[str, str | list[str]] = {}
        for name in sorted(global_names(self.evaluator, file, set())):
            kind = self._facts.asked(partial(self.evaluator.member, file.name, name))
            canonical = None if kind is None else canonical_name(kind)
            if isinstance(kind, Instance) and self._facts.is_module(kind.cls):
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
