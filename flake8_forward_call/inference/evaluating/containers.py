"""What comes out of lists, dicts, tuples and torch's module containers, and what goes in."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, TypeAlias

from flake8_forward_call.inference.catalogue import MODULE_CLASS
from flake8_forward_call.inference.classes.hierarchy import SourceClass
from flake8_forward_call.inference.syntax import on_self
from flake8_forward_call.inference.syntax.bindings import Step
from flake8_forward_call.inference.types import (
    NEVER,
    PLAIN,
    UNKNOWN,
    ClassObject,
    Function,
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
    union,
    without_none,
)

if TYPE_CHECKING:
    from flake8_forward_call.inference.evaluating.evaluate import Evaluator
    from flake8_forward_call.inference.project.project import File
    from flake8_forward_call.inference.syntax.scopes import Scope

_CONTAINER = "torch.nn.modules.container."
SEQUENTIAL, MODULE_LIST, MODULE_DICT = (f"{_CONTAINER}{name}" for name in ("Sequential", "ModuleList", "ModuleDict"))

# The slot of an Instance for the elements of a module container.
ELEMENT = Slot("container", "element")

# Code that puts something into a container.
_Filling: TypeAlias = ast.Call | ast.Assign | ast.AugAssign

# Methods that put something in: the index of the argument, and whether it is a collection of elements.
FILLERS = {
    "append": (0, False),
    "appendleft": (0, False),
    "add": (0, False),
    "insert": (1, False),
    "extend": (0, True),
    "update": (0, True),
    "setdefault": (1, False),
    "__setitem__": (1, False),
    "add_module": (1, False),
    "register_module": (1, False),
}


def container_kind(ev: Evaluator, kind: Type) -> str | None:
    """The dotted name of the torch module container that a value is an instance of, or None."""
    if not isinstance(kind, Instance):
        return None
    for cls in ev.hierarchy.order(kind.cls):
        if cls is not None and cls.dotted in (SEQUENTIAL, MODULE_LIST, MODULE_DICT):
            return cls.dotted
    return None


def is_container(ev: Evaluator, kind: Type) -> bool:
    """Whether the instance is one of torch's module containers."""
    return container_kind(ev, kind) is not None


def element(ev: Evaluator, kind: Type) -> Type:
    """What iterating over the value yields."""
    return each(kind, lambda one: _element(ev, one))


def _element(ev: Evaluator, kind: Type) -> Type:
    from flake8_forward_call.inference.evaluating import iterating
    from flake8_forward_call.inference.usage import callers

    match kind:
        case Many(inner):
            return inner
        case Mapping(key, _):
            return key
        case Tuple(items):
            return union(items)
        case Instance():
            container = container_kind(ev, kind)
            if container is not None and not iterating.has_own(ev, kind, "__iter__"):
                return PLAIN if container == MODULE_DICT else held(ev, kind)
            return iterating.elements(ev, kind)
        case Slot(bound=bound) if bound != UNKNOWN:
            return element(ev, bound)
        case Slot() | Result() if callers.is_left_open(kind):
            return element(ev, callers.of_callers(ev, kind))
        case _:
            return UNKNOWN


def held(ev: Evaluator, kind: Instance) -> Type:
    """What a module container contains: certainly modules, of an unknown class if nothing shows which."""
    found = dict(kind.slots).get(ELEMENT, NEVER)
    for cls in ev.hierarchy.order(kind.cls):
        if isinstance(cls, SourceClass):
            found = union([found, _held_by_class(ev, cls, kind)])
    module = ev.known_class(MODULE_CLASS)
    is_annotated = kind.origin is Origin.DECLARED and kind.cls.dotted == container_kind(ev, kind)
    if found == NEVER and is_annotated and module is not None:
        return Instance(module, Origin.DECLARED)  # An annotation `ModuleList` declares its elements as `Module`.
    return as_module(ev, found)


def _held_by_class(ev: Evaluator, cls: SourceClass, kind: Instance) -> Type:
    """What a subclass of a container puts into itself, by ``super().__init__(...)`` and by its own methods."""
    found: list[Type] = []
    for method, receiver in methods(cls):
        for call in method.calls:
            match call.func:
                case ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr="__init__"):
                    found.append(constructed_element(ev, container_kind(ev, kind), call, method))
                case ast.Attribute(value=ast.Name(id=name)) if name == receiver:
                    found.extend(_put_in(ev, call, method))
    return union(found)


