"""How ``__init_subclass__``, a metaclass or a class decorator changes the ``__call__`` of a class."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_forward_call.inference.answers import Alteration
from flake8_forward_call.inference.classes import bodies
from flake8_forward_call.inference.definitions import SourceClass
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.scopes import Scope
from flake8_forward_call.inference.types import ClassObject, Function, alternatives
from flake8_forward_call.inference.verdicts.verdict import Sameness, worst

# The names by which an instance's call is looked up; `Module.__call__` uses `_call_impl` (torch/nn/modules/module.py).
CALL_NAMES = frozenset({"__call__", "_call_impl"})

# The methods of a metaclass that run while a class is created.
_MAKERS = ("__new__", "__init__", "__prepare__")

# Functions and methods that set or delete what a string names.
_SETTERS = frozenset({"setattr", "__setattr__", "setdefault", "__setitem__"})
_TAKERS = frozenset({"delattr", "__delattr__", "pop", "__delitem__"})

# At most this many functions are followed from one that gets a class.
MAX_FUNCTIONS = 12


def alterations(asked: Questions, cls: SourceClass) -> Iterator[Alteration]:
    """Yield how the functions that create a class change its call."""
    for function in _makers(asked, cls):
        found = _alteration(asked, function)
        if found.sets is not None or found.takes:
            yield found


def _makers(asked: Questions, cls: SourceClass) -> Iterator[Scope]:
    """Yield the functions that get the class when it is created."""
    chain = [one for one in asked.hierarchy.order(cls) if isinstance(one, SourceClass)]
    for one in chain:
        hook = bodies.first_method(one, "__init_subclass__") if one is not cls else None
        if hook is not None:
            yield hook
        for keyword in one.node.keywords:
            if keyword.arg == "metaclass" and one.scope.parent is not None:
                yield from _of_metaclass(asked, keyword.value, one.scope.parent)
    for decorator in cls.node.decorator_list:
        callee = decorator.func if isinstance(decorator, ast.Call) else decorator
        assert cls.scope.parent is not None
        for kind in alternatives(asked.expression(callee, cls.scope.parent)):
            if isinstance(kind, Function):
                yield kind.scope


def _of_metaclass(asked: Questions, node: ast.expr, scope: Scope) -> Iterator[Scope]:
    for kind in alternatives(asked.expression(node, scope)):
        match kind:
            case ClassObject(SourceClass() as meta):
                chain = [one for one in asked.hierarchy.order(meta) if isinstance(one, SourceClass)]
                for one in chain:
                    for name in _MAKERS:
                        method = bodies.first_method(one, name)
                        if method is not None:
                            yield method
            case Function(scope=inner):  # `metaclass=` takes any callable.
                yield inner


def _alteration(asked: Questions, function: Scope) -> Alteration:
    """How a function changes the call of the class that it gets, directly and through functions that it calls."""
    sets: list[Sameness] = []
    takes = False
    todo, seen = [function], set[int]()
    while todo and len(seen) < MAX_FUNCTIONS:
        scope = todo.pop()
        if id(scope) in seen:
            continue
        seen.add(id(scope))
        changes = _Changes(scope)
        sets += changes.sets
        takes |= changes.takes
        for inner in scope.inward():
            for call in inner.calls:
                if call.args and isinstance(call.func, ast.Name):
                    kinds = alternatives(asked.expression(call.func, inner))
                    todo += [kind.scope for kind in kinds if isinstance(kind, Function)]
    return Alteration(worst(*sets) if sets else None, takes)


class _Changes:
    """What one function's source does to attributes and items with a name in CALL_NAMES, on whatever object."""

    def __init__(self, scope: Scope) -> None:
        self.sets: list[Sameness] = []
        self.takes = False
        self._function = scope.node
        self._certain = {id(one) for one in getattr(scope.node, "body", ()) if isinstance(one, ast.stmt)}
        named, moved = False, False
        for node in ast.walk(scope.node):
            match node:
                case ast.Assign(targets=targets, value=value) if any(map(_names_call, targets)):
                    self._set(value, certain=id(node) in self._certain)
                case ast.AnnAssign(target=target, value=ast.expr() as value) if _names_call(target):
                    self._set(value, certain=id(node) in self._certain)
                case ast.Delete(targets=targets) if any(map(_names_call, targets)):
                    self.takes = True
                case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in _SETTERS | _TAKERS:
                    if any(map(is_call_name, node.args)):
                        if name in _TAKERS:
                            self.takes = True
                        else:
                            self._set(node.args[-1], certain=False)
                    else:
                        moved |= not any(isinstance(one, ast.Constant) for one in node.args)
                case ast.Dict(keys=keys, values=values):
                    for key, value in zip(keys, values, strict=True):
                        if key is not None and is_call_name(key):
                            self._set(value, certain=False)
                case ast.keyword(arg=str(name), value=value) if name in CALL_NAMES:
                    self._set(value, certain=False)
                case ast.Constant() if is_call_name(node):
                    named = True
                case ast.Subscript(slice=key, ctx=ast.Store() | ast.Del()):
                    moved |= not isinstance(key, ast.Constant)
        if named and moved and not self.sets and not self.takes:
            # `for name in ("__call__", ...): setattr(cls, name, ...)`
            self.sets.append(Sameness.PERHAPS)
            self.takes = True

    def _set(self, value: ast.expr, *, certain: bool) -> None:
        """Record what is set: it is certainly another call only if nothing in it can reach the previous one."""
        other = certain and isinstance(value, ast.Lambda) and not mentions_call(value)
        if certain and isinstance(value, ast.Name):
            made = [one for one in ast.walk(self._function) if getattr(one, "name", None) == value.id]
            other = bool(made) and not any(map(mentions_call, made))
        self.sets.append(Sameness.DIFFERENT if other else Sameness.PERHAPS)


def _names_call(target: ast.expr) -> bool:
    match target:
        case ast.Attribute(attr=name):
            return name in CALL_NAMES
        case ast.Subscript(slice=key):
            return is_call_name(key)
        case _:
            return False


def is_call_name(node: ast.expr) -> bool:
    """Whether an expression is a string that is one of the CALL_NAMES."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in CALL_NAMES


def mentions_call(node: ast.AST) -> bool:
    """Whether an attribute or string in a node is one of these names, so that it may reach the previous call."""
    return any(
        (isinstance(one, ast.Attribute) and one.attr in CALL_NAMES)
        or (isinstance(one, ast.Constant) and isinstance(one.value, str) and one.value in CALL_NAMES)
        for one in ast.walk(node)
    )
