"""What a function changes when it passes a call on: the arguments, gradients, the module's mode."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from flake8_forward_call.inference.classes import bodies
from flake8_forward_call.inference.definitions import Class, SourceClass
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.bindings import Assigned, Parameter
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.holding import is_super
from flake8_forward_call.inference.syntax.references import last_name
from flake8_forward_call.inference.syntax.scopes import Scope
from flake8_forward_call.inference.syntax.states import untested
from flake8_forward_call.inference.types import Function, alternatives

# What sets gradients, precision and randomness for everything that runs inside it or after it.
_SWITCHES = frozenset(
    {
        "no_grad",
        "inference_mode",
        "enable_grad",
        "set_grad_enabled",
        "manual_seed",
        "set_default_dtype",
        "set_default_device",
        "set_default_tensor_type",
    }
)
_AUTOCAST = "autocast"

# Methods that change how the module itself computes. Those of the first kind also count on its submodules.
_MODES = frozenset({"eval", "train", "requires_grad_"})
_CASTS = frozenset({"half", "float", "double", "bfloat16", "to", "type"})

# Methods that change a list or dict in place.
_CHANGERS = frozenset({"setdefault", "pop", "popitem", "update", "clear", "append", "extend", "insert", "remove",
                       "reverse", "sort", "__setitem__", "__delitem__"})  # fmt: skip

# How many methods are followed from `__call__`. Real ones go two steps.
MAX_METHODS = 20


def is_switch(node: ast.expr) -> bool:
    """Whether an expression names a switch that affects all computation: ``torch.no_grad``, ``autocast`` and others."""
    name = last_name(node) or ""
    return name in _SWITCHES or name.endswith(_AUTOCAST)


def changes_mode(asked: Questions, function: Scope, order: Iterable[Class | None]) -> bool:
    """Whether a method, or one that it calls on ``self``, changes gradients, precision or the module's mode."""
    chain = [one for one in order if isinstance(one, SourceClass)]
    todo, seen = [function], set[int]()
    while todo and len(seen) < MAX_METHODS:
        scope = todo.pop()
        if id(scope) in seen:
            continue
        seen.add(id(scope))
        own = scope.positional[:1]
        for node in ast.walk(scope.node):
            if isinstance(node, (ast.Name, ast.Attribute)) and is_switch(node):
                return True
            if _sets_training(node) and _root(node) in own:
                return True
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _root(node.func) in own:
                callee = node.func
                if callee.attr in _MODES or (callee.attr in _CASTS and isinstance(callee.value, ast.Name)):
                    return True
                if isinstance(callee.value, ast.Name) and callee.attr != "forward":
                    method = next(filter(None, (bodies.first_method(one, callee.attr) for one in chain)), None)
                    todo += [] if method is None else [method]
    return False


def _sets_training(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "training" and isinstance(node.ctx, ast.Store)


def _root(node: ast.AST) -> str | None:
    """The name that a chain of attributes starts with: ``self`` for ``self.encoder.eval``."""
    while isinstance(node, ast.Attribute):
        node = node.value
    if is_super(node):
        return "self"
    return node.id if isinstance(node, ast.Name) else None


def changes_arguments(asked: Questions, function: Scope) -> bool:
    """Whether a function changes in place what it was passed, also ``*args`` and ``**kwargs``, or what it returns."""
    results = {one.value.id for one in flow_of(function).returned.values() if isinstance(one.value, ast.Name)}
    return any(name.id in results or _is_argument(name, function) for name in _changed(asked, function, set()))


def _changed(asked: Questions, function: Scope, seen: set[int]) -> Iterator[ast.Name]:
    """Yield the names whose values a function changes in place, directly or in functions that it passes them to."""
    seen.add(id(function))
    for node in ast.walk(function.node):
        match node:
            case ast.Subscript(value=ast.Name() as name, ctx=ast.Store() | ast.Del()):
                yield name
            case ast.Attribute(value=ast.Name() as name, ctx=ast.Store() | ast.Del()) if [
                name.id
            ] != function.positional[:1]:
                yield name
            case ast.Call(func=ast.Attribute(value=ast.Name() as name, attr=method)) if (
                method in _CHANGERS or _is_in_place(method)
            ):
                yield name
            case ast.keyword(arg="out", value=ast.Name() as name):
                yield name
            case ast.Call(
                func=ast.Name() | ast.Attribute() as callee, args=[ast.Name() as name, *_], keywords=named
            ) if _is_in_place(last_name(callee) or "") or any(map(_says_in_place, named)):
                yield name
            case ast.Call(func=ast.Name() | ast.Attribute() as callee, args=given):
                names = {index: one for index, one in enumerate(given) if isinstance(one, ast.Name)}
                if any(_is_argument(one, function) for one in names.values()):
                    yield from _changed_by(asked, callee, names, function, seen)


def _is_in_place(name: str) -> bool:
    """Whether torch's convention for names says that a function or method changes a tensor in place: ``relu_``."""
    return name.endswith("_") and not name.endswith("__") and name != "requires_grad_"


def _says_in_place(keyword: ast.keyword) -> bool:
    return keyword.arg == "inplace" and not (isinstance(keyword.value, ast.Constant) and not keyword.value.value)


def _changed_by(
    asked: Questions, callee: ast.expr, given: dict[int, ast.Name], scope: Scope, seen: set[int]
) -> Iterator[ast.Name]:
    """Yield the passed names whose values the callee changes in place, if its source was read."""
    for one in alternatives(asked.expression(callee, scope)):
        if isinstance(one, Function) and id(one.scope) not in seen:
            plain = one.scope.positional[0 if one.owner is None else 1 :]
            changed = {each.id for each in _changed(asked, one.scope, seen) if _is_argument(each, one.scope)}
            yield from (name for index, name in given.items() if index < len(plain) and plain[index] in changed)


def _is_argument(name: ast.Name, function: Scope) -> bool:
    """Whether a name is a parameter of the function, or another name for one."""
    for one in untested(flow_of(function).uses.get(id(name), ())):
        if isinstance(one, Parameter):
            return True
        value = one.value if isinstance(one, Assigned) else None
        if isinstance(value, ast.Name) and value.id != name.id and _is_argument(value, function):
            return True
    return False