def methods(cls: SourceClass) -> Iterator[tuple[Scope, str]]:
    """Yield the scopes of a class's methods and those nested in them, each with the method's first parameter."""
    return on_self.methods(cls.scope)


def as_module(ev: Evaluator, kind: Type) -> Type:
    """What a container of modules contains: an alternative that was not read is a module, too."""
    module = ev.known_class(MODULE_CLASS)
    if module is None:
        return UNKNOWN
    opaque = Instance(module, Origin.OPAQUE)
    found = [
        one if ev.hierarchy.is_module(one) else opaque
        for one in alternatives(kind)
        if not isinstance(one, (NoneValue, Plain))
    ]
    return union(found) if found else opaque


def constructed_element(ev: Evaluator, container: str | None, call: ast.Call, scope: Scope) -> Type:
    """The elements of a container that this call creates."""
    kinds = [(node, ev.expression(node.value if isinstance(node, ast.Starred) else node, scope)) for node in call.args]
    if container == SEQUENTIAL:
        if len(kinds) == 1 and not isinstance(call.args[0], ast.Starred):
            only = kinds[0][1]
            if all(isinstance(one, Mapping) for one in alternatives(only)):
                return union(one.value for one in alternatives(only) if isinstance(one, Mapping))
        return union(element(ev, kind) if isinstance(node, ast.Starred) else kind for node, kind in kinds)
    if container == MODULE_DICT:
        return union(values(ev, kind) for _, kind in kinds)
    return union(element(ev, kind) for _, kind in kinds)


def values(ev: Evaluator, kind: Type) -> Type:
    """The values of a dict that is created from a mapping or from pairs."""

    def of(one: Type) -> Type:
        match one:
            case Mapping(_, value):
                return value
            case Many(pair):
                return each(pair, of_pair)
            case Instance() if container_kind(ev, one) == MODULE_DICT:
                return held(ev, one)
            case _:
                return UNKNOWN

    def of_pair(one: Type) -> Type:
        match one:
            case Tuple((_, value)) | Many(value):
                return value
            case _:
                return UNKNOWN

    return each(kind, of)


def item(ev: Evaluator, kind: Type, index: ast.expr, scope: Scope) -> Type:
    """The type of a subscript."""
    from flake8_forward_call.inference.evaluating import attributes, calls, declarations, iterating, records
    from flake8_forward_call.inference.usage import callers

    is_slice = isinstance(index, ast.Slice)
    match kind:
        case Tuple(items):
            return _tuple_item(items, index)
        case Many(inner):
            return kind if is_slice else inner
        case Mapping(_, value):
            return value
        case Instance():
            if is_container(ev, kind) and not iterating.has_own(ev, kind, "__getitem__"):
                return kind if is_slice else held(ev, kind)
            fields = records.as_tuple(ev, kind)
            if fields is not None:
                return _tuple_item(fields.items, index)
            method = attributes.attribute(ev, kind, "__getitem__")
            return calls.returned(ev, method) if method != UNKNOWN else records.value(ev, kind, index)
        case Slot(bound=bound) if bound != UNKNOWN:
            return each(bound, lambda one: item(ev, one, index, scope))
        case Slot() | Result() if callers.is_left_open(kind):
            return each(callers.of_callers(ev, kind), lambda one: item(ev, one, index, scope))
        case ClassObject(cls) if declarations.type_variables(ev, cls):
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


def unpacked(ev: Evaluator, kind: Type, step: Step) -> Type:
    """What one of several unpacking targets gets."""
    from flake8_forward_call.inference.evaluating import records

    kind = records.as_tuple(ev, kind) or kind
    if not isinstance(kind, Tuple):
        inner = element(ev, kind)
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


# Filling


def filled(ev: Evaluator, kind: Type, key: str, scope: Scope, *, declared: bool) -> Type:
    """The type of a name, with what its scope puts into the container that the name is bound to.

    An annotation that names the elements is complete; one that only names a module container is not.
    """
    if not any(can_be_filled(ev, one, declared=declared) for one in alternatives(kind)):
        return kind
    put = [one for inner in scope.inward() for one in stored(ev, key, inner)]
    if scope.parent is None and not scope.file.is_installed and any(map(_may_hold_modules, alternatives(kind))):
        put.append(ev.once(("filled", scope.file, key), lambda: union(_from_outside(ev, key, scope.file))))
    return refilled(ev, kind, put)


def _may_hold_modules(kind: Type) -> bool:
    """Whether a container is empty so far, or contains an instance, or a class or function that may give one."""
    match kind:
        case Many(inner) | Mapping(value=inner):
            return inner == NEVER or any(
                isinstance(one, (Instance, ClassObject, Function)) for one in alternatives(inner)
            )
        case _:
            return False


