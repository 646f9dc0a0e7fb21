"""Functions whose code is not read: builtins, methods of containers, and a few others."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import TypeAlias

from flake8_forward_call.inference.catalogue.look_alikes import is_look_alike
from flake8_forward_call.inference.catalogue.module_containers import MODULE_DICT
from flake8_forward_call.inference.evaluating import iterating
from flake8_forward_call.inference.evaluating.sums import written_out
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.strings.finders import FINDERS
from flake8_forward_call.inference.syntax.scopes import Scope
from flake8_forward_call.inference.types import (
    NEVER,
    NONE,
    PLAIN,
    UNKNOWN,
    Awaitable,
    ClassObject,
    Function,
    Instance,
    KnownFunction,
    Managed,
    Many,
    Mapping,
    Origin,
    Partial,
    Slot,
    Super,
    Tuple,
    Type,
    each,
    union,
)

_Rule: TypeAlias = "Callable[[_Call], Type]"


class _Call:
    """One call, with its arguments evaluated on demand."""

    def __init__(self, asked: Questions, node: ast.Call, scope: Scope) -> None:
        self.asked = asked
        self.node = node
        self.scope = scope

    def argument(self, index: int) -> Type:
        """The type of an argument; NEVER if it is not passed."""
        if index < len(self.node.args) and not any(isinstance(one, ast.Starred) for one in self.node.args[: index + 1]):
            return self.asked.expression(self.node.args[index], self.scope)
        return NEVER

    def element(self, index: int) -> Type:
        """The type of the items when an argument is iterated over."""
        return self.asked.element(self.argument(index))

    @property
    def elements(self) -> list[Type]:
        """The same for each argument."""
        return [
            UNKNOWN if isinstance(one, ast.Starred) else self.asked.element(self.asked.expression(one, self.scope))
            for one in self.node.args
        ]


# Builtins


def _many(call: _Call) -> Type:
    return Many(call.element(0))


def _next(call: _Call) -> Type:
    return union([iterating.following(call.asked, call.argument(0), "__next__"), call.argument(1)])


def _anext(call: _Call) -> Type:
    return Awaitable(union([iterating.following(call.asked, call.argument(0), "__anext__"), call.argument(1)]))


def _extreme(call: _Call) -> Type:
    return call.element(0) if len(call.node.args) == 1 else union(call.argument(i) for i in range(len(call.node.args)))


def _map(call: _Call) -> Type:

    callee = call.argument(0)
    return Many(each(callee, lambda one: _called_bare(call.asked, one)))


def _called_bare(asked: Questions, callee: Type) -> Type:
    match callee:
        case ClassObject(cls, origin):
            return Instance(cls, origin)
        case Function() | KnownFunction():
            return asked.returned(callee)
        case _:
            return UNKNOWN


def _dict(call: _Call) -> Type:
    named = [(one.arg, call.asked.expression(one.value, call.scope)) for one in call.node.keywords]
    if not call.node.args:
        return written_out(named)
    first = call.argument(0)
    if isinstance(first, Mapping):
        return written_out([(None, first), *named])
    pairs = call.asked.values(first)
    return Mapping(PLAIN, union([pairs, *(kind for name, kind in named if name is not None)]))


def _type(call: _Call) -> Type:
    def of(one: Type) -> Type:
        match one:
            case Instance(cls, origin):
                return ClassObject(cls, Origin.DECLARED if origin is not Origin.CONSTRUCTED else origin)
            case Slot(bound=Instance() as bound):
                return of(bound)
            case _:
                return UNKNOWN

    return each(call.argument(0), of) if len(call.node.args) == 1 else _made_class(call)


def _made_class(call: _Call) -> Type:
    """What ``type(name, bases, namespace)`` gives: a subclass, of a module if one base is; UNKNOWN if it may be called
    in its own way.
    """
    match call.node.args[-1:]:
        case [ast.Dict(keys=keys)]:
            names = [getattr(one, "value", None) for one in keys]
        case _:
            names = [None]
    if not all(isinstance(one, str) and one != "__call__" for one in names):
        return UNKNOWN
    match call.argument(1):
        case Tuple(items) if items and len(call.node.args) == 3 and all(isinstance(one, ClassObject) for one in items):
            classes = [one for one in items if isinstance(one, ClassObject)]
            is_module = [call.asked.hierarchy.is_module(Instance(one.cls, Origin.DECLARED)) for one in classes]
            at = is_module.index(True) if True in is_module else 0
            return ClassObject(classes[at].cls, Origin.OPAQUE)
        case _:
            return UNKNOWN


def _super(call: _Call) -> Type:
    method = next((scope for scope in call.scope.outward() if scope.enclosing_class is not None), None)
    if method is None or method.enclosing_class is None:
        return UNKNOWN
    cls = call.asked.source_class(method.enclosing_class)
    return Super(cls, Slot("Self", "Self", Instance(cls, Origin.DECLARED)))


def _getattr(call: _Call) -> Type:
    match call.node.args:
        case [_, ast.Constant(value=str(name)), *_]:
            found = each(call.argument(0), lambda one: call.asked.attribute(one, name))
            return union([found, call.argument(2)])
        case [_, key, *_]:
            found = _looked_up(call)
            if found == UNKNOWN:
                found = each(call.argument(0), lambda one: call.asked.member_by_name(one, key, call.scope))
            return union([found, call.argument(2)])
        case _:
            return UNKNOWN


def _looked_up(call: _Call) -> Type:
    return call.asked.found_by_string(call.node, call.scope)


_BUILTINS: dict[str, _Rule] = {
    **dict.fromkeys(("list", "tuple", "set", "frozenset", "sorted", "reversed", "iter"), _many),
    "next": _next,
    "anext": _anext,
    **dict.fromkeys(("min", "max"), _extreme),
    **dict.fromkeys(
        ("str", "int", "float", "bool", "bytes", "len", "repr", "abs", "sum", "any", "all", "isinstance", "issubclass",
         "hasattr", "callable", "id", "hash", "round", "format", "open", "object", "print"),
        lambda _: PLAIN,
    ),
    "range": lambda _: Many(PLAIN),
    "zip": lambda call: Many(Tuple(tuple(call.elements))),
    "enumerate": lambda call: Many(Tuple((PLAIN, call.element(0)))),
    "filter": lambda call: Many(call.element(1)),
    "map": _map,
    "dict": _dict,
    "type": _type,
    "super": _super,
    "getattr": _getattr,
    "__import__": _looked_up,
}  # fmt: skip


def builtin(asked: Questions, name: str, node: ast.Call, scope: Scope) -> Type:
    """The result of calling a builtin."""
    rule = _BUILTINS.get(name)
    return UNKNOWN if rule is None else rule(_Call(asked, node, scope))


# Other packages


def _first(call: _Call) -> Type:
    return call.argument(0) if call.node.args else UNKNOWN


def _partial(call: _Call) -> Type:
    callee = call.argument(0)
    return callee if isinstance(callee, Partial) else Partial(callee)


def _cast(call: _Call) -> Type:
    return call.asked.declared(call.node.args[0], call.scope) if call.node.args else UNKNOWN


def _default_dict(call: _Call) -> Type:

    made = each(call.argument(0), lambda one: _called_bare(call.asked, one))
    return Mapping(UNKNOWN, NEVER if made == UNKNOWN else made)


def _chain(call: _Call) -> Type:
    return Many(union(call.elements))


def _pool_chain(call: _Call) -> Type:
    return Many(call.asked.element(call.element(0)))


_EXTERNAL: dict[str, _Rule] = {
    **dict.fromkeys(("copy.copy", "copy.deepcopy", "dataclasses.replace", "typing.no_type_check"), _first),
    **dict.fromkeys(("typing.cast", "typing_extensions.cast"), _cast),
    **dict.fromkeys(("itertools.cycle", "itertools.islice", "collections.deque", "itertools.tee"), _many),
    "functools.partial": _partial,
    "itertools.chain": _chain,
    "itertools.chain.from_iterable": _pool_chain,
    "itertools.zip_longest": lambda call: Many(Tuple(tuple(union([one, NONE]) for one in call.elements))),
    "itertools.product": lambda call: Many(Tuple(tuple(call.elements))),
    "itertools.repeat": lambda call: Many(_first(call)),
    "collections.OrderedDict": _dict,
    "collections.defaultdict": _default_dict,
    "contextlib.nullcontext": lambda call: Managed(_first(call)),
    "contextlib.closing": lambda call: Managed(_first(call)),
    "random.choice": lambda call: call.element(0),
    "random.sample": _many,
    **dict.fromkeys(("importlib.import_module", *sorted(FINDERS)), _looked_up),
}


def external(asked: Questions, name: str, node: ast.Call, scope: Scope) -> Type:
    """The result of calling a dotted name whose code is not read."""
    rule = _EXTERNAL.get(name)
    if rule is not None:
        return rule(_Call(asked, node, scope))
    # A capital means a class. A function such as numpy.load may return anything that was stored.
    return PLAIN if is_look_alike(name) and name.rpartition(".")[2][:1].isupper() else UNKNOWN


# Methods of containers


def method(asked: Questions, owner: Type, name: str, node: ast.Call, scope: Scope) -> Type:
    """The result of calling a method of a container."""
    call = _Call(asked, node, scope)
    match owner:
        case Mapping(key, value):
            return _of_mapping(call, key, _under(owner, node.args[:1]) or value, owner, name)
        case Instance():
            inner = asked.held(owner)
            mapping = asked.container_kind(owner) == MODULE_DICT
            if mapping:
                return _of_mapping(call, PLAIN, inner, owner, name)
            return inner if name in ("pop", "__getitem__") else Many(inner)
        case _:
            inner = asked.element(owner)
            if name in ("pop", "popleft", "__getitem__"):
                return inner
            if name in ("copy", "__iter__", "union", "intersection", "difference"):
                return Many(inner)
            return PLAIN if name in ("index", "count") else UNKNOWN


def _under(owner: Mapping, keys: Sequence[ast.expr]) -> Type | None:
    """What is under a key that is written out; None if the dict is not."""
    return owner.under(keys[0]) if keys else None


def _of_mapping(call: _Call, key: Type, value: Type, owner: Type, name: str) -> Type:
    match name:
        case "values":
            return Many(value)
        case "items":
            return Many(Tuple((key, value)))
        case "keys":
            return Many(key)
        case "get":
            default = call.argument(1)
            return union([value, NONE if default == NEVER else default])
        case "pop" | "setdefault":
            return union([value, call.argument(1)])
        case "__getitem__":
            return value
        case "popitem":
            return Tuple((key, value))
        case "copy":
            return owner
        case _:
            return UNKNOWN
