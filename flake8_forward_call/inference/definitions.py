"""Classes as they are defined: in source that was read, or in the catalogue."""

from __future__ import annotations

import ast
from typing import TypeAlias

from flake8_forward_call.inference.catalogue import ClassEntry
from flake8_forward_call.inference.syntax.scopes import Scope
from flake8_forward_call.inference.verdicts.verdict import Sameness


class SourceClass:
    """A class whose definition was read. There is one object for each definition, so equality is identity."""

    def __init__(self, scope: Scope) -> None:
        assert isinstance(scope.node, ast.ClassDef)
        self.scope = scope
        self.node = scope.node

    @property
    def dotted(self) -> str:
        """The qualified name."""
        names = [outer.node.name for outer in self.scope.outward() if hasattr(outer.node, "name")]
        return ".".join([*([self.scope.file.name] if self.scope.file.name else []), *reversed(names)])

    @property
    def label(self) -> str:
        """The name of the class in messages, with its module only if it belongs to another package."""
        return self.dotted if self.scope.file.is_installed else self.node.name

    def __repr__(self) -> str:
        return f"<SourceClass {self.dotted}>"


class KnownClass:
    """A class of the catalogue."""

    def __init__(self, entry: ClassEntry) -> None:
        self.entry = entry

    @property
    def dotted(self) -> str:
        """The qualified name."""
        return self.entry.name

    @property
    def label(self) -> str:
        """The name of the class in messages."""
        return self.dotted

    def __repr__(self) -> str:
        return f"<KnownClass {self.dotted}>"


Class: TypeAlias = SourceClass | KnownClass


# What calling an instance means, and the class that causes it, if there is one.
Meaning: TypeAlias = "tuple[Sameness, Class | None]"


def is_foreign(cls: Class) -> bool:
    """Whether the class belongs to another package.

    Not all subclasses of such a class are known, and it does not change together with the project.
    It makes no difference whether that package is installed, so that its source is read, or only in the catalogue.
    """
    return isinstance(cls, KnownClass) or cls.scope.file.is_installed
