"""What the place of a call says: whether rewriting it would call back into where it stands."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from flake8_forward_call.inference.hierarchy import SourceClass
from flake8_forward_call.inference.references import last_name
from flake8_forward_call.inference.types import Function, Instance, Slot, Type, alternatives

if TYPE_CHECKING:
    from flake8_forward_call.inference.evaluate import Evaluator
    from flake8_forward_call.inference.project import File
    from flake8_forward_call.inference.scopes import Scope

_HOOK_MAKERS = (
    "register_forward_hook",
    "register_forward_pre_hook",
    "register_full_backward_hook",
    "register_full_backward_pre_hook",
    "register_backward_hook",
    "register_module_forward_hook",
    "register_module_forward_pre_hook",
)


# A hook's name that stands in more files than this is a common word.
MAX_FILES = 40


def runs_inside_call(ev: Evaluator, receiver: ast.expr, scope: Scope) -> bool:
    """Whether the receiver is ``self`` and the method at hand is ``__call__``, or one that ``__call__`` leads to."""
    method = next((one for one in scope.outward() if one.enclosing_class is not None), None)
    if method is None or method.enclosing_class is None or not isinstance(receiver, ast.Name):
        return False
    if [receiver.id] != method.positional[:1]:
        return False
    cls = ev.source_class(method.enclosing_class)
    name = getattr(method.node, "name", "")
    return any(name in _reached_from_call(ev, one) for one in _family(ev, cls))


# Names that say nothing of which function is called; none is that of a lambda.
_EVERYWHERE = frozenset({"", "forward", "__init__", "__call__"})


def may_be_called_back(ev: Evaluator, kind: Type, scope: Scope) -> bool:
    """Whether the place is a function of a name that calling the receiver calls, before or after what it passes on."""
    names = {getattr(one.node, "name", "") for one in scope.outward() if one.is_function} - _EVERYWHERE
    classes = [one.cls for one in _instances_of(kind) if isinstance(one.cls, SourceClass)]
    return any(not names.isdisjoint(_called_from_call(ev, one)) for cls in classes for one in _family(ev, cls) if names)


def _called_from_call(ev: Evaluator, cls: SourceClass) -> Iterator[str]:
    """Yield the names of what is called, on whatever object, while an instance is called."""
    reached = _reached_from_call(ev, cls)
    for one in ev.hierarchy.order(cls) if reached else ():
        for method in one.scope.children if isinstance(one, SourceClass) else ():
            if getattr(method.node, "name", "") in reached:
                yield from (name for call in method.calls if (name := last_name(call.func)))


def _family(ev: Evaluator, cls: SourceClass) -> Iterator[SourceClass]:
    """Yield the class, and each class of the project with a ``__call__`` that inherits from it."""
    yield cls
    yield from ev.hierarchy.heirs(cls)


def _reached_from_call(ev: Evaluator, cls: SourceClass) -> set[str]:
    """The names of the methods that calling an instance leads to over ``self``, ``Module.__call__`` left aside."""
    chain = [one for one in ev.hierarchy.order(cls) if isinstance(one, SourceClass)]
    reached: set[str] = set()
    todo = list(_call_methods(chain))
    while todo:
        name = todo.pop()
        if name in reached or name == "forward":
            continue
        reached.add(name)
        for one in chain:
            todo.extend(_names_on_self(one, name))
    return reached


def _call_methods(chain: list[SourceClass]) -> Iterator[str]:
    """Yield ``__call__`` where a class of the chain defines it, or the method that it assigns to that name."""
    for cls in chain:
        if "__call__" in cls.scope.flow.exit:
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


def stands_in_hook(ev: Evaluator, receiver: ast.expr, scope: Scope) -> bool:
    """Whether the call stands in a hook that the project registers on the module that it calls."""
    text = ast.unparse(receiver)
    for function in scope.outward():
        if not function.is_function:
            continue
        for target, outer in _registered_on(ev, function):
            if text == ast.unparse(target) or text in function.positional[:2]:
                return True
            # In one class or function, the one module goes by one name.
            if _home(outer) is not _home(function) and _may_be_same(ev, (receiver, scope), (target, outer)):
                return True
    return False


def _may_be_same(ev: Evaluator, *places: tuple[ast.expr, Scope]) -> bool:
    """Whether two expressions may be one module, by their classes."""
    first, second = ([one.cls for one in _instances(ev, *place)] for place in places)
    return any(ev.hierarchy.derives(a, b) or ev.hierarchy.derives(b, a) for a in first for b in second)


def _instances(ev: Evaluator, node: ast.expr, scope: Scope) -> Iterator[Instance]:
    return _instances_of(ev.expression(node, scope))


def _instances_of(kind: Type) -> Iterator[Instance]:
    for one in alternatives(kind):
        bound = one.bound if isinstance(one, Slot) else one
        if isinstance(bound, Instance):
            yield bound


def _home(scope: Scope) -> Scope:
    """The class or outermost function that a scope is part of, or else the module."""
    return next(one for one in scope.outward() if one.is_class or one.parent is None or one.parent.parent is None)


def _registered_on(ev: Evaluator, function: Scope) -> Iterator[tuple[ast.expr, Scope]]:
    """Yield each module that the function is registered on as a hook, anywhere in the project."""
    makers = [one for one in function.outward() if one.is_function and hasattr(one.node, "name")]
    names = [one.node.name for one in makers]  # type: ignore[union-attr]
    files: dict[File, None] = {function.file: None}
    for name in names:
        files.update(dict.fromkeys(ev.files_mentioning(name, function.file, MAX_FILES, "_hook(") or ()))
    for file in files:
        known = {one for name in names for one in file.references.names_for(name)}
        for maker in _HOOK_MAKERS:
            for call, scope in file.scopes.method_calls.get(maker, ()):
                given = (*call.args, *(keyword.value for keyword in call.keywords))
                if any(_is(ev, one, scope, function, known) for argument in given for one in _handed_over(argument)):
                    assert isinstance(call.func, ast.Attribute)
                    yield call.func.value, scope


def _is(ev: Evaluator, node: ast.expr, scope: Scope, function: Scope, names: Collection[str]) -> bool:
    """Whether an expression is the function: by its name in the same file, for certain in another."""
    if node is function.node:
        return True
    named = last_name(node)
    if named not in names:
        return False
    if scope.file is function.file and named == getattr(function.node, "name", ""):
        return True
    kinds = alternatives(ev.expression(node, scope))
    return any(isinstance(one, Function) and one.node is function.node for one in kinds)


def _handed_over(node: ast.expr) -> Iterator[ast.expr]:
    yield node
    if isinstance(node, ast.Call):  # partial(hook, ...)
        yield from node.args
