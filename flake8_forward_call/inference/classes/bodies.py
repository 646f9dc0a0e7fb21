"""What a class itself defines: its methods, and what these set on the instance."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from flake8_forward_call.inference.definitions import Class, SourceClass
from flake8_forward_call.inference.syntax import on_self
from flake8_forward_call.inference.syntax.bindings import Binding, Defined
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.on_self import set_on_self
from flake8_forward_call.inference.syntax.scopes import Scope, scopes_of
from flake8_forward_call.inference.types import Instance, Origin, Slot

# The methods by which a class computes missing attributes.
MADE_UP = ("__getattr__", "__getattribute__")


def of_self(cls: SourceClass) -> Slot:
    """The type of ``self`` in a method of the class."""
    return Slot("Self", "Self", Instance(cls, Origin.DECLARED))


def assignments(cls: SourceClass, name: str) -> Iterator[Binding]:
    """Yield what the methods of a class assign to ``self.name``, by any means that reading shows."""
    yield from set_on_self(cls.scope).bindings(name)


def may_set_any_name(cls: SourceClass) -> bool:
    """Whether a method of the class may set an attribute whose name the text does not show, also by ``__dict__``."""
    return any(True for _ in set_on_self(cls.scope).unnamed) or any(
        isinstance(node, ast.Attribute) and node.attr == "__dict__"
        for method in cls.scope.children
        for call in method.calls
        for node in ast.walk(call.func)
    )


def first_method(cls: SourceClass, name: str) -> Scope | None:
    """The scope of the class's own method of that name, or None."""
    for binding in flow_of(cls.scope).exit.get(name, ()):
        if isinstance(binding, Defined) and not isinstance(binding.definition, ast.ClassDef):
            return scopes_of(cls.scope.file).opened[id(binding.definition)]
    return None


def method_in(order: Iterable[Class | None], name: str) -> Scope | None:
    """The scope of the first method of that name in an MRO, as far as its classes are read."""
    own = (first_method(one, name) for one in order if isinstance(one, SourceClass))
    return next((one for one in own if one is not None), None)


def methods(cls: SourceClass) -> Iterator[tuple[Scope, str]]:
    """Yield the scopes of a class's methods and those nested in them, each with the method's first parameter."""
    return on_self.methods(cls.scope)
