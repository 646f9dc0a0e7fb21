"""Classes that the user declares to be modules or non-modules, for what the source does not show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flake8_forward_call.inference.classes.hierarchy import Class
    from flake8_forward_call.inference.evaluating.evaluate import Evaluator


@dataclass(frozen=True, slots=True)
class Declared:
    """The full dotted names of classes to treat as modules, and of those to treat as non-modules."""

    modules: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


class DeclaredClasses:
    """The classes with those names: the name of their definition, or any name that they can be imported by."""

    def __init__(self, ev: Evaluator, declared: Declared) -> None:
        self._ev = ev
        self._names = declared

    def is_module(self, cls: Class) -> bool:
        """Whether the user declares that the class is a module class."""
        return bool(self._names.modules) and (cls.dotted in self._names.modules or cls in self._modules)

    def is_other(self, cls: Class) -> bool:
        """Whether the user declares that the class is not a module class."""
        return bool(self._names.others) and (cls.dotted in self._names.others or cls in self._others)

    @cached_property
    def _modules(self) -> frozenset[Class]:
        return frozenset(self._found(self._names.modules))

    @cached_property
    def _others(self) -> frozenset[Class]:
        return frozenset(self._found(self._names.others))

    def _found(self, names: tuple[str, ...]) -> Iterator[Class]:
        from flake8_forward_call.inference.types import ClassObject, alternatives

        for name in names:
            module, _, last = name.rpartition(".")
            for one in alternatives(self._ev.member(module, last)) if module else ():
                if isinstance(one, ClassObject):
                    yield one.cls
