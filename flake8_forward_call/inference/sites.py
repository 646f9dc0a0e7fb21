"""What the place of a call says: whether rewriting it would call back into where it stands."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from flake8_forward_call.inference.hierarchy import SourceClass
from flake8_forward_call.inference.types import Function, alternatives

if TYPE_CHECKING:
    from flake8_forward_call.inference.evaluate import Evaluator
    from flake8_forward_call.inference.scopes import Scope

_HOOK_MAKERS = frozenset(
    {
        "register_forward_hook",
        "register_forward_pre_hook",
        "register_full_backward_hook",
        "register_full_backward_pre_hook",
        "register_backward_hook",
        "register_module_forward_hook",
        "register_module_forward_pre_hook",
    }
)


# A hook's name that stands in more files than this is a common word.
MAX_FILES = 40


def runs_inside_call(ev: Evaluator, receiver: ast.expr, scope: Scope) -> bool:
    """Whether the receiver is ``self`` and the method at hand is ``__call__``, or one that ``__call__`` leads to."""
    method = next((one for one in scope.outward() if one.enclosing_class is not None), None)
    if method is None or method.enclosing_class is None or not isinstance(receiver, ast.Name):
        return False
    own = [*method.node.args.posonlyargs, *method.node.args.args]  # type: ignore[union-attr]
    if not own or receiver.id != own[0].arg:
        return False
    cls = ev.source_class(method.enclosing_class)
    name = getattr(method.node, "name", "")
    return any(name in _reached_from_call(ev, one) for one in _family(ev, cls))


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
        own = [*scope.node.args.posonlyargs, *scope.node.args.args]  # type: ignore[union-attr]
        if not own:
            continue
        for node in ast.walk(scope.node):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == own[0].arg:
                yield node.attr


def stands_in_hook(ev: Evaluator, receiver: ast.expr, scope: Scope) -> bool:
    """Whether the call stands in a hook that the project registers on the module that it calls."""
    text = ast.unparse(receiver)
    for function in scope.outward():
        if not function.is_function:
            continue
        for target in _registered_on(ev, function):
            own = [one.arg for one in [*function.node.args.posonlyargs, *function.node.args.args]]  # type: ignore[union-attr]
            if text == target or text in own[:2]:
                return True
    return False


def _registered_on(ev: Evaluator, function: Scope) -> Iterator[str]:
    """Yield the text of each module that the function is registered on as a hook, anywhere in the project."""
    name = getattr(function.node, "name", None)
    files = None if name is None else ev.files_mentioning(name, function.file, MAX_FILES, "_hook(")
    for file in files or (function.file,):
        for maker in _HOOK_MAKERS:
            for call, scope in file.scopes.method_calls.get(maker, ()):
                given = (*call.args, *(keyword.value for keyword in call.keywords))
                if any(_is(ev, one, scope, function) for argument in given for one in _handed_over(argument)):
                    assert isinstance(call.func, ast.Attribute)
                    yield ast.unparse(call.func.value)


def _is(ev: Evaluator, node: ast.expr, scope: Scope, function: Scope) -> bool:
    """Whether an expression is the function: by its name in the same file, for certain in another."""
    if node is function.node:
        return True
    if not _names(node, getattr(function.node, "name", "")):
        return False
    if scope.file is function.file:
        return True
    kinds = alternatives(ev.expression(node, scope))
    return any(isinstance(one, Function) and one.node is function.node for one in kinds)


def _handed_over(node: ast.expr) -> Iterator[ast.expr]:
    yield node
    if isinstance(node, ast.Call):  # partial(hook, ...)
        yield from node.args


def _names(node: ast.expr, name: str) -> bool:
    return (isinstance(node, ast.Name) and node.id == name) or (isinstance(node, ast.Attribute) and node.attr == name)
