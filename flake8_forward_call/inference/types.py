"""What an expression can be, as far as the source shows."""

from __future__ import annotations

import ast
import enum
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from flake8_forward_call.inference.definitions import Class, SourceClass
from flake8_forward_call.inference.syntax.bindings import Test
from flake8_forward_call.inference.syntax.scopes import Scope
from flake8_forward_call.sources.source import is_stub

# A union of more alternatives proves nothing to a reader, and costs time in every later step. The answer to a question
# has no more: many classes are joined to a base that they share (``classes/joining.py``).
MAX_ALTERNATIVES = 24

# While an answer is being put together, a union may have more: the largest tables of classes seen have 300 entries.
MAX_GATHERED = 600


class Origin(enum.Enum):
    """How the class of an instance is known."""

    CONSTRUCTED = "constructed"  # Exactly that class: it was called.
    DECLARED = "declared"  # That class or a subclass: an annotation, `self`, an isinstance test.
    OPAQUE = "opaque"  # Certainly an instance of the class, but its exact class was not read.
    FOREIGN = "foreign"  # The same, but another package created it, so it cannot be a class of the project.


@dataclass(frozen=True, slots=True)
class Unknown:
    """Anything at all."""


@dataclass(frozen=True, slots=True)
class NoneValue:
    """``None``."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A value that is certainly not a module: a number, a string, the result of a comparison."""


@dataclass(frozen=True, slots=True)
class Instance:
    """An instance of a class; ``slots`` has the types for its type variables and its constructor's parameters."""

    cls: Class
    origin: Origin
    slots: tuple[tuple[Slot, Type], ...] = ()


@dataclass(frozen=True, slots=True)
class ClassObject:
    """A class itself or, with DECLARED, perhaps a subclass of it (``type[X]``)."""

    cls: Class
    origin: Origin = Origin.CONSTRUCTED


@dataclass(frozen=True, slots=True)
class Many:
    """Something to iterate over: list, set, iterator, ``tuple[X, ...]``."""

    element: Type


# A larger dict is a table, of which only all values together are known.
MAX_ENTRIES = 40


@dataclass(frozen=True, slots=True)
class Mapping:
    """A dict or the like; ``entries`` has what is under each key, if the source writes them out and they differ."""

    key: Type
    value: Type
    entries: tuple[tuple[str, Type], ...] = ()

    def under(self, key: ast.expr) -> Type | None:
        """What is under a key that is written out; None if that is not known."""
        name = key.value if isinstance(key, ast.Constant) else None
        return next((kind for text, kind in self.entries if text == name), None)


@dataclass(frozen=True, slots=True)
class Tuple:
    """A tuple of known length."""

    items: tuple[Type, ...]


