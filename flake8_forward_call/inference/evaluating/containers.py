"""What comes out of lists, dicts, tuples and torch's module containers."""

from __future__ import annotations

import ast

from flake8_forward_call.inference.catalogue import MODULE_CLASS
from flake8_forward_call.inference.catalogue.module_containers import ELEMENT, MODULE_DICT, MODULE_LIST, SEQUENTIAL
from flake8_forward_call.inference.classes.bodies import methods
from flake8_forward_call.inference.definitions import SourceClass
from flake8_forward_call.inference.evaluating import declarations, iterating, records
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.bindings import Step
from flake8_forward_call.inference.syntax.scopes import Scope
from flake8_forward_call.inference.types import (
    NEVER,
    PLAIN,
    UNKNOWN,
    ClassObject,
    Instance,
    Many,
    Mapping,
    NoneValue,
    Origin,
    Plain,
    Result,
    Slot,
    Tuple,
    Type,
    alternatives,
    each,
    is_left_open,
    union,
)


def container_kind(asked: Questions, kind: Type) -> str | None:
    """The dotted name of the torch module container that a value is an instance of, or None."""
    if not isinstance(kind, Instance):
        return None
    for cls in asked.hierarchy.order(kind.cls):
        if cls is not None and cls.dotted in (SEQUENTIAL, MODULE_LIST, MODULE_DICT):
            return cls.dotted
    return None


def is_container(asked: Questions, kind: Type) -> bool:
    """Whether the instance is one of torch's module containers."""
    return container_kind(asked, kind) is not None


def element(asked: Questions, kind: Type) -> Type:
    """What iterating over the value yields."""
    return each(kind, lambda one: _element(asked, one))


def _element(asked: Questions, kind: Type) -> Type:

    match kind:
        case Many(inner):
            return inner
        case Mapping(key, _):
            return key
        case Tuple(items):
            return union(items)
        case Instance():
            container = container_kind(asked, kind)
            if container is not None and not iterating.has_own(asked, kind, "__iter__"):
                return PLAIN if container == MODULE_DICT else held(asked, kind)
            return iterating.elements(asked, kind)
        case Slot(bound=bound) if bound != UNKNOWN:
            return element(asked, bound)
        case Slot() | Result() if is_left_open(kind):
            return element(asked, asked.of_callers(kind))
        case _:
            return UNKNOWN


def held(asked: Questions, kind: Instance) -> Type:
    """What a module container contains: certainly modules, of an unknown class if nothing shows which."""
    found = dict(kind.slots).get(ELEMENT, NEVER)
    for cls in asked.hierarchy.order(kind.cls):
        if isinstance(cls, SourceClass):
            found = union([found, _held_by_class(asked, cls, kind)])
    module = asked.known_class(MODULE_CLASS)
    is_annotated = kind.origin is Origin.DECLARED and kind.cls.dotted == container_kind(asked, kind)
    if found == NEVER and is_annotated and module is not None:
        return Instance(module, Origin.DECLARED)  # An annotation `ModuleList` declares its elements as `Module`.
    return as_module(asked, found)


def _held_by_class(asked: Questions, cls: SourceClass, kind: Instance) -> Type:
    """What a subclass of a container puts into itself, by ``super().__init__(...)`` and by its own methods."""
    found: list[Type] = []
    for method, receiver in methods(cls):
        for call in method.calls:
            match call.func:
                case ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr="__init__"):
                    found.append(constructed_element(asked, container_kind(asked, kind), call, method))
                case ast.Attribute(value=ast.Name(id=name)) if name == receiver:
                    found.extend(asked.put_by_call(call, method))
    return union(found)


def as_module(asked: Questions, kind: Type) -> Type:
    """What a container of modules contains: an alternative that was not read is a module, too."""
    module = asked.known_class(MODULE_CLASS)
    if module is None:
        return UNKNOWN
    opaque = Instance(module, Origin.OPAQUE)
    found = [
        one if asked.hierarchy.is_module(one) else opaque
        for one in alternatives(kind)
        if not isinstance(one, (NoneValue, Plain))
    ]
    return union(found) if found else opaque


def constructed_element(asked: Questions, container: str | None, call: ast.Call, scope: Scope) -> Type:
    """The elements of a container that this call creates."""
    kinds = [
        (node, asked.expression(node.value if isinstance(node, ast.Starred) else node, scope)) for node in call.args
    ]
    if container == SEQUENTIAL:
        if len(kinds) == 1 and not isinstance(call.args[0], ast.Starred):
            only = kinds[0][1]
            if all(isinstance(one, Mapping) for one in alternatives(only)):
                return union(one.value for one in alternatives(only) if isinstance(one, Mapping))
        return union(element(asked, kind) if isinstance(node, ast.Starred) else kind for node, kind in kinds)
    if container == MODULE_DICT:
        return union(values(asked, kind) for _, kind in kinds)
    return union(element(asked, kind) for _, kind in kinds)


def values(asked: Questions, kind: Type) -> Type:
    """The values of a dict that is created from a mapping or from pairs."""

    def of(one: Type) -> Type:
        match one:
            case Mapping(_, value):
                return value
            case Many(pair):
                return each(pair, of_pair)
            case Instance() if container_kind(asked, one) == MODULE_DICT:
                return held(asked, one)
            case _:
                return UNKNOWN

    def of_pair(one: Type) -> Type:
        match one:
            case Tuple((_, value)) | Many(value):
                return value
            case _:
                return UNKNOWN

    return each(kind, of)


def item(asked: Questions, kind: Type, index: ast.expr, scope: Scope) -> Type:
    """The type of a subscript."""
    is_slice = isinstance(index, ast.Slice)
    match kind:
        case Tuple(items):
            return _tuple_item(items, index)
        case Many(inner):
            return kind if is_slice else inner
        case Mapping(_, value):
            return kind.under(index) or value
        case Instance():
            if is_container(asked, kind) and not iterating.has_own(asked, kind, "__getitem__"):
                return kind if is_slice else held(asked, kind)
            fields = records.as_tuple(asked, kind)
            if fields is not None:
                return _tuple_item(fields.items, index)
            method = asked.attribute(kind, "__getitem__")
            return asked.returned(method) if method != UNKNOWN else records.value(asked, kind, index)
        case Slot(bound=bound) if bound != UNKNOWN:
            return each(bound, lambda one: item(asked, one, index, scope))
        case Slot() | Result() if is_left_open(kind):
            return each(asked.of_callers(kind), lambda one: item(asked, one, index, scope))
        case ClassObject(cls) if declarations.type_variables(asked, cls):
            return kind
        case _:
            return UNKNOWN


def _tuple_item(items: tuple[Type, ...], index: ast.expr) -> Type:
    match index:
        case ast.Constant(value=int(at)) if 0 <= at < len(items):
            return items[at]
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(at))) if 0 < at <= len(items):
            return items[-at]
        case ast.Slice():
            return Many(union(items))
        case _:
            return union(items)


def unpacked(asked: Questions, kind: Type, step: Step) -> Type:
    """What one of several unpacking targets gets."""
    kind = records.as_tuple(asked, kind) or kind
    if not isinstance(kind, Tuple):
        inner = element(asked, kind)
        return Many(inner) if step.index == step.starred else inner
    items = kind.items
    if step.starred is None:
        return items[step.index] if len(items) == step.count else UNKNOWN
    if len(items) < step.count - 1:
        return UNKNOWN
    if step.index < step.starred:
        return items[step.index]
    tail = step.count - 1 - step.starred
    if step.index == step.starred:
        return Many(union(items[step.starred : len(items) - tail]))
    return items[len(items) - (step.count - step.index)]