def _from_outside(ev: Evaluator, name: str, home: File) -> Iterator[Type]:
    """Yield what other files put into the container in a file's global; UNKNOWN if too many files mention its name."""
    from flake8_forward_call.inference.usage.registries import named_global
    from flake8_forward_call.inference.usage.search import MAX_FILES

    files = ev.files_mentioning(name, home, MAX_FILES)
    if files is None:
        yield UNKNOWN
    for file in files or ():
        if file is home:
            continue
        for scope in file.root.inward():
            for node, filled in fillings(scope):
                if named_global(ev, node, scope) == (home, name):
                    yield from put(ev, filled, node, scope)


def fillings(scope: Scope) -> Iterator[tuple[ast.expr, _Filling]]:
    """Yield the expressions that the scope's own code puts something into, each with the code that does so."""
    for call in scope.calls:
        yield from fillings_by(call)
    for store in scope.item_stores:
        if isinstance(store, ast.AugAssign):
            if not isinstance(store.op, ast.Mult):
                yield store.target, store
            continue
        for target in store.targets:
            if isinstance(target, ast.Subscript):
                yield target.value, store


def fillings_by(call: ast.Call) -> Iterator[tuple[ast.expr, _Filling]]:
    """Yield the container in a call such as ``xs.append(x)``, with the call."""
    if isinstance(call.func, ast.Attribute) and call.func.attr in FILLERS:
        yield call.func.value, call


def put(ev: Evaluator, filling: _Filling, target: ast.expr, scope: Scope) -> Iterator[Type]:
    """Yield what is put into a target of the filling."""
    match filling:
        case ast.Call():
            yield from _put_in(ev, filling, scope)
        case ast.AugAssign(value=value):
            yield each(ev.expression(value, scope), lambda one: _added(ev, one))
        case ast.Assign(targets=targets, value=value):
            for one in targets:
                if isinstance(one, ast.Subscript) and one.value is target:
                    kind = ev.expression(value, scope)
                    yield element(ev, kind) if isinstance(one.slice, ast.Slice) else kind


def refilled(ev: Evaluator, kind: Type, put: Iterable[Type]) -> Type:
    """The type of a container after more was added to it."""
    more = union(put)
    if more == NEVER:
        return kind
    return union(_with_more(ev, one, more) for one in alternatives(kind))


def can_be_filled(ev: Evaluator, kind: Type, *, declared: bool) -> bool:
    """Whether code may put something into the value that its type does not include yet."""
    return (isinstance(kind, (Many, Mapping)) and not declared) or is_container(ev, kind)


def _with_more(ev: Evaluator, kind: Type, more: Type) -> Type:
    match kind:
        case Many(inner):
            return Many(union([inner, more]))
        case Mapping(key, value):
            return Mapping(union([key, PLAIN]) if key == NEVER else key, union([value, more]))
        case Instance(cls, origin, slots) if is_container(ev, kind):
            given = dict(slots)
            given[ELEMENT] = union([given.get(ELEMENT, NEVER), more])
            return Instance(cls, origin, tuple(given.items()))
        case _:
            return kind


def stored(ev: Evaluator, key: str, scope: Scope) -> Iterator[Type]:
    """Yield what the scope's own code puts into the container at ``key``."""
    from flake8_forward_call.inference.syntax.states import key_of

    for target, filling in fillings(scope):
        if key_of(target) == key:
            yield from put(ev, filling, target, scope)


def _added(ev: Evaluator, kind: Type) -> Type:
    """What ``xs += value`` or ``xs |= value`` adds: the values of a dict, the elements of anything else."""
    return kind.value if isinstance(kind, Mapping) else element(ev, kind)


def _put_in(ev: Evaluator, call: ast.Call, scope: Scope) -> Iterator[Type]:
    """Yield what a call such as ``xs.append(x)`` adds."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in FILLERS:
        return
    index, many = FILLERS[call.func.attr]
    for keyword in call.keywords:
        if keyword.arg is not None and (keyword.arg == "module" or call.func.attr == "update"):
            yield ev.expression(keyword.value, scope)
        elif call.func.attr == "update":
            yield values(ev, ev.expression(keyword.value, scope))
    if len(call.args) <= index:
        return
    kind = without_none(ev.expression(call.args[index], scope))
    if not many:
        yield kind
    elif call.func.attr == "update":
        yield values(ev, kind)
    else:
        yield element(ev, kind)