@dataclass(frozen=True, slots=True)
class Function:
    """A function in the source; ``owner`` is the object to which it is bound."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    scope: Scope  # The scope that it opens.
    owner: Type | None = None


@dataclass(frozen=True, slots=True)
class KnownFunction:
    """A function or method of the catalogue, with its result."""

    name: str
    parameters: tuple[str, ...]
    returns: Type
    owner: Type | None = None


@dataclass(frozen=True, slots=True)
class Method:
    """A bound method of a built-in container."""

    owner: Type
    name: str


@dataclass(frozen=True, slots=True)
class Partial:
    """``functools.partial(callee, ...)``."""

    callee: Type


@dataclass(frozen=True, slots=True)
class Awaitable:
    """Something that returns ``result`` when awaited."""

    result: Type


@dataclass(frozen=True, slots=True)
class Managed:
    """A context manager whose ``__enter__`` returns ``entered``."""

    entered: Type


@dataclass(frozen=True, slots=True)
class Namespace:
    """A Python module or package, or a name inside one about which nothing is known."""

    name: str


@dataclass(frozen=True, slots=True)
class Builtin:
    """A name that only ``builtins`` can bind."""

    name: str


@dataclass(frozen=True, slots=True)
class Super:
    """``super()`` in a method of ``cls``."""

    cls: Class
    owner: Type


@dataclass(frozen=True, slots=True)
class Slot:
    """A type known only to the caller: of a parameter without annotation, or of a type variable.

    ``owner`` distinguishes parameters with the same name: the function's node, or the catalogue's name for it.
    ``bound`` is the type that applies for every caller. ``tests`` are the tests that the value has passed, or failed:
    what they leave is only known once the slot is filled in.
    """

    owner: object
    name: str
    bound: Type = field(default=Unknown(), compare=False)
    tests: tuple[tuple[Test, bool], ...] = ()

    @property
    def untested(self) -> Slot:
        """The slot as callers fill it in, before any test."""
        return Slot(self.owner, self.name, self.bound) if self.tests else self


@dataclass(frozen=True, slots=True)
class OfOwnClass:
    """The owner of a slot for what ``cls(...)`` creates: an instance of the class on which the method is called.

    ``given`` is what the constructor is passed, as in the slots of an Instance.
    """

    given: tuple[tuple[Slot, Type], ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """The result of calling a slot, known once the slot is filled in."""

    callee: Slot


@dataclass(frozen=True, slots=True)
class Union:
    """One of several types; without alternatives, a value that never exists at run time."""

    alternatives: tuple[Type, ...]


Type: TypeAlias = (
    Unknown
    | NoneValue
    | Plain
    | Instance
    | ClassObject
    | Many
    | Mapping
    | Tuple
    | Function
    | KnownFunction
    | Method
    | Partial
    | Awaitable
    | Managed
    | Namespace
    | Builtin
    | Super
    | Slot
    | Result
    | Union
)

UNKNOWN = Unknown()
NONE = NoneValue()
PLAIN = Plain()
NEVER = Union(())


def alternatives(kind: Type) -> tuple[Type, ...]:
    """The alternatives of the type."""
    return kind.alternatives if isinstance(kind, Union) else (kind,)


def union(kinds: Iterable[Type]) -> Type:
    """The union of the given types, flat and without duplicates."""
    flat: dict[Type, None] = {}
    for kind in kinds:
        flat.update(dict.fromkeys(alternatives(kind)))
    if len(flat) > MAX_GATHERED:
        return UNKNOWN
    return next(iter(flat)) if len(flat) == 1 else Union(tuple(flat))


def is_same(one: Type, other: Type) -> bool:
    """Whether two types are equal, whatever the order of alternatives in them."""
    return one == other or _unordered(one) == _unordered(other)


def _unordered(kind: Type) -> object:
    match kind:
        case Union(several):
            return frozenset(map(_unordered, several))
        case Many(inner) | Awaitable(inner) | Managed(inner) | Partial(inner) | Method(inner):
            return type(kind), _unordered(inner), getattr(kind, "name", "")
        case Mapping(key, value, entries):
            return (
                Mapping,
                _unordered(key),
                _unordered(value),
                frozenset((name, _unordered(one)) for name, one in entries),
            )
        case Tuple(items):
            return tuple(map(_unordered, items))
        case Instance(cls, origin, slots) if slots:
            return cls, origin, frozenset((slot, _unordered(value)) for slot, value in slots)
        case Slot(owner=OfOwnClass(), bound=Instance() as made):
            return OfOwnClass, _unordered(made)
        case Function(node, _, owner) | KnownFunction(node, owner=owner) if owner is not None:
            return node, _unordered(owner)
        case _:
            return kind


def each(kind: Type, change: Callable[[Type], Type]) -> Type:
    """The union of ``change`` applied to each alternative except ``None``, which has no members of interest."""
    return union(change(one) for one in alternatives(kind) if one is not NONE and not isinstance(one, NoneValue))


def without_none(kind: Type) -> Type:
    """The type once ``None`` has been ruled out."""
    return union(one for one in alternatives(kind) if not isinstance(one, NoneValue))


class Rules:
    """What filling in a slot needs to know; these are the rules where the project cannot be asked."""

    def called(self, kind: Type) -> Type:
        """The result of calling a value."""
        match kind:
            case ClassObject(cls, origin):
                return Instance(cls, origin)
            case Slot():
                return Result(kind)
            case _:
                return UNKNOWN

    def tested(self, kind: Type, tests: tuple[tuple[Test, bool], ...]) -> Type:
        """What tests leave of a value."""
        return kind


_BARE = Rules()


def substitute(kind: Type, given: dict[Slot, Type], rules: Rules = _BARE) -> Type:
    """The type with slots replaced by what a caller passes for them."""
    if not given:
        return kind
    again = _Substitution(given, rules)
    return again(kind)


@dataclass(frozen=True, slots=True)
class _Substitution:
    given: dict[Slot, Type]
    rules: Rules

    def __call__(self, kind: Type) -> Type:
        match kind:
            case Slot(owner=OfOwnClass(), bound=Instance() as bound):
                return self._of_own_class(bound)
            case Slot():
                return self._filled(kind)
            case Result(callee):
                called = self._filled(callee)
                return kind if called is callee else union(map(self.rules.called, alternatives(called)))
            case Union(several):
                return union(map(self, several))
            case Instance(cls, origin, slots) if slots:
                return Instance(cls, origin, tuple((slot, self(value)) for slot, value in slots))
            case Many(element):
                return Many(self(element))
            case Mapping(key, value, entries):
                return Mapping(self(key), self(value), tuple((name, self(one)) for name, one in entries))
            case Tuple(items):
                return Tuple(tuple(map(self, items)))
            case Awaitable(result):
                return Awaitable(self(result))
            case Managed(entered):
                return Managed(self(entered))
            case Partial(callee):
                return Partial(self(callee))
            case _:
                return kind

    def _filled(self, slot: Slot) -> Type:
        given = self.given.get(slot.untested)
        if given is None:
            return slot
        return self.rules.tested(given, slot.tests) if slot.tests else given

    def _of_own_class(self, made: Instance) -> Type:
        """What ``cls(...)`` creates, if the class on which the method is called is given."""
        slots = tuple((slot, self(value)) for slot, value in made.slots)
        match self.given.get(_OWN):
            case ClassObject(cls, origin) | Instance(cls, origin):
                return Instance(cls, origin, slots)
            case Slot(bound=ClassObject(cls) | Instance(cls)):
                return made_by(Instance(cls, Origin.DECLARED, slots))
            case _:
                return made_by(Instance(made.cls, made.origin, slots))


# ``self`` or ``cls`` in a method.
_OWN = Slot("Self", "Self")


def made_by(instance: Instance) -> Slot:
    """The type of what ``cls(...)`` creates in a class method, if the class itself would create the instance."""
    return Slot(OfOwnClass(instance.slots), "Self", instance)


def slots_in(kind: Type) -> Iterator[Slot]:
    """The slots in the type."""
    match kind:
        case Slot(owner=OfOwnClass(given)):
            for _, value in given:
                yield from slots_in(value)
        case Slot():
            yield kind.untested
        case Result(callee):
            yield callee.untested
        case Union(several) | Tuple(several):
            for one in several:
                yield from slots_in(one)
        case Instance(_, _, slots):
            for _, value in slots:
                yield from slots_in(value)
        case Many(inner) | Awaitable(inner) | Managed(inner) | Partial(inner):
            yield from slots_in(inner)
        case Mapping(key, value):
            yield from slots_in(key)
            yield from slots_in(value)
        case _:
            return


# What a type may consist of. Only programs that put values into themselves, or the same value into many places, have
# types of more parts than a few dozen. Deeper ones than list[dict[str, tuple[X, ...]]] come from loops, too.
MAX_TYPE_DEPTH = 5
MAX_TYPE_SIZE = 100


def bounded(kind: Type) -> Type:
    """The type, or one that is nested less deeply if it is too deep or too large."""
    if _fits(kind, MAX_TYPE_DEPTH):  # Most do. Putting them together anew would take longer, and share nothing.
        return kind
    for depth in range(MAX_TYPE_DEPTH, 1, -1):
        found = trimmed(kind, depth)
        if _fits(found, depth):
            return found
    return trimmed(kind, 1)


def _fits(kind: Type, depth: int) -> bool:
    """Whether a type has at most ``MAX_TYPE_SIZE`` parts, and none that ``trimmed`` would take away."""
    todo, count = [(kind, depth)], 0
    while todo:
        count += 1
        if count > MAX_TYPE_SIZE:
            return False
        one, left = todo.pop()
        match one:
            case Union(several):
                todo += [(inner, left) for inner in several]
                continue
            case Instance(slots=slots) | Slot(owner=OfOwnClass(), bound=Instance(slots=slots)) if slots:
                inside, least = [value for _, value in slots], 2
            case Tuple(items) if items:
                inside, least = list(items), 1
            case Many(inner) | Awaitable(inner) | Managed(inner) | Partial(inner):
                inside, least = [inner], 1
            case Mapping(key, value, entries):
                inside, least = [key, value, *(entry for _, entry in entries)], 1
            case _:
                continue
        if left < least:
            return False
        todo += [(inner, left - 1) for inner in inside]
    return True


def trimmed(kind: Type, depth: int) -> Type:
    """The type without what is nested deeper: first without the slots of instances, then without container elements."""
    match kind:
        case Union(several):
            return union(trimmed(one, depth) for one in several)
        case Instance(cls, origin, slots) if slots:
            kept = ((slot, trimmed(value, depth - 1)) for slot, value in slots) if depth > 1 else ()
            return Instance(cls, origin, tuple(kept))
        case Slot(owner=OfOwnClass(), bound=Instance(cls, origin, slots)) if slots:
            kept = ((slot, trimmed(value, depth - 1)) for slot, value in slots) if depth > 1 else ()
            return made_by(Instance(cls, origin, tuple(kept)))
        case Tuple(items) if items:
            return Tuple(tuple(trimmed(one, depth - 1) for one in items)) if depth > 0 else UNKNOWN
        case Many(inner):
            return Many(trimmed(inner, depth - 1)) if depth > 0 else UNKNOWN
        case Awaitable(inner):
            return Awaitable(trimmed(inner, depth - 1)) if depth > 0 else UNKNOWN
        case Managed(inner):
            return Managed(trimmed(inner, depth - 1)) if depth > 0 else UNKNOWN
        case Partial(inner):
            return Partial(trimmed(inner, depth - 1)) if depth > 0 else UNKNOWN
        case Mapping(key, value, entries):
            if depth <= 0:
                return UNKNOWN
            shallower = tuple((name, trimmed(one, depth - 1)) for name, one in entries)
            return Mapping(trimmed(key, depth - 1), trimmed(value, depth - 1), shallower)
        case _:
            return kind


def classes_of_instances(kind: Type) -> Iterator[SourceClass]:
    """Yield the classes with known source that a value can be an instance of."""
    for one in alternatives(kind):
        inner = one.bound if isinstance(one, Slot) else one
        for each in alternatives(inner):
            if isinstance(each, Instance) and isinstance(each.cls, SourceClass):
                yield each.cls


def is_open(slot: Slot) -> bool:
    """Whether a slot is a parameter in the source about which nothing is known except what callers pass."""
    return slot.bound == UNKNOWN and isinstance(slot.owner, ast.AST)


def is_left_open(kind: Type) -> bool:
    """Whether the type is a parameter that only callers decide, or the result of calling one."""
    return isinstance(kind, (Slot, Result)) and is_open(kind.callee if isinstance(kind, Result) else kind)


def instances(kind: Type) -> Iterator[Instance]:
    """Yield the instances that a type can be, `self` and the bounds of type variables included."""
    for one in alternatives(kind):
        bound = one.bound if isinstance(one, Slot) else one
        for inner in alternatives(bound):
            if isinstance(inner, Instance):
                yield inner


def trusted(declared: Type, scope: Scope) -> Type:
    """A declared result, as far as it is trusted.

    If compiled code is declared to return its argument, by a type variable, it may return another object: the value of
    a remote reference is a compiled module.
    """
    if not is_stub(scope.file.path):
        return declared
    return each(declared, lambda one: UNKNOWN if isinstance(one, Slot) and one.owner == "TypeVar" else one)
