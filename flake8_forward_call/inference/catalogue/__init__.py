"""What is known of packages that are not read: which names are module classes, and what returns modules.

The facts lie in ``<package>.json`` beside this file, written by ``build.py`` from the package's source. Types stand
there in the notation of ``notation.py``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

MODULE_CLASS = "torch.nn.modules.module.Module"


@dataclass(frozen=True, slots=True)
class ClassEntry:
    """A class: its bases by canonical name (None: one that was not to be resolved), members by type or result."""

    name: str
    bases: tuple[str | None, ...]
    parameters: tuple[str, ...] = ()
    attributes: dict[str, str] = field(default_factory=dict)
    methods: dict[str, tuple[tuple[str, ...], str]] = field(default_factory=dict)
    call: str | None = None  # How it overrides `__call__`: a Sameness value.
    interface: bool = False
    hookless: bool = False  # Whether instances come over RPC without their hook tables.


@dataclass(frozen=True, slots=True)
class FunctionEntry:
    """A function that returns a module, or something that holds one."""

    name: str
    parameters: tuple[str, ...]
    returns: str


@dataclass(frozen=True, slots=True)
class Package:
    """The facts of one package. ``names`` maps each module to its public names that live elsewhere."""

    name: str
    version: str
    modules: dict[str, dict[str, str]]
    classes: dict[str, ClassEntry]
    functions: dict[str, FunctionEntry]


class Catalogue:
    """All packages that facts are bundled for, each loaded when a name first leads there."""

    def __init__(self, packages: dict[str, Package] | None = None, *, without: str | None = None) -> None:
        self._packages = packages
        self._without = without  # The package that is being read, of which older facts must not count.

    def package(self, name: str) -> Package | None:
        """The facts of a top-level package, or None."""
        if self._packages is not None:
            return self._packages.get(name)
        return None if name == self._without else _load(name)

    def resolve(self, dotted: str) -> ClassEntry | FunctionEntry | None:
        """What a dotted name stands for, over as many re-exports as it takes; None for anything but these."""
        package = self.package(dotted.partition(".")[0])
        if package is None:
            return None
        for _ in range(8):  # Longer chains of re-exports than three have not been seen.
            entry = package.classes.get(dotted) or package.functions.get(dotted)
            if entry is not None:
                return entry
            module, _, name = dotted.rpartition(".")
            moved = package.modules.get(module, {}).get(name)
            if moved is None:
                return None
            dotted = moved
        return None

    def namespace(self, dotted: str) -> str:
        """The dotted name with a re-exported Python module replaced by its own name."""
        package = self.package(dotted.partition(".")[0])
        module, _, name = dotted.rpartition(".")
        if package is None or dotted in package.modules:
            return dotted
        return package.modules.get(module, {}).get(name, dotted)


@cache
def _load(name: str) -> Package | None:
    file = resources.files(__name__) / f"{name}.json"
    if not name.isidentifier() or not file.is_file():
        return None
    return read(json.loads(file.read_text(encoding="utf-8")))


def read(data: dict[str, Any]) -> Package:
    """The facts of a package from their JSON form."""
    classes = {
        name: ClassEntry(
            name,
            tuple(entry.get("bases", ())),
            tuple(entry.get("parameters", ())),
            entry.get("attributes", {}),
            {method: (tuple(given), returns) for method, (given, returns) in entry.get("methods", {}).items()},
            entry.get("call"),
            entry.get("interface", False),
            entry.get("hookless", False),
        )
        for name, entry in data["classes"].items()
    }
    functions = {
        name: FunctionEntry(name, tuple(given), returns) for name, (given, returns) in data["functions"].items()
    }
    return Package(data["package"], data["version"], data["modules"], classes, functions)
