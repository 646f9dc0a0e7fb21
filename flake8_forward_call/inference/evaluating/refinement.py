"""What is left of a type after a test of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.bindings import Test
from flake8_forward_call.inference.syntax.scopes import Scope
from flake8_forward_call.inference.types import (
    NEVER,
    NONE,
    UNKNOWN,
    Builtin,
    ClassObject,
    Instance,
    Many,
    Mapping,
    Namespace,
    NoneValue,
    Origin,
    Plain,
    Slot,
    Tuple,
    Type,
    Union,
    alternatives,
    union,
    without_none,
)
from flake8_forward_call.inference.verdicts.verdict import Standing

# A value that only callers know, and that passed more tests than this, is unknown.
MAX_TESTS = 4


def narrowed(asked: Questions, kind: Type, test: Test, positive: bool, *, may_be_never: bool = False) -> Type:
    """The type after the test: ``positive`` says whether it was true.

    If nothing passes the test, the source is not complete, unless it ``may_be_never``: then it was not reached.
    """
    match test.kind:
        case "none":
            return NONE if positive else without_none(kind)
        case "truth":
            return without_none(kind) if positive else kind
    assert test.classes is not None
    tested = list(_classes(asked, test.classes, test.scope))
    if test.kind == "issubclass":
        return _subclasses(kind, tested) if positive else kind
    if not positive:
        return kind if test.kind == "type" else _eliminated(asked, kind, tested, test)
    if test.kind == "isinstance" and all(_is_container(one) for one in tested):
        kind = union(_to_test(one, test, positive=True) for one in alternatives(kind))
    origin = Origin.CONSTRUCTED if test.kind == "type" else Origin.DECLARED
    kept = union(
        result for one in alternatives(kind) for target in tested for result in _kept(asked, one, target, origin)
    )
    if kept == NEVER and not may_be_never:
        return union(_instance(target, origin) for target in tested)
    return kept


def instances(asked: Questions, classes: ast.expr, scope: Scope) -> Iterator[Type]:
    """Yield the type of a value that passes ``isinstance(value, classes)``, for each of the classes."""
    return (_instance(one, Origin.DECLARED) for one in _classes(asked, classes, scope))


def _classes(asked: Questions, node: ast.expr, scope: Scope) -> Iterator[Type]:
    """Yield the classes that the second argument of ``isinstance`` names."""
    match node:
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            for element in elements:
                yield from _classes(asked, element, scope)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            yield from _classes(asked, left, scope)
            yield from _classes(asked, right, scope)
        case _:
            for one in alternatives(asked.expression(node, scope)):
                if isinstance(one, Tuple):
                    yield from (inner for item in one.items for inner in alternatives(item))
                elif isinstance(one, Many):
                    yield from alternatives(one.element)
                else:
                    yield one


def _instance(target: Type, origin: Origin) -> Type:
    match target:
        case ClassObject(cls):
            return Instance(cls, origin)
        case _:
            return UNKNOWN


def _kept(asked: Questions, kind: Type, target: Type, origin: Origin) -> Iterator[Type]:
    """Yield what is left of an alternative that passed the test for one class; nothing if it cannot have passed."""
    match kind, target:
        case ((NoneValue() | Plain() | Union()), ClassObject()):
            return
        case Slot(tests=[*_, (Test(), True)]), _ if _is_container(target):
            yield kind
        case Slot(bound=bound), _:
            if bound == UNKNOWN:
                yield _instance(target, origin)
            else:
                for one in alternatives(bound):
                    passed = list(_kept(asked, one, target, origin))
                    yield from (kind if result == one else result for result in passed)
        case Instance(cls), ClassObject(other):
            if asked.hierarchy.derives(cls, other):
                yield kind
            elif asked.hierarchy.derives(other, cls) or asked.hierarchy.standing(cls) is not Standing.NOT_MODULE:
                yield Instance(other, origin)
        case Instance(cls), Builtin():
            if asked.hierarchy.standing(cls) is not Standing.MODULE:
                yield UNKNOWN
        case Instance(cls, _, slots), _:
            yield Instance(cls, Origin.OPAQUE, slots)
        case ((Many() | Tuple() | Mapping()), Builtin() | Namespace() | ClassObject()):
            passes = _container_passes(kind, target)
            if passes is not False:
                yield kind if passes else UNKNOWN
        case _:
            yield _instance(target, origin)


# The classes that any container is an instance of, by the last part of their names.
_OF_ANY = frozenset({"object", "Iterable", "Collection", "Container", "Sized"})
_OF_MAPPING = _OF_ANY | {"dict", "Mapping", "MutableMapping", "OrderedDict", "defaultdict"}
_OF_MANY = _OF_ANY | {"list", "tuple", "set", "frozenset", "deque", "Sequence", "MutableSequence", "Set", "Iterator",
                      "Generator", "Reversible"}  # fmt: skip


def _container_passes(kind: Type, target: Type) -> bool | None:
    """Whether a list, tuple or dict is an instance of the class; None if the class is unknown."""
    match target:
        case Builtin(name):
            pass
        case Namespace(name) if name.partition(".")[0] in ("collections", "typing"):
            name = name.rpartition(".")[2]
        case Namespace():
            return None
        case _:
            return False
    return name in (_OF_MAPPING if isinstance(kind, Mapping) else _OF_MANY)


def _is_container(target: Type) -> bool:
    """Whether a tested class is one whose instances inference knows by their elements."""
    match target:
        case Builtin(name) | Namespace(name):
            return name.rpartition(".")[2] in _OF_MAPPING | _OF_MANY
        case _:
            return False


def _to_test(kind: Type, test: Test, *, positive: bool) -> Type:
    """A parameter that only callers decide, with a test of it that can only be judged for what they pass."""
    if not isinstance(kind, Slot) or kind.bound != UNKNOWN or not isinstance(kind.owner, ast.AST):
        return kind
    if (test, positive) in kind.tests or len(kind.tests) >= MAX_TESTS:
        return kind
    return Slot(kind.owner, kind.name, kind.bound, (*kind.tests, (test, positive)))


def _eliminated(asked: Questions, kind: Type, tested: list[Type], test: Test) -> Type:
    """What is left of a union that is none of the tested types."""

    def gone(one: Type) -> bool:
        match one:
            case Instance(cls):
                return any(
                    isinstance(target, ClassObject) and asked.hierarchy.derives(cls, target.cls) for target in tested
                )
            case Many() | Tuple() | Mapping():
                return any(_container_passes(one, target) for target in tested)
            case Plain():
                return any(isinstance(target, Builtin) for target in tested)
            case _:
                return False

    return union(_to_test(one, test, positive=False) for one in alternatives(kind) if not gone(one))


def _subclasses(kind: Type, tested: list[Type]) -> Type:
    found = [ClassObject(one.cls, Origin.DECLARED) for one in tested if isinstance(one, ClassObject)]
    return union(found) if found and not isinstance(kind, ClassObject) else kind
