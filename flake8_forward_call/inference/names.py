"""From a dotted name to the file that it stands for: of the project, else of what is installed.

Python's order holds: a package with an ``__init__.py`` goes before a folder without one, wherever each lies. So a
folder of data named ``torch`` hides nothing, and a module ``torch.py`` of the project hides the real one.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from flake8_forward_call.inference.catalogue import MODULE_CLASS, Catalogue
from flake8_forward_call.inference.environment import Environment
from flake8_forward_call.inference.evaluate import STANDARD
from flake8_forward_call.inference.project import File
from flake8_forward_call.inference.workspace import Workspace

_TORCH = MODULE_CLASS.partition(".")[0]


@dataclass(eq=False)
class Names:
    """Where the names lead that the files of one project import."""

    workspace: Workspace
    environment: Environment
    catalogue: Catalogue

    def file(self, dotted: str) -> File | None:
        """The file of a dotted module name; None where there is none, or the catalogue is to say what it has."""
        path = self._path(dotted, ".py") or self._path(dotted, ".pyi") or self._path(_in_stubs(dotted), ".pyi")
        return None if path is None else self.workspace.file_at(path, dotted)

    def stub(self, dotted: str) -> File | None:
        """The stub of a module whose source is there as well."""
        path = self._path(dotted, ".pyi") or self._path(_in_stubs(dotted), ".pyi")
        return None if path is None else self.workspace.file_at(path, dotted)

    def is_hidden(self, top: str) -> bool:
        """Whether the project has a package or module of its own under a name that the catalogue knows."""
        return self.workspace.find(top) is not None

    def _path(self, dotted: str, suffix: str) -> Path | None:
        path = self.workspace.find(dotted, suffix)
        if path is not None:
            return path
        top = dotted.partition(".")[0]
        if top not in STANDARD and not self._is_told_by_catalogue(top):
            path = self.environment.find(dotted, suffix)
        if path is not None or self.environment.owns(top) or self._is_in_catalogue(dotted):
            return path
        return self.workspace.find_loose(dotted, suffix)

    def _is_told_by_catalogue(self, top: str) -> bool:
        """Whether the catalogue serves for an installed package.

        It does where it was made from the very release, for that is faster by far than to read the source again. And
        it always does for torch: what it tells of torch changes little from release to release, much of torch is made
        at run time, and there must be one class ``Module`` only, whoever tells of it.
        """
        package = self.catalogue.package(top)
        return package is not None and (top == _TORCH or self.environment.version(top) == package.version)

    def _is_in_catalogue(self, dotted: str) -> bool:
        package = self.catalogue.package(dotted.partition(".")[0])
        if package is None:
            return False
        return dotted in package.modules or any(name.startswith(f"{dotted}.") for name in package.classes)


def _in_stubs(dotted: str) -> str:
    """The name of a module's stub in a package of stubs alone: ``pkg-stubs.module``."""
    top, dot, rest = dotted.partition(".")
    return f"{top}-stubs{dot}{rest}"
