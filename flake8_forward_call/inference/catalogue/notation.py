"""Types as text in the catalogue, in Python's own syntax.

``a.b.C`` is an instance of that class, ``Opaque[a.b.C]`` one of an unread subclass of it, ``type[a.b.C]`` the class,
``Self`` the object on which the method is called, ``Self()`` an instance of the class on which it is called, ``~name``
what the caller passes for that parameter, ``Wrapped[~name]`` the same where it must be a module, ``Made[a.b.C, ~name]``
an instance that is created with it, ``list[X]`` anything iterable. The others are ``dict[K, V]``, ``tuple[X, Y]``,
``Awaitable[X]``, ``Managed[X]``, ``X | Y``, ``None``, ``Plain``, ``Any``.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import lru_cache

from flake8_forward_call.inference.catalogue import MODULE_CLASS
from flake8_forward_call.inference.types import (
    NONE,
    PLAIN,
    UNKNOWN,
    Awaitable,
    ClassObject,
    Instance,
    Managed,
    Many,
    Mapping,
    NoneValue,
    Origin,
    Plain,
    Result,
    Slot,
    Tuple,
    Type,
    Union,
    alternatives,
    union,
)

SELF = Slot("Self", "Self")


def write(kind: Type, owner: str) -> str:
    """The text of a type; parameters of anything but ``owner``, and types without a notation, become ``Any``."""
    match kind:
        case Union():
            return " | ".join(dict.fromkeys(write(one, owner) for one in alternatives(kind))) or "Any"
        case NoneValue():
            return "None"
        case Plain():
            return "Plain"
        case _ if kind == SELF:
            return "Self"
        case Result(callee) if callee == SELF:
            return "Self()"
        case Slot(owner=of, name=name) if of == owner:
            return f"~{name}"
        case Slot(bound=bound) if not isinstance(bound, Slot):
            return write(bound, owner)
        case Instance(cls, origin):
            return f"Opaque[{cls.dotted}]" if origin in (Origin.OPAQUE, Origin.FOREIGN) else cls.dotted
        case ClassObject(cls):
            return f"type[{cls.dotted}]"
        case Many(element):
            return f"list[{write(element, owner)}]"
        case Mapping(key, value):
            return f"dict[{write(key, owner)}, {write(value, owner)}]"
        case Tuple(items):
            return f"tuple[{', '.join(write(item, owner) for item in items)}]" if items else "tuple[()]"
        case Awaitable(result):
            return f"Awaitable[{write(result, owner)}]"
        case Managed(entered):
            return f"Managed[{write(entered, owner)}]"
        case _:
            return "Any"


def read(text: str, owner: str, find: Callable[[str], Type]) -> Type:
    """The type of a text; ``find`` returns the class object of a dotted name, ``owner`` has the parameter ``~name``."""
    return _Reader(owner, find).type(_parsed(text))


@lru_cache(maxsize=4096)
def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


class _Reader:
    def __init__(self, owner: str, find: Callable[[str], Type]) -> None:
        self._owner = owner
        self._find = find

    def type(self, node: ast.expr) -> Type:
        match node:
            case ast.BinOp(left=left, right=right):
                return union([self.type(left), self.type(right)])
            case ast.Constant(value=None):
                return NONE
            case ast.UnaryOp(operand=ast.Name(id=name)):
                return Slot(self._owner, name)
            case ast.Name(id="Self"):
                return SELF
            case ast.Call(func=ast.Name(id="Self")):
                return Result(SELF)
            case ast.Name(id="Plain"):
                return PLAIN
            case ast.Subscript(value=ast.Name(id=form), slice=inner):
                return self._form(form, list(inner.elts) if isinstance(inner, ast.Tuple) else [inner])
            case ast.Name() | ast.Attribute():
                found = self._find(ast.unparse(node))
                return Instance(found.cls, Origin.DECLARED) if isinstance(found, ClassObject) else UNKNOWN
        return UNKNOWN

    def _form(self, form: str, inner: list[ast.expr]) -> Type:
        kinds = [self.type(node) for node in inner]
        match form, kinds:
            case "Opaque", [Instance(cls)]:
                return Instance(cls, Origin.FOREIGN)
            case "Wrapped", [Slot(of, name)]:
                module = self._find(MODULE_CLASS)
                return (
                    Slot(of, name, Instance(module.cls, Origin.OPAQUE)) if isinstance(module, ClassObject) else UNKNOWN
                )
            case "Made", [Instance(cls), Slot(name=name) as given]:
                return Instance(cls, Origin.DECLARED, ((Slot(cls.dotted, name), given),))
            case "type", [Instance(cls)]:
                return ClassObject(cls, Origin.DECLARED)
            case "list", [element]:
                return Many(element)
            case "dict", [key, value]:
                return Mapping(key, value)
            case "tuple", items:
                return Tuple(tuple(items))
            case "Awaitable", [result]:
                return Awaitable(result)
            case "Managed", [entered]:
                return Managed(entered)
        return UNKNOWN
