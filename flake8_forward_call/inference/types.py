"""What an expression can be, as far as reading source tells."""

from __future__ import annotations

import ast
import enum
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from flake8_forward_call.inference.hierarchy import Class
    from flake8_forward_call.inference.scopes import Scope

# A union of more alternatives says nothing that a reader would call proof, and costs time in every step after it.
MAX_ALTERNATIVES = 24


class Origin(enum.Enum):
    """How an instance's class came to be known."""

    CONSTRUCTED = "constructed"  # The very class: it was called.
    DECLARED = "declared"  # That class or a subclass: an annotation, `self`, an isinstance test.
    OPAQUE = "opaque"  # Certainly an instance of the class, but its own class stands where it was not read.
    FOREIGN = "foreign"  # The same, and no class of the project is in question: another package made it.


@dataclass(frozen=True, slots=True)
class Unknown:
    """Anything at all."""


@dataclass(frozen=True, slots=True)
class NoneValue:
    """``None``."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A value that is no module for certain: a number, a text, a comparison's result."""


@dataclass(frozen=True, slots=True)
class Instance:
    """An instance of a class; ``slots`` says what its type variables and its constructor's parameters stand for."""

    cls: Class
    origin: Origin
    slots: tuple[tuple[Slot, Type], ...] = ()


@dataclass(frozen=True, slots=True)
class ClassObject:
    """A class itself, or with DECLARED a subclass of it (``type[X]``)."""

    cls: Class
    origin: Origin = Origin.CONSTRUCTED


@dataclass(frozen=True, slots=True)
class Many:
    """Something to iterate over: list, set, iterator, ``tuple[X, ...]``."""

    element: Type


@dataclass(frozen=True, slots=True)
class Mapping:
    """A dict and its like."""

    key: Type
    value: Type


@dataclass(frozen=True, slots=True)
class Tuple:
    """A tuple of known length."""

    items: tuple[Type, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function of the source; ``owner`` is what it is bound to."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    scope: Scope  # The scope that it opens.
    owner: Type | None = None


@dataclass(frozen=True, slots=True)
class KnownFunction:
    """A function or method of the catalogue, by what it returns."""

    name: str
    parameters: tuple[str, ...]
    returns: Type
    owner: Type | None = None


@dataclass(frozen=True, slots=True)
class Method:
    """A method of a built-in container, to be called."""

    owner: Type
    name: str


@dataclass(frozen=True, slots=True)
class Partial:
    """``functools.partial(callee, ...)``."""

    callee: Type


@dataclass(frozen=True, slots=True)
class Awaitable:
    """What gives ``result`` when awaited."""

    result: Type


@dataclass(frozen=True, slots=True)
class Managed:
    """A context manager that gives ``entered`` to its ``with``."""

    entered: Type


@dataclass(frozen=True, slots=True)
class Namespace:
    """A Python module or package, or a name inside one that nothing is known of."""

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
    """What a caller decides: a parameter without annotation, or a type variable.

    ``owner`` keeps apart parameters of one name: the function's node identity, or the catalogue's name for it.
    ``bound`` is what holds whoever calls.
    """

    owner: object
    name: str
    bound: Type = field(default=Unknown(), compare=False)


@dataclass(frozen=True, slots=True)
class Result:
    """What calling a slot gives, known once the slot is."""

    callee: Slot


@dataclass(frozen=True, slots=True)
class Union:
    """One of several; without alternatives, a value that no run ever sees."""

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
    """What the type can be, one by one."""
    return kind.alternatives if isinstance(kind, Union) else (kind,)


def union(kinds: Iterable[Type]) -> Type:
    """One of the given types, flat and without repetition."""
    flat: dict[Type, None] = {}
    for kind in kinds:
        flat.update(dict.fromkeys(alternatives(kind)))
    if len(flat) > MAX_ALTERNATIVES:
        return UNKNOWN
    return next(iter(flat)) if len(flat) == 1 else Union(tuple(flat))


def each(kind: Type, change: Callable[[Type], Type]) -> Type:
    """The union of what ``change`` makes of every alternative but ``None``, which has no members worth knowing."""
    return union(change(one) for one in alternatives(kind) if one is not NONE and not isinstance(one, NoneValue))


def without_none(kind: Type) -> Type:
    """The type once ``None`` has been ruled out."""
    return union(one for one in alternatives(kind) if not isinstance(one, NoneValue))


def substitute(kind: Type, given: dict[Slot, Type]) -> Type:
    """The type with slots replaced by what a caller gave for them."""
    if not given:
        return kind
    again = _Substitution(given)
    return again(kind)


@dataclass(frozen=True, slots=True)
class _Substitution:
    given: dict[Slot, Type]

    def __call__(self, kind: Type) -> Type:
        match kind:
            case Slot():
                return self.given.get(kind, kind)
            case Result(callee):
                called = self.given.get(callee, callee)
                return union(_called(one) for one in alternatives(called))
            case Union(several):
                return union(map(self, several))
            case Instance(cls, origin, slots) if slots:
                return Instance(cls, origin, tuple((slot, self(value)) for slot, value in slots))
            case Many(element):
                return Many(self(element))
            case Mapping(key, value):
                return Mapping(self(key), self(value))
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


def _called(kind: Type) -> Type:
    match kind:
        case ClassObject(cls, origin):
            return Instance(cls, origin)
        case Slot():
            return Result(kind)
        case _:
            return UNKNOWN


def slots_in(kind: Type) -> Iterator[Slot]:
    """The slots that stand in the type."""
    match kind:
        case Slot():
            yield kind
        case Result(callee):
            yield callee
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


def trimmed(kind: Type, depth: int) -> Type:
    """The type with what is nested deeper left out: what an instance was made of first, then what containers hold."""
    match kind:
        case Union(several):
            return union(trimmed(one, depth) for one in several)
        case Instance(cls, origin, slots) if slots:
            kept = ((slot, trimmed(value, depth - 1)) for slot, value in slots) if depth > 1 else ()
            return Instance(cls, origin, tuple(kept))
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
        case Mapping(key, value):
            return Mapping(trimmed(key, depth - 1), trimmed(value, depth - 1)) if depth > 0 else UNKNOWN
        case _:
            return kind
