"""One file: its text as a tree, and its name."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from typing import Any


@dataclass(eq=False)
class File:
    """One file under analysis. ``name`` is its dotted module name, empty if it is unknown.

    ``is_installed`` distinguishes the files of other packages from those of the project. ``text`` is what ``tree`` was
    parsed from; None if it is not at hand. ``cells`` are the numbers of rows above each cell of a notebook.
    """

    path: str
    tree: ast.Module
    name: str = ""
    is_package: bool = False
    is_installed: bool = False
    text: str | None = None
    cells: tuple[int, ...] = ()

    @cached_property
    def readings(self) -> dict[object, Any]:
        """What was read from the file, each computed once: its scopes, its references."""
        return {}

    def absolute(self, module: str, level: int) -> str | None:
        """The full name of an imported module, by the name of the file; None if its dots lead nowhere."""
        if level == 0:
            return module
        if not self.name:
            return None
        parts = self.name.split(".")
        drop = level - 1 if self.is_package else level
        if drop > len(parts):
            return None
        base = parts[: len(parts) - drop]
        return ".".join([*base, module] if module else base) or None
