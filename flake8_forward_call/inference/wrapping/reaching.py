"""Whether a method of a module runs the module: its forward, a submodule, or a computation with its parameters."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_forward_call.inference.catalogue import MODULE_CLASS
from flake8_forward_call.inference.definitions import Class
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.scopes import Scope
from flake8_forward_call.inference.types import Function, Instance, Super, Type, alternatives

# Methods of other packages that are documented to run the model, by the class that has them.
# https://huggingface.co/docs/transformers/main_classes/text_generation
_DOCUMENTED = {"transformers.modeling_utils.PreTrainedModel": frozenset({"generate"})}

_PARAMETER = "torch.nn.parameter.Parameter"

# What can be asked of a parameter without its values.
_LOOKS = frozenset({"device", "dtype", "shape", "size", "dim", "ndim", "numel", "requires_grad", "requires_grad_",
                    "is_cuda", "layout", "grad"})  # fmt: skip

# How many methods are followed from the first.
_MAX_DEPTH = 5


def runs_module(asked: Questions, kind: Type, name: str) -> bool:
    """Whether the method of this name runs the module, for at least one class that the value may have."""
    return any(_runs(asked, one, name) for one in alternatives(kind) if isinstance(one, Instance))


def _runs(asked: Questions, owner: Instance, name: str) -> bool:
    if not asked.hierarchy.is_module(owner):
        return False
    documented = (cls for cls, names in _DOCUMENTED.items() if name in names)
    if any(asked.hierarchy.derives_from(owner.cls, cls) for cls in documented):
        return True
    if _is_of_module_itself(asked, owner, name):
        return False
    return any(_reaches(asked, one, 0, set()) for one in alternatives(asked.attribute(owner, name)))


def _is_of_module_itself(asked: Questions, owner: Instance, name: str) -> bool:
    """Whether the first class that has the method is ``torch.nn.Module``, or a class that was not read."""
    home: Class | None = next(
        (one for one in asked.hierarchy.order(owner.cls) if one is None or asked.own_member(one, owner, name)), None
    )
    return home is None or home.dotted == MODULE_CLASS


def _reaches(asked: Questions, function: Type, depth: int, seen: set[ast.AST]) -> bool:
    """Whether a method runs the module that it is bound to."""
    if not isinstance(function, Function) or isinstance(function.node, ast.Lambda) or depth > _MAX_DEPTH:
        return False
    if function.node in seen or function.scope.enclosing_class is None or not function.scope.positional:
        return False
    seen.add(function.node)
    own, scope = function.scope.positional[0], function.scope
    for node, parent in _inside(function.node):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name == own:
                return True
            case ast.Call(func=ast.Attribute(attr="forward", value=ast.Name(id=name))) if name == own:
                return True
            case ast.Call(func=func) if _starts_with(func, own) or _is_super(asked, func, scope):
                if any(_runs_callee(asked, one, depth, seen) for one in alternatives(asked.expression(func, scope))):
                    return True
            case ast.Attribute(value=ast.Name(id=name)) if name == own and not _only_looks(parent):
                if _is_parameter(asked, node, scope):
                    return True
    return False


def _runs_callee(asked: Questions, callee: Type, depth: int, seen: set[ast.AST]) -> bool:
    if isinstance(callee, Instance):
        return asked.hierarchy.is_module(callee)
    return _reaches(asked, callee, depth + 1, seen)


def _starts_with(node: ast.expr, own: str) -> bool:
    """Whether an expression goes from the instance through attributes and items."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return isinstance(node, ast.Name) and node.id == own


def _is_super(asked: Questions, func: ast.expr, scope: Scope) -> bool:
    return isinstance(func, ast.Attribute) and isinstance(asked.expression(func.value, scope), Super)


def _only_looks(parent: ast.AST) -> bool:
    return isinstance(parent, ast.Attribute) and parent.attr in _LOOKS


def _is_parameter(asked: Questions, node: ast.Attribute, scope: Scope) -> bool:
    """Whether an attribute of the instance was created as a parameter."""
    return any(
        isinstance(made, ast.Call) and asked.dotted(made.func, where) in (_PARAMETER, "torch.nn.Parameter")
        for made, where in asked.origins(node, scope)
    )


def _inside(node: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Yield each node of a function's body with its parent, in text order, without functions and classes in it."""
    waiting = [(child, node) for child in reversed(getattr(node, "body", []))]
    while waiting:
        one, parent = waiting.pop()
        yield one, parent
        if not isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            waiting += [(child, one) for child in reversed(list(ast.iter_child_nodes(one)))]
