"""The types of parameters, and what the arguments of a call mean for the called function."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.bindings import Parameter
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.syntax.references import last_name, references_of
from flake8_forward_call.inference.syntax.scopes import FunctionNode, Scope, names_of, plain_parameters
from flake8_forward_call.inference.types import (
    PLAIN,
    UNKNOWN,
    ClassObject,
    Instance,
    Many,
    Mapping,
    NoneValue,
    Origin,
    Slot,
    Tuple,
    Type,
    Union,
    Unknown,
    alternatives,
    slots_in,
    union,
    without_none,
)

_CLASS_FIRST = frozenset({"__new__", "__init_subclass__", "__class_getitem__"})


def parameter(asked: Questions, binding: Parameter) -> Type:
    """The type of a parameter inside its function: that of its annotation, or a slot that the caller fills in."""
    kind = _plain_parameter(asked, binding)
    if binding.kind == "*":
        return Many(kind)
    if binding.kind == "**":
        return Mapping(PLAIN, kind)
    return kind


class _Undeclared(dict[Slot, Parameter]):
    """The parameters without an annotation, which their callers decide."""


def _plain_parameter(asked: Questions, binding: Parameter) -> Type:
    function, argument, scope = binding.function, binding.argument, binding.scope
    assert scope.parent is not None
    annotation = argument.annotation
    if annotation is not None:
        kind = asked.declared(annotation, scope.parent)
        if not (_is_used(binding) and _says_nothing(asked, kind, annotation, scope.parent)):
            return _or_none(asked, kind, binding)

    comment = argument.type_comment or _from_signature_comment(binding)
    if comment is not None and annotation is None:
        return asked.type_comment(comment, scope.parent)
    implicit = _implicit(asked, binding)
    if implicit is not None:
        return implicit
    injected = asked.passed_by_pytest(binding)
    if injected is not None:
        return injected
    slot = Slot(function, argument.arg)
    asked.notes(_Undeclared)[slot] = binding
    return slot


class _Used(NamedTuple):
    """What a file calls, or calls the ``forward`` of: the last names, and the names that are stored under these."""

    names: dict[str, None]  # `net` of `self.net.forward(x)`
    stored: dict[tuple[Scope, str], None]  # `model` of `self.net = model`, with its scope


def _used_in(file: File) -> _Used:
    known: _Used | None = file.readings.get(_Used)
    if known is None:
        references = references_of(file)
        receivers = (
            last_name(one.callee.value)
            for one in references.called.get("forward", ())
            if isinstance(one.callee, ast.Attribute)
        )
        names = dict.fromkeys((*references.called, *filter(None, receivers)))
        stores = (one for attribute, several in references.stored.items() if attribute in names for one in several)
        stored = dict.fromkeys((one.scope, one.value.id) for one in stores if isinstance(one.value, ast.Name))
        known = file.readings[_Used] = _Used(names, stored)
    return known


def _is_used(binding: Parameter) -> bool:
    """Whether the file calls a parameter, or its ``forward``: something with its name, or that of where it is stored.

    Of others, an annotation is taken as it is. To ask all callers of all parameters costs a large project a lot.
    """
    name, used = binding.argument.arg, _used_in(binding.scope.file)
    return name in used.names or (binding.scope, name) in used.stored


def _says_nothing(asked: Questions, declared: Type, annotation: ast.expr, scope: Scope) -> bool:
    """Whether an annotation is no more than none: ``Any``, ``Callable``."""
    kinds = alternatives(declared)
    if UNKNOWN not in kinds or not all(isinstance(one, (Unknown, NoneValue)) for one in kinds):
        return False
    return asked.says_nothing(annotation, scope)


def _or_none(asked: Questions, kind: Type, binding: Parameter) -> Type:
    if isinstance(binding.default, ast.Constant) and binding.default.value is None:
        return union([kind, asked.expression(binding.default, binding.scope)])
    return kind


def _from_signature_comment(binding: Parameter) -> str | None:
    """The parameter's part of a function's ``# type: (A, B) -> C``."""
    comment = getattr(binding.function, "type_comment", None)
    if comment is None:
        return None
    try:
        signature = ast.parse(comment, mode="func_type")
    except SyntaxError:
        return None
    names = [one.arg for one in names_of(binding.function)]
    given = signature.argtypes
    if len(given) == len(names) - 1 and binding.scope.enclosing_class is not None:
        names = names[1:]
    if len(given) != len(names) or binding.argument.arg not in names:
        return None
    return ast.unparse(given[names.index(binding.argument.arg)])


def _implicit(asked: Questions, binding: Parameter) -> Type | None:
    """The type of ``self`` or ``cls``; None for any other parameter."""
    around = binding.scope.enclosing_class
    node = binding.function
    if around is None or isinstance(node, ast.Lambda) or binding.kind != "plain":
        return None
    if not plain_parameters(node) or plain_parameters(node)[0] is not binding.argument:
        return None
    marks = {asked.dotted(one, around) for one in node.decorator_list}
    if "staticmethod" in marks:
        return None
    cls = asked.source_class(around)
    if "classmethod" in marks or node.name in _CLASS_FIRST:
        return Slot("Self", "Self", ClassObject(cls, Origin.DECLARED))
    return Slot("Self", "Self", Instance(cls, Origin.DECLARED))


# Arguments


