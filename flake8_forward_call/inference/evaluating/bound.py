"""What a binding gives the name or attribute that it binds."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import partial

from flake8_forward_call.inference.catalogue import given_back
from flake8_forward_call.inference.evaluating import names
from flake8_forward_call.inference.evaluating.sums import are_mappings, are_sequences, merged
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.bindings import (
    Annotated,
    AnyBinding,
    Assigned,
    Augmented,
    Binding,
    Defined,
    Entered,
    Imported,
    Iterated,
    Matched,
    Narrowed,
    Outer,
    Parameter,
    Step,
    TypeParameter,
)
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.scopes import Scope, scopes_of
from flake8_forward_call.inference.types import (
    NEVER,
    NONE,
    PLAIN,
    UNKNOWN,
    Awaitable,
    ClassObject,
    Function,
    Instance,
    Managed,
    Many,
    Namespace,
    NoneValue,
    Slot,
    Type,
    Union,
    alternatives,
    each,
    union,
)


def bindings(asked: Questions, bindings: Iterable[AnyBinding]) -> Type:
    """The union of what the bindings give; a stand-in for a failed import counts only if nothing else is known."""
    first: list[Type] = []
    fallback: list[Type] = []
    for one in bindings:
        kind = asked.binding(one)
        (fallback if isinstance(one, Binding) and one.fallback else first).append(kind)
    kind = union(first)
    if first and all(_is_known(one) for one in alternatives(kind)):
        return kind
    return union([*first, *fallback])


def binding(asked: Questions, binding: AnyBinding) -> Type:
    """What one binding gives."""
    return asked.once(binding, lambda: _binding(asked, binding))


def _binding(asked: Questions, binding: AnyBinding) -> Type:
    match binding:
        case Assigned(value=value, path=path, scope=scope, type_comment=comment):
            return _commented(asked, comment, scope, _unpacked(asked, asked.expression(value, scope), path), path)
        case Annotated():
            return _annotated(asked, binding)
        case Iterated(iterable=iterable, path=path, scope=scope, type_comment=comment):
            kind = _unpacked(asked, asked.element(asked.expression(iterable, scope)), path)
            return _commented(asked, comment, scope, kind, path)
        case Entered(context=context, path=path, scope=scope, type_comment=comment):
            return _commented(asked, comment, scope, _unpacked(asked, asked.entered(context, scope), path), path)
        case Imported(module=module, name=name, level=level, scope=scope):
            if name is None:
                return asked.namespace(asked.project.imported(scope.file, module, 0) or module)
            return asked.imported_name(module, name, level, scope.file)
        case Defined(definition=ast.ClassDef() as node, scope=scope):
            return ClassObject(asked.source_class(scopes_of(scope.file).opened[id(node)]))
        case Defined(definition=ast.FunctionDef() | ast.AsyncFunctionDef() as node, scope=scope):
            known = given_back.given_back(node, scope)
            return known or Function(node, scopes_of(scope.file).opened[id(node)])
        case Parameter():
            return asked.parameter(binding)
        case Narrowed(previous=previous, test=test, positive=positive):
            return asked.narrowed(asked.bindings(previous), test, positive)
        case Augmented():
            return _augmented(asked, binding)
        case Matched():
            return _matched(asked, binding)
        case Outer(name=name, scope=scope):
            return names.outer_name(asked, name, scope)
        case TypeParameter(name=name, bound=bound, scope=scope):
            bounds = bound.elts if isinstance(bound, ast.Tuple) else [bound]
            limit = union(UNKNOWN if one is None else asked.declared(one, scope) for one in bounds)
            return Slot("TypeVar", name, limit)
        case _:
            return UNKNOWN


def _annotated(asked: Questions, binding: Annotated) -> Type:
    declared = asked.declared(binding.annotation, binding.scope)
    if binding.value is None:
        return declared
    return _at_least(asked, asked.expression(binding.value, binding.scope), declared)


def _commented(asked: Questions, comment: str | None, scope: Scope, value: Type, path: tuple[Step, ...]) -> Type:
    """The type of a value that may have a ``# type:`` comment."""
    if comment is None or path:
        return value
    return _at_least(asked, value, asked.type_comment(comment, scope))


def _at_least(asked: Questions, value: Type, declared: Type) -> Type:
    """The type of a declared value: that of the value if it is certainly an instance, else the declared one.

    If it is declared as a TorchScript interface, that always counts, because the compiler only uses that.
    """
    if any(isinstance(one, Instance) and asked.hierarchy.is_interface(one.cls) for one in alternatives(declared)):
        return declared
    known = [isinstance(one, Instance) for one in alternatives(value) if not isinstance(one, NoneValue)]
    return value if declared == UNKNOWN or (known and all(known)) else declared


def _augmented(asked: Questions, binding: Augmented) -> Type:
    previous = asked.bindings(flow_of(binding.scope).uses[id(binding.target)])
    value = asked.expression(binding.value, binding.scope)
    if previous == NEVER:
        return NEVER
    if are_sequences(previous):
        added = [] if isinstance(binding.operator, ast.Mult) else [asked.element(value)]
        return Many(union([asked.element(previous), *added]))
    if are_mappings(previous) and are_mappings(value):
        return merged(previous, value)
    if all(isinstance(one, Instance) and asked.is_container(one) for one in alternatives(previous)):
        return previous
    return PLAIN if previous == value == PLAIN else UNKNOWN


def _matched(asked: Questions, binding: Matched) -> Type:
    match binding.pattern:
        case None if binding.whole:
            return asked.expression(binding.subject, binding.scope)
        case ast.MatchClass(cls=cls):
            return asked.declared(cls, binding.scope)
        case ast.MatchOr(patterns=patterns) if all(isinstance(one, ast.MatchClass) for one in patterns):
            classes = [one.cls for one in patterns if isinstance(one, ast.MatchClass)]
            return union(asked.declared(one, binding.scope) for one in classes)
        case _:
            return UNKNOWN


def _unpacked(asked: Questions, kind: Type, path: tuple[Step, ...]) -> Type:
    for step in path:
        kind = each(kind, partial(_unpacked_once, asked, step))
    return kind


def _unpacked_once(asked: Questions, step: Step, kind: Type) -> Type:
    return asked.unpacked(kind, step)


def entered(asked: Questions, context: ast.expr, scope: Scope) -> Type:
    """What entering a context manager gives."""

    def of(one: Type) -> Type:
        match one:
            case Managed(inner):
                return inner
            case Instance():
                for name in ("__enter__", "__aenter__"):
                    method = asked.attribute(one, name)
                    if method != UNKNOWN:
                        given = asked.returned(method)
                        return given.result if isinstance(given, Awaitable) else given
        return UNKNOWN

    return each(asked.expression(context, scope), of)


def _is_known(kind: Type) -> bool:
    return kind not in (UNKNOWN, NONE) and not isinstance(kind, (Union, Namespace))
