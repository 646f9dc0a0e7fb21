"""What its decorators and its metaclass add to the bases in a class's header.

Most of them return the class that they get. Some replace it by a subclass with more bases, and one that was not read
may do anything.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from flake8_forward_call.inference.catalogue.look_alikes import is_standard
from flake8_forward_call.inference.classes import bodies
from flake8_forward_call.inference.definitions import Class, SourceClass
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.scopes import Scope, names_of
from flake8_forward_call.inference.types import (
    UNKNOWN,
    Builtin,
    ClassObject,
    Function,
    Instance,
    KnownFunction,
    Namespace,
    NoneValue,
    Slot,
    Type,
    alternatives,
    substitute,
)
from flake8_forward_call.inference.verdicts.verdict import Standing

# Packages whose decorators return the class that they get, or one with the same bases.
_HARMLESS = frozenset(
    {"attr", "attrs", "beartype", "dataclasses_json", "deprecated", "numba", "pydantic", "pytest", "torch", "typeguard",
     "typing_extensions"}
)  # fmt: skip

# A decorator that registers a class also returns it; otherwise the class could not be used by its name.
_REGISTERS = "register"

# The arguments up to the bases in `__new__(mcs, name, bases, ...)`, and in the `__new__` that it calls.
_WITH_BASES = 3

# The bases that a class gets in addition.
_Outcome: TypeAlias = "tuple[Class | None, ...]"
_OPEN: _Outcome = (None,)


@dataclass(frozen=True, slots=True)
class Addition:
    """A base that a class gets from a decorator or its metaclass, None if it is unknown.

    ``cause`` names the decorator or metaclass as it is in the source.
    """

    cause: str
    base: Class | None


def additions(asked: Questions, cls: SourceClass) -> Iterator[Addition]:
    """Yield what the class gets in addition to the bases in its header: nothing if that is certainly not a module."""
    scope = cls.scope.parent
    assert scope is not None
    for keyword in cls.node.keywords:
        if keyword.arg == "metaclass" and not _keeps_bases(asked, keyword.value, scope):
            yield Addition(f"the metaclass {_text(keyword.value)}", None)
    for decorator in reversed(cls.node.decorator_list):
        bases = _made_by(asked, decorator, cls, scope)
        # The class was not written as a module, so it is unknown whether it calls a module's constructor.
        for base in bases if None in bases or not bases else (None, *bases):
            yield Addition(f"the decorator @{_text(decorator)}", base)


def cause(asked: Questions, cls: Class, base: Class | None) -> str | None:
    """The decorator or metaclass that gives a class one of its bases; None if its header names that base."""
    if not isinstance(cls, SourceClass) or cls.scope.parent is None:
        return None
    written = [one for node in cls.node.bases for one in asked.hierarchy.read_base(node, cls.scope.parent)]
    return None if base in written else next((one.cause for one in additions(asked, cls) if one.base == base), None)


def unread(asked: Questions, cls: Class) -> str:
    """What could not be resolved, so that it is unknown whether a class is a module: a clause in plain words."""
    owner = next(
        (one for one in asked.hierarchy.order(cls) if one is not None and None in asked.hierarchy.bases(one)), cls
    )
    found = cause(asked, owner, None)
    if found is None:
        return f"a base class of {cls.label} could not be resolved"
    return f"the effect of {found} on {owner.label} could not be determined"


def _text(node: ast.expr) -> str:
    return " ".join(ast.unparse(node.func if isinstance(node, ast.Call) else node).split())


# Decorators


def _made_by(asked: Questions, decorator: ast.expr, cls: SourceClass, scope: Scope) -> Sequence[Class | None]:
    """The bases that a decorator adds."""
    kinds = [one for one in alternatives(asked.expression(decorator, scope)) if not isinstance(one, NoneValue)]
    return _agreed([outcome for kind in kinds for outcome in _outcomes(asked, kind, decorator, cls, scope)])


def _agreed(outcomes: Sequence[_Outcome]) -> _Outcome:
    """The outcome if all possible ones are equal; an unknown base if they differ."""
    several = dict.fromkeys(outcomes)
    return next(iter(several)) if len(several) == 1 else _OPEN


def _outcomes(asked: Questions, kind: Type, decorator: ast.expr, cls: SourceClass, scope: Scope) -> Iterator[_Outcome]:
    """Yield what a decorator of this type may add to a class."""
    if isinstance(kind, Instance):
        kind = asked.attribute(kind, "__call__")
    match kind:
        case Function():
            file = kind.scope.file
            if not (file.is_installed and _is_harmless(file.name)):
                yield from _returned(asked, kind, cls)
            else:
                yield ()
        case KnownFunction(name, [first, *_], returns) if not _is_harmless(name):
            yield _of_result(asked, substitute(returns, {Slot(name, first): ClassObject(cls)}), cls, "")
        case _:
            dotted = asked.dotted(decorator, scope)
            is_register = _text(decorator).rpartition(".")[2].startswith(_REGISTERS)
            yield () if is_register or (dotted is not None and _is_harmless(dotted)) else _OPEN


def _is_harmless(dotted: str) -> bool:
    return is_standard(dotted) or hasattr(builtins, dotted) or dotted.partition(".")[0] in _HARMLESS


def _returned(asked: Questions, function: Function, cls: SourceClass) -> Iterator[_Outcome]:
    """Yield what a function may add to the class that it is called with."""
    node, scope = function.node, function.scope
    own = names_of(node)[function.owner is not None :][:1]
    values = [node.body] if isinstance(node, ast.Lambda) else [one.value for one in flow_of(scope).returned.values()]
    if not own or not values or flow_of(scope).falls_through or flow_of(scope).yielded:
        yield _OPEN
        return
    name = own[0].arg
    is_kept = len(flow_of(scope).bound.get(name, ())) == 1
    given: dict[Slot, Type] = {Slot(node, name): ClassObject(cls)}
    found = False
    for value in values:
        bases = _bases_of_type(value)
        outcomes: list[_Outcome]
        if is_kept and _is(value, name):
            outcomes = [()]
        elif bases is not None:
            outcomes = [_beside(asked, bases, scope, name)]
        else:
            kinds = alternatives(UNKNOWN if value is None else substitute(asked.expression(value, scope), given))
            # Called with options, it returns a decorator; called with a class, the result of decorating it.
            outcomes = [_of_result(asked, one, cls, name) for one in kinds if not isinstance(one, Function)]
        yield from outcomes
        found = found or bool(outcomes)
    if not found:
        yield _OPEN


def _of_result(asked: Questions, kind: Type, cls: SourceClass, name: str) -> _Outcome:
    """What a class gets if this value replaces it; ``name`` is the parameter that received the class."""
    match kind:
        case ClassObject(other) if other is cls:
            return ()
        case ClassObject(SourceClass() as other):
            assert other.scope.parent is not None
            beside = _beside(asked, other.node.bases, other.scope.parent, name)
            return beside if None in beside or not beside else (other,)
        case ClassObject(other) if asked.hierarchy.standing(other) is Standing.NOT_MODULE:
            return ()
        case ClassObject(other):
            return (other,)
        case _:
            return _OPEN


def _beside(asked: Questions, bases: Sequence[ast.expr], scope: Scope, name: str) -> _Outcome:
    """The bases that are modules, else those that may be, without the parameter ``name`` among them."""
    found = [base for node in bases if not _is(node, name) for base in asked.hierarchy.read_base(node, scope)]
    may_matter = [one for one in found if one is None or asked.hierarchy.standing(one) is not Standing.NOT_MODULE]
    modules = [one for one in may_matter if one is not None and asked.hierarchy.standing(one) is Standing.MODULE]
    return tuple(modules or may_matter)


def _bases_of_type(value: ast.expr | None) -> Sequence[ast.expr] | None:
    """The bases in ``type(name, (A, B), {...})``; None for any other expression."""
    match value:
        case ast.Call(func=ast.Name(id="type"), args=[_, ast.Tuple(elts=bases), _]):
            return bases
        case _:
            return None


def _is(node: ast.expr | None, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


# Metaclasses


def _keeps_bases(asked: Questions, metaclass: ast.expr, scope: Scope) -> bool:
    """Whether a class with this metaclass has the bases in its header."""
    for kind in alternatives(asked.expression(metaclass, scope)):
        match kind:
            case ClassObject(cls):
                if not all(map(_leaves_bases, asked.hierarchy.order(cls))):
                    return False
            case Namespace(name) | Builtin(name) if _is_harmless(name):
                continue
            case _:
                return False
    return True


def _leaves_bases(cls: Class | None) -> bool:
    """Whether a metaclass's own ``__new__`` creates the class with the bases that it gets."""
    if not isinstance(cls, SourceClass):
        return cls is not None
    scope = bodies.first_method(cls, "__new__")
    if scope is None or len(scope.positional) < _WITH_BASES:
        return "__new__" not in flow_of(cls.scope).exit or scope is not None
    name = scope.positional[_WITH_BASES - 1]
    makers = [one for one in scope.calls if isinstance(one.func, ast.Attribute) and one.func.attr == "__new__"]
    return len(flow_of(scope).bound.get(name, ())) == 1 and all(
        len(one.args) < _WITH_BASES or _is(one.args[_WITH_BASES - 1], name) for one in makers
    )
