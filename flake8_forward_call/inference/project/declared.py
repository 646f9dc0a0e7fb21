"""The classes that the user declares to be modules or non-modules."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Declared:
    """The full dotted names of classes to treat as modules, and of those to treat as non-modules."""

    modules: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
