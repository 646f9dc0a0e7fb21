"""What is known of packages that are not read: which names are module classes, and what returns modules.

The facts lie in ``<package>.tsv`` beside this file, written by ``build.py`` from the package's source. Types stand
there in the notation of ``notation.py``.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

from flake8_forward_call.inference.catalogue.package import Alias, ClassEntry, Fact, FunctionEntry, Package, ValueEntry

__all__ = ["MODULE_CLASS", "Catalogue", "ClassEntry", "FunctionEntry", "Package", "ValueEntry"]

MODULE_CLASS = "torch.nn.modules.module.Module"

# Longer chains of names for names than three have not been seen.
_MAX_MOVES = 8


class Catalogue:
    """All packages that facts are bundled for, each loaded when a name first leads there."""

    def __init__(self, packages: dict[str, Package] | None = None, *, without: frozenset[str] = frozenset()) -> None:
        self._packages = packages
        self._without = without  # Packages that are being read, of which older facts must not count.

    def package(self, name: str) -> Package | None:
        """The facts of a top-level package, or None."""
        if self._packages is not None:
            return self._packages.get(name)
        return None if name in self._without else _load(name)

    def resolve(self, dotted: str) -> Fact | None:
        """What a dotted name stands for, over as many re-exports as it takes; None for anything but these."""
        for _ in range(_MAX_MOVES):
            package = self._of(dotted)
            entry = None if package is None else package.entry(dotted)
            if not isinstance(entry, Alias):
                return entry
            dotted = entry.target
        return None

    def namespace(self, dotted: str) -> str:
        """The dotted name with a re-exported Python module replaced by its own name."""
        package = self._of(dotted)
        if package is None or package.holds(dotted):
            return dotted
        entry = package.entry(dotted)
        return entry.target if isinstance(entry, Alias) else dotted

    def _of(self, dotted: str) -> Package | None:
        return self.package(dotted.partition(".")[0])


@cache
def _load(name: str) -> Package | None:
    file = resources.files(__name__) / f"{name}.tsv"
    return Package(file.read_bytes()) if name.isidentifier() and file.is_file() else None