def passed(asked: Questions, call: ast.Call, scope: Scope, names: list[str]) -> dict[str, Type]:
    """What a call passes for each parameter, by name; positional arguments are known up to a starred one.

    ``*args`` among the names takes the rest: the single argument, or a tuple of several.
    """
    given: dict[str, Type] = {}
    for index, (name, node) in enumerate(zip(names, call.args, strict=False)):
        if name.startswith("*") and not any(isinstance(one, ast.Starred) for one in call.args):
            kinds = [asked.expression(one, scope) for one in call.args[index:]]
            given[name[1:]] = kinds[0] if len(kinds) == 1 else Tuple(tuple(kinds))
        if isinstance(node, ast.Starred):
            break
        given[name] = asked.expression(node, scope)
    for keyword in call.keywords:
        if keyword.arg is not None and keyword.arg in names:
            given[keyword.arg] = asked.expression(keyword.value, scope)
    return given


def slots_for(
    asked: Questions,
    node: FunctionNode,
    inner: Scope,
    call: ast.Call,
    scope: Scope,
    *,
    bound: bool,
    of: Type | None = None,
) -> dict[Slot, Type]:
    """The types that one call of a function gives to the slots in its types, or in the type ``of``."""
    own = names_of(node)[1:] if bound else names_of(node)
    given = passed(asked, call, scope, [one.arg for one in own])
    for argument, default in _defaults(node):
        if argument.arg not in given and default is not None and any(one is argument for one in own):
            assert inner.parent is not None
            is_kept = asked.keeps_defaults(inner)
            given[argument.arg] = asked.expression(default, inner.parent) if is_kept else UNKNOWN
    wanted = (*slots_in(of),) if of is not None else None
    slots: dict[Slot, Type] = {}
    for star in (node.args.vararg, node.args.kwarg):
        if star is not None and (_keeps(inner, star.arg) if wanted is None else Slot(node, star.arg) in wanted):
            slots[Slot(node, star.arg)] = _under_star(asked, node, star, call, scope, bound=bound)
    for argument in own:
        if argument.arg not in given:
            continue
        actual = given[argument.arg]
        slots[Slot(node, argument.arg)] = actual
        if argument.annotation is not None and inner.parent is not None:
            pattern = asked.declared(argument.annotation, inner.parent)
            for slot, kind in unified(pattern, actual):
                slots[slot] = union([slots[slot], kind]) if slot in slots else kind
    return slots


class _Kept(dict[str, bool]):
    """For parameters of a function: whether it does more with them than to pass them on under a star."""


def _keeps(inner: Scope, name: str) -> bool:
    kept: _Kept = inner.readings.setdefault(_Kept, _Kept())
    if name not in kept:
        passed_on = {
            id(one.value)
            for call in inner.calls
            for one in (*call.args, *call.keywords)
            if isinstance(one, ast.Starred) or (isinstance(one, ast.keyword) and one.arg is None)
        }
        kept[name] = any(
            isinstance(one, ast.Name) and one.id == name and id(one) not in passed_on for one in ast.walk(inner.node)
        )
    return kept[name]


def _under_star(
    asked: Questions, node: FunctionNode, star: ast.arg, call: ast.Call, scope: Scope, *, bound: bool
) -> Type:
    """What a call passes beyond the parameters, for ``*args`` or ``**options``."""
    if star is node.args.vararg:
        return rest(asked, node, call, scope, bound=bound)
    names = [one.arg for one in names_of(node)]
    more = [one for one in call.keywords if one.arg not in names]
    return union(UNKNOWN if one.arg is None else asked.expression(one.value, scope) for one in more)


def rest(asked: Questions, node: FunctionNode, call: ast.Call, scope: Scope, *, bound: bool) -> Type:
    """What a call passes in ``*args``: any of it; UNKNOWN if that depends on what is under another star."""
    more = call.args[len(plain_parameters(node)) - bound :]
    if any(isinstance(one, ast.Starred) for one in call.args[: len(call.args) - len(more)]):
        return UNKNOWN
    return union(
        asked.element(asked.expression(one.value, scope))
        if isinstance(one, ast.Starred)
        else asked.expression(one, scope)
        for one in more
    )


def _defaults(node: FunctionNode) -> Iterator[tuple[ast.arg, ast.expr | None]]:
    plain = plain_parameters(node)
    missing = len(plain) - len(node.args.defaults)
    yield from zip(plain[missing:], node.args.defaults, strict=True)
    yield from zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)


def unified(pattern: Type, actual: Type) -> Iterator[tuple[Slot, Type]]:
    """Yield the type variables in a parameter's annotation with their types, given the argument's type."""
    match pattern, actual:
        case Slot(owner="TypeVar"), _:
            yield pattern, union(_at_least(one, pattern.bound) for one in alternatives(without_none(actual)))
        case Slot(owner="type[TypeVar]", name=name), ClassObject(cls, origin):
            yield Slot("TypeVar", name), Instance(cls, origin)
        case Union(several), _:
            for one in several:
                yield from unified(one, without_none(actual))
        case Many(inner), Many(given):
            yield from unified(inner, given)
        case Many(inner), Tuple(items):
            yield from unified(inner, union(items))
        case Mapping(_, inner), Mapping(_, given):
            yield from unified(inner, given)
        case Tuple(patterns), Tuple(items) if len(patterns) == len(items):
            for one, given in zip(patterns, items, strict=True):
                yield from unified(one, given)
        case _:
            return


def _at_least(kind: Type, bound: Type) -> Type:
    """The type, or the bound of the type variable if the type is unknown."""
    match kind:
        case Slot(owner, name, Unknown()):
            return Slot(owner, name, bound)
        case Unknown():
            return bound
        case _:
            return kind


def worth_keeping(kind: Type) -> bool:
    """Whether an argument's type is worth storing with the instance that it was used to create."""
    return kind != UNKNOWN and any(one not in (UNKNOWN, PLAIN) for one in alternatives(kind))


def parameter_of(asked: Questions, slot: Slot) -> Parameter | None:
    """The parameter without an annotation that a slot stands for; None for any other slot."""
    return asked.notes(_Undeclared).get(slot)
