"""What the place of a call shows: whether a rewritten call would lead back to the place itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_forward_call.inference.calling import own_forward
from flake8_forward_call.inference.definitions import SourceClass
from flake8_forward_call.inference.engine import Answers, unjoined
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.references import last_name
from flake8_forward_call.inference.syntax.scopes import Scope
from flake8_forward_call.inference.types import Instance, Slot, Type, alternatives


def runs_inside_call(asked: Questions, receiver: ast.expr, scope: Scope) -> bool:
    """Whether the receiver is ``self`` and the enclosing method is ``__call__``, or one that ``__call__`` uses."""
    method = next((one for one in scope.outward() if one.enclosing_class is not None), None)
    if method is None or method.enclosing_class is None or not isinstance(receiver, ast.Name):
        return False
    if [receiver.id] != method.positional[:1]:
        return False
    cls = asked.source_class(method.enclosing_class)
    name = getattr(method.node, "name", "")
    if any(name in _reached_from_call(asked, one) for one in _family(asked, cls)):
        return True
    return own_forward.leads_to(asked, cls, ("__call__",), method)


_NAMES: Answers[frozenset[str]] = unjoined(frozenset())

# Names that do not show which function is called; a lambda has the empty one.
_EVERYWHERE = frozenset({"", "forward", "__init__", "__call__"})


def may_be_called_back(asked: Questions, kind: Type, scope: Scope) -> bool:
    """Whether the place is in a function with a name that the receiver's ``__call__`` calls."""
    names = {getattr(one.node, "name", "") for one in scope.outward() if one.is_function} - _EVERYWHERE
    classes = [one.cls for one in _instances_of(kind) if isinstance(one.cls, SourceClass)]
    return any(
        not names.isdisjoint(_called_from_call(asked, one)) for cls in classes for one in _family(asked, cls) if names
    )


def _called_from_call(asked: Questions, cls: SourceClass) -> frozenset[str]:
    """The names that are called, on any object, while an instance is called."""
    return asked.engine.once(("called from call", cls), lambda: frozenset(_read_called_from_call(asked, cls)), _NAMES)


def _read_called_from_call(asked: Questions, cls: SourceClass) -> Iterator[str]:
    reached = _reached_from_call(asked, cls)
    for one in asked.hierarchy.order(cls) if reached else ():
        for method in one.scope.children if isinstance(one, SourceClass) else ():
            if getattr(method.node, "name", "") in reached:
                yield from (name for call in method.calls if (name := last_name(call.func)))


def _family(asked: Questions, cls: SourceClass) -> Iterator[SourceClass]:
    """Yield the class, and each of its subclasses in the project with a ``__call__``."""
    yield cls
    yield from asked.hierarchy.subclasses(cls)


def _reached_from_call(asked: Questions, cls: SourceClass) -> frozenset[str]:
    """The names of the methods that calling an instance uses through ``self``, without ``Module.__call__``."""
    return asked.engine.once(("reached from call", cls), lambda: _read_reached_from_call(asked, cls), _NAMES)


def _read_reached_from_call(asked: Questions, cls: SourceClass) -> frozenset[str]:
    chain = [one for one in asked.hierarchy.order(cls) if isinstance(one, SourceClass)]
    reached: set[str] = set()
    todo = list(_call_methods(chain))
    while todo:
        name = todo.pop()
        if name in reached or name == "forward":
            continue
        reached.add(name)
        for one in chain:
            todo.extend(_names_on_self(one, name))
    return frozenset(reached)


def _call_methods(chain: list[SourceClass]) -> Iterator[str]:
    """Yield ``__call__`` if a class of the chain defines it, or the method that it assigns to that name."""
    for cls in chain:
        if "__call__" in flow_of(cls.scope).exit:
            yield "__call__"
        for statement in cls.node.body:
            match statement:
                case ast.Assign(targets=[ast.Name(id="__call__")], value=ast.Name(id=name)):
                    yield name
                case ast.AnnAssign(target=ast.Name(id="__call__"), value=ast.Name(id=name)):
                    yield name


def _names_on_self(cls: SourceClass, method: str) -> Iterator[str]:
    """Yield each attribute of ``self`` that the class's method of that name reads."""
    for scope in cls.scope.children:
        if getattr(scope.node, "name", None) != method or not scope.is_function:
            continue
        own = scope.positional[:1]
        for node in ast.walk(scope.node):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and [node.value.id] == own:
                yield node.attr


def _instances_of(kind: Type) -> Iterator[Instance]:
    for one in alternatives(kind):
        bound = one.bound if isinstance(one, Slot) else one
        if isinstance(bound, Instance):
            yield bound
