"""The file of a dotted name: in the project, else among the installed packages.

The order is Python's: a package with an ``__init__.py`` takes precedence over a folder without one, wherever they are.
So a folder of data named ``torch`` hides nothing, and a module ``torch.py`` of the project hides the real one. If
nothing is installed, the project's own file takes precedence over the catalogue.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from flake8_forward_call.inference.catalogue import MODULE_CLASS, Catalogue
from flake8_forward_call.inference.catalogue.look_alikes import is_look_alike, is_standard
from flake8_forward_call.inference.places.environment import Environment
from flake8_forward_call.inference.places.layout import is_marked
from flake8_forward_call.inference.project.facts import Memo
from flake8_forward_call.inference.project.workspace import Workspace
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.sources.source import is_stub

# The path of a module, and whether it is installed.
_Found: TypeAlias = tuple[Path, bool]

# What may bind a name that does not occur in the text.
_ANY_NAME = re.compile(rb"import[ \t]*\(?[ \t]*\*|__getattr__|sys\.modules|globals\(\)")

# How many texts are kept for the next name. A package that imports everything from hundreds of modules is asked often.
_MAX_TEXTS = 500

_TORCH = MODULE_CLASS.partition(".")[0]

# An address begins with a dot. It identifies a module that may have no name, or a name that leads elsewhere:
# `.<folder>.<module>`. The dots in the folder's path are replaced, so that an address can be split like a name.
_ADDRESS, _DOT = ".", "\0"


@dataclass(eq=False)
class Names:
    """The files that the imports of one project lead to."""

    workspace: Workspace
    environment: Environment
    catalogue: Catalogue
    _sources: Memo[str, _Found | None] = field(default_factory=Memo)
    _told: Memo[str, bool] = field(default_factory=Memo)
    _texts: Memo[str, bytes | None] = field(default_factory=Memo)
    _imported: Memo[tuple[Path, str, int], str | None] = field(default_factory=Memo)

    def __post_init__(self) -> None:
        self.workspace.is_known = self._is_known

    def file(self, dotted: str) -> File | None:
        """The file of a dotted module name; None if there is none, or if the catalogue answers for it."""
        return self._read(dotted, self._source(dotted))

    def stub(self, dotted: str) -> File | None:
        """The stub of a module, or None."""
        return self._read(dotted, self._stub(dotted))

    def mentions(self, dotted: str, name: str) -> bool:
        """Whether a module can bind a name: its text contains the name, or something that may bind any name.

        So packages that import everything from hundreds of modules are not parsed completely for one name.
        """
        found = self._source(dotted)
        if found is None:
            return True
        path = str(found[0])
        if len(self._texts) > _MAX_TEXTS:
            self._texts = Memo()
        text = self._texts.get(path, lambda: self._text(path))
        return text is None or name.encode() in text

    def _text(self, path: str) -> bytes | None:
        """The text of a module; None if it may have any name."""
        try:
            text = self.workspace.disk.read(path)
        except OSError:
            return None
        return None if _ANY_NAME.search(text) else text

    def is_hidden(self, dotted: str) -> bool:
        """Whether the project hides what the catalogue has under a name.

        It does if it has a package of that name, or in a folder without ``__init__.py`` exactly that module.
        """
        top, *rest = dotted.split(".")
        if self.workspace.find(top) is not None:
            return True
        modules = (".".join([top, *rest[:count]]) for count in range(len(rest) - 1, 0, -1))
        return any(found is not None and not found[1] for found in map(self._source, modules))

    def imported(self, file: File, module: str, level: int) -> str | None:
        """The full name of a module as a file imports it, with ``level`` leading dots; None if they lead nowhere.

        Dots are followed from folder to folder, even if an ``__init__.py`` is missing. Without dots, a module next to
        a program takes precedence, as in Python. Next to a module of a package, it comes last: that may be a program
        too.
        """
        if file.is_installed or not self.workspace.roots or is_stub(file.path):
            return file.absolute(module, level)  # A stub may be in another folder than its module.
        key = Path(file.path).parent, module, level
        return self._imported.get(
            key, lambda: self._relative(*key) if level else self._beside(key[0], module) or module
        )

    def _beside(self, folder: Path, module: str) -> str | None:
        """The full name of a module next to a file that imports it without a dot; None if there is no such module."""
        folders, parts = self.workspace.folders, module.split(".")
        if folders.module(folder, parts[:1]) is None or folders.module(folder, parts) is None:
            return None
        if folders.module(folder, ("__init__",)) is not None:
            is_elsewhere = self._is_known(parts[0]) or any(map(self._source, (module, parts[0])))
            return None if is_elsewhere else self._relative(folder, module, 1)
        return self._relative(folder, module, 1) if self.workspace.offers(folder, parts[0]) else None

    def _relative(self, folder: Path, module: str, level: int) -> str | None:
        """The full name of a module that a file in a folder imports with ``level`` dots."""
        for _ in range(level - 1):
            if is_marked(folder) or folder == folder.parent:
                return None
            folder = folder.parent
        parts = module.split(".") if module else []
        path = self.workspace.folders.module(folder.parent, [folder.name, *parts])
        if path is not None:
            name = self.workspace.name_of(path)
            if name and self._source(name) == (path, False):
                return name
        return ".".join([_ADDRESS.rstrip("."), str(folder).replace(".", _DOT), *parts])

    def _read(self, dotted: str, found: _Found | None) -> File | None:
        if found is None:
            return None
        path, is_installed = found
        # A file of the project has one name, whichever name leads to it, and is never foreign.
        is_foreign = is_installed and not self.workspace.is_own(path)
        file = self.workspace.file_at(path, dotted if is_foreign else "")
        if file is not None:
            file.is_installed |= is_foreign
        return file

    def _source(self, dotted: str) -> _Found | None:
        return self._sources.get(dotted, lambda: self._path(dotted, ".py") or self._stub(dotted))

    def _stub(self, dotted: str) -> _Found | None:
        found = self._path(dotted, ".pyi")
        if found is not None or dotted.startswith(_ADDRESS):  # No package of stubs is named after an address.
            return found
        return self._path(_in_stubs(dotted), ".pyi")

    def _path(self, dotted: str, suffix: str) -> _Found | None:
        """The path of a module, and whether it is installed."""
        if dotted.startswith(_ADDRESS):
            return self._at(dotted, suffix)
        path = self.workspace.find(dotted, suffix)
        top = dotted.partition(".")[0]
        # Code that imports torch has it. A package takes precedence over folders without `__init__.py`, so these are
        # not torch.
        is_package = top == _TORCH or self.environment.owns(top)
        if path is None and not is_package:
            path = self.workspace.find_loose(dotted, suffix)
        if path is not None:
            return path, False
        if not is_standard(top) and not self._is_told_by_catalogue(top):
            path = self.environment.find(dotted, suffix)
            if path is not None:
                return path, not self.workspace.is_own(path)
        if self.environment.owns(top) or self._is_in_catalogue(dotted):
            return None
        path = self.workspace.find_loose(dotted, suffix) if is_package else None
        path = path or self.workspace.find_astray(dotted, suffix)
        return None if path is None else (path, False)

    def _at(self, address: str, suffix: str) -> _Found | None:
        _, place, *parts = address.split(".")
        folder = Path(place.replace(_DOT, "."))
        path = self.workspace.folders.module(folder.parent, [folder.name, *parts], suffix)
        return None if path is None else (path, False)

    def _is_known(self, top: str) -> bool:
        """Whether a top-level name means something outside the project."""
        return (
            is_standard(top)
            or is_look_alike(top)
            or self.catalogue.package(top) is not None
            or self.environment.owns(top)
        )

    def _is_told_by_catalogue(self, top: str) -> bool:
        """Whether the catalogue is used for an installed package.

        It is used if it was built from the same release, because that is much faster than reading the source again.
        It is always used for torch: its facts about torch change little from release to release, much of torch is
        created at run time, and there must be only one class ``Module``.
        """
        return self._told.get(top, lambda: self._is_release_in_catalogue(top))

    def _is_release_in_catalogue(self, top: str) -> bool:
        package = self.catalogue.package(top)
        return package is not None and (top == _TORCH or self.environment.version(top) == package.version)

    def _is_in_catalogue(self, dotted: str) -> bool:
        package = self.catalogue.package(dotted.partition(".")[0])
        return package is not None and package.holds(dotted)


def _in_stubs(dotted: str) -> str:
    """The name of a module's stub in a stub-only package: ``pkg-stubs.module``."""
    top, dot, rest = dotted.partition(".")
    return f"{top}-stubs{dot}{rest}"
