"""The type of an expression, by its form."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from flake8_forward_call.inference.evaluating import names
from flake8_forward_call.inference.evaluating.sums import are_mappings, are_sequences, merged, written_out
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.scopes import Scope, scopes_of
from flake8_forward_call.inference.types import (
    NEVER,
    NONE,
    PLAIN,
    UNKNOWN,
    Awaitable,
    Function,
    Many,
    Mapping,
    Tuple,
    Type,
    alternatives,
    each,
    union,
    without_none,
)


def expression(asked: Questions, node: ast.expr, scope: Scope) -> Type:
    """The type of an expression at its location. Raises OutOfBudget."""
    if isinstance(node, ast.Constant):
        return NONE if node.value is None else PLAIN
    return asked.once(id(node), lambda: _expression(asked, node, scope))


def _expression(asked: Questions, node: ast.expr, scope: Scope) -> Type:
    match node:
        case ast.Name():
            return names.read_name(asked, node, scope)
        case ast.Attribute():
            return _attribute(asked, node, scope)
        case ast.Subscript():
            return _subscript(asked, node, scope)
        case ast.Call():
            return asked.call(asked.expression(node.func, scope), node, scope)
        case ast.Await(value=value):
            return each(asked.expression(value, scope), _awaited)
        case ast.IfExp(body=body, orelse=orelse):
            return union([asked.expression(body, scope), asked.expression(orelse, scope)])
        case ast.BoolOp(op=operator, values=values):
            kinds = [asked.expression(value, scope) for value in values]
            if isinstance(operator, ast.Or):
                return union([*map(without_none, kinds[:-1]), kinds[-1]])
            return union([kinds[-1], *(NONE for _ in kinds[:-1])])
        case ast.NamedExpr(value=value):
            return asked.expression(value, scope)
        case ast.List(elts=elements) | ast.Set(elts=elements):
            return Many(_elements(asked, elements, scope))
        case ast.Tuple(elts=elements):
            if any(isinstance(one, ast.Starred) for one in elements):
                return Many(_elements(asked, elements, scope))
            return Tuple(tuple(asked.expression(one, scope) for one in elements))
        case ast.Dict(keys=keys, values=values):
            return _dict(asked, keys, values, scope)
        case ast.ListComp(elt=element) | ast.SetComp(elt=element) | ast.GeneratorExp(elt=element):
            return Many(asked.expression(element, scope))
        case ast.DictComp(key=key, value=value):
            return Mapping(asked.expression(key, scope), asked.expression(value, scope))
        case ast.Lambda():
            return Function(node, scopes_of(scope.file).opened[id(node)])
        case ast.BinOp():
            return _binary(asked, node, scope)
        case ast.Compare() | ast.JoinedStr() | ast.UnaryOp(op=ast.Not()):
            return PLAIN
        case _:
            return UNKNOWN


def _elements(asked: Questions, nodes: Iterable[ast.expr], scope: Scope) -> Type:
    return union(
        asked.element(asked.expression(node.value, scope))
        if isinstance(node, ast.Starred)
        else asked.expression(node, scope)
        for node in nodes
    )


def _dict(asked: Questions, keys: list[ast.expr | None], values: list[ast.expr], scope: Scope) -> Type:
    kinds = [asked.expression(value, scope) for value in values]
    written = [key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else None for key in keys]
    of_keys = [asked.expression(key, scope) for key in keys if key is not None]
    if all(key is None or name is not None for key, name in zip(keys, written, strict=True)):
        return written_out(zip(written, kinds, strict=True), of_keys)
    found: list[tuple[Type, Type]] = []
    for key, kind in zip(keys, kinds, strict=True):
        if key is not None:
            found.append((asked.expression(key, scope), kind))
            continue
        for one in alternatives(kind):
            found.append((one.key, one.value) if isinstance(one, Mapping) else (UNKNOWN, UNKNOWN))
    return Mapping(union(key for key, _ in found), union(value for _, value in found))


def _binary(asked: Questions, node: ast.BinOp, scope: Scope) -> Type:
    left, right = asked.expression(node.left, scope), asked.expression(node.right, scope)
    if NEVER in (left, right):
        return NEVER
    match node.op:
        case ast.Add() if are_sequences(left) and are_sequences(right):
            return Many(union([asked.element(left), asked.element(right)]))
        case ast.Mult() if are_sequences(left):
            return Many(asked.element(left))
        case ast.Mult() if are_sequences(right):
            return Many(asked.element(right))
        case ast.BitOr() if are_mappings(left) and are_mappings(right):
            return merged(left, right)
        case _:
            return PLAIN if left == right == PLAIN else UNKNOWN


def _attribute(asked: Questions, node: ast.Attribute, scope: Scope) -> Type:
    reached = flow_of(scope).uses.get(id(node))
    if reached is not None:
        return asked.bindings(reached)
    owner = asked.expression(node.value, scope)
    found = asked.among_lacking(owner, node.attr)
    if found == UNKNOWN:
        found = asked.guarded(node, scope)
    return asked.entry(node, scope) if found == UNKNOWN else found


def _subscript(asked: Questions, node: ast.Subscript, scope: Scope) -> Type:
    reached = flow_of(scope).uses.get(id(node))
    if reached is not None:
        return asked.bindings(reached)
    tabled = asked.tabled(node, scope)
    if tabled is not None:
        return tabled
    owner = asked.expression(node.value, scope)
    found = each(owner, lambda one: asked.item(one, node.slice, scope))
    return asked.entry(node, scope) if found == UNKNOWN else found


def _awaited(kind: Type) -> Type:
    return kind.result if isinstance(kind, Awaitable) else UNKNOWN
