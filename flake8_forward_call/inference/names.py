"""From a dotted name to the file that it stands for: of the project, else of what is installed.

Python's order holds: a package with an ``__init__.py`` goes before a folder without one, wherever each lies. So a
folder of data named ``torch`` hides nothing, and a module ``torch.py`` of the project hides the real one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from flake8_forward_call.inference.catalogue import MODULE_CLASS, Catalogue
from flake8_forward_call.inference.catalogue.look_alikes import is_standard
from flake8_forward_call.inference.environment import Environment
from flake8_forward_call.inference.project import File
from flake8_forward_call.inference.workspace import Workspace

# The path of a module, and whether it is installed.
_Found: TypeAlias = tuple[Path, bool]

# What may bring a name that does not stand in the text.
_ANY_NAME = re.compile(rb"import[ \t]*\(?[ \t]*\*|__getattr__|sys\.modules|globals\(\)")

_TORCH = MODULE_CLASS.partition(".")[0]


@dataclass(eq=False)
class Names:
    """Where the names lead that the files of one project import."""

    workspace: Workspace
    environment: Environment
    catalogue: Catalogue
    _sources: dict[str, _Found | None] = field(default_factory=dict)
    _told: dict[str, bool] = field(default_factory=dict)

    def file(self, dotted: str) -> File | None:
        """The file of a dotted module name; None where there is none, or the catalogue is to say what it has."""
        return self._read(dotted, self._source(dotted))

    def stub(self, dotted: str) -> File | None:
        """The stub of a module, or None."""
        return self._read(dotted, self._stub(dotted))

    def mentions(self, dotted: str, name: str) -> bool:
        """Whether a module can bind a name, by its text: the name stands there, or what may bring any name.

        Packages that import everything from hundreds of modules are not read whole for one name.
        """
        found = self._source(dotted)
        if found is None:
            return True
        try:
            text = self.workspace.disk.read(str(found[0]))
        except OSError:
            return True
        return name.encode() in text or _ANY_NAME.search(text) is not None

    def is_hidden(self, top: str) -> bool:
        """Whether the project has a package or module of its own under a name that the catalogue knows."""
        return self.workspace.find(top) is not None

    def _read(self, dotted: str, found: _Found | None) -> File | None:
        if found is None:
            return None
        path, is_installed = found
        # What is the project's own goes by one name, and is no other package, whatever name led there first.
        is_own = self.workspace.owns(path)
        file = self.workspace.file_at(path, "" if is_own and path.suffix == ".py" else dotted)
        if file is not None:
            file.is_package = path.stem == "__init__"  # Of a stub, too.
            file.is_installed |= is_installed and not is_own
        return file

    def _source(self, dotted: str) -> _Found | None:
        if dotted not in self._sources:
            self._sources[dotted] = self._path(dotted, ".py") or self._stub(dotted)
        return self._sources[dotted]

    def _stub(self, dotted: str) -> _Found | None:
        return self._path(dotted, ".pyi") or self._path(_in_stubs(dotted), ".pyi")

    def _path(self, dotted: str, suffix: str) -> _Found | None:
        """The path of a module, and whether it is installed."""
        path = self.workspace.find(dotted, suffix)
        if path is not None:
            return path, False
        top = dotted.partition(".")[0]
        if not is_standard(top) and not self._is_told_by_catalogue(top):
            path = self.environment.find(dotted, suffix)
            if path is not None:
                return path, True
        if self.environment.owns(top) or self._is_in_catalogue(dotted):
            return None
        path = self.workspace.find_loose(dotted, suffix)
        return None if path is None else (path, False)

    def _is_told_by_catalogue(self, top: str) -> bool:
        """Whether the catalogue serves for an installed package.

        It does where it was made from the very release, for that is faster by far than to read the source again. And
        it always does for torch: what it tells of torch changes little from release to release, much of torch is made
        at run time, and there must be one class ``Module`` only, whoever tells of it.
        """
        if top not in self._told:
            package = self.catalogue.package(top)
            self._told[top] = package is not None and (
                top == _TORCH or self.environment.version(top) == package.version
            )
        return self._told[top]

    def _is_in_catalogue(self, dotted: str) -> bool:
        package = self.catalogue.package(dotted.partition(".")[0])
        return package is not None and package.holds(dotted)


def _in_stubs(dotted: str) -> str:
    """The name of a module's stub in a package of stubs alone: ``pkg-stubs.module``."""
    top, dot, rest = dotted.partition(".")
    return f"{top}-stubs{dot}{rest}"
