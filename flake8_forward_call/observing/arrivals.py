"""Knowing when a program has imported a package, without importing it."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType


class Arrival(MetaPathFinder):
    """Calls ``then`` once a package is imported: now if it is already there, else when the program imports it.

    The import fails or succeeds as without this. The module gets its own loader back before its code runs.
    """

    def __init__(self, name: str, then: Callable[[], None]) -> None:
        self._name, self._then = name, then
        self._is_waiting = False
        module = sys.modules.get(name)
        if module is not None and not getattr(getattr(module, "__spec__", None), "_initializing", False):
            then()
        else:
            self._wait()

    def _wait(self) -> None:
        sys.meta_path.insert(0, self)
        self._is_waiting = True

    def cancel(self) -> None:
        """Do not wait any longer."""
        if self._is_waiting and self in sys.meta_path:
            sys.meta_path.remove(self)
        self._is_waiting = False

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of the package with a loader that tells when it is done; None for other packages."""
        if fullname != self._name:
            return None
        self.cancel()
        spec = importlib.util.find_spec(fullname)
        if spec is None or spec.loader is None:
            self._wait()
            return None
        spec.loader = _Telling(spec.loader, self._done)
        return spec

    def _done(self, is_imported: bool) -> None:
        if is_imported:
            self._then()
        else:
            self._wait()


class _Telling(Loader):
    """A loader that does what another one does, and then tells whether it succeeded."""

    def __init__(self, inner: Loader, done: Callable[[bool], None]) -> None:
        self._inner, self._done = inner, done

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._inner.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        is_imported = False
        module.__loader__ = self._inner
        if module.__spec__ is not None:
            module.__spec__.loader = self._inner
        try:
            self._inner.exec_module(module)
            is_imported = True
        finally:
            self._done(is_imported)
