"""What speaks against a clue: a receiver that is asked for methods which no module in sight has."""

from __future__ import annotations

import ast

from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.scopes import Scope, scopes_of
from flake8_forward_call.inference.verdicts.verdict import Standing

# The public methods of torch.nn.Module: docs.pytorch.org/docs/stable/generated/torch.nn.Module.html
_OF_MODULE = frozenset(
    [
        "add_module", "apply", "bfloat16", "buffers", "children", "compile", "cpu", "cuda", "double", "eval",
        "extra_repr", "float", "forward", "get_buffer", "get_extra_state", "get_parameter", "get_submodule", "half",
        "ipu", "load_state_dict", "modules", "mtia", "named_buffers", "named_children", "named_modules",
        "named_parameters", "parameters", "register_backward_hook", "register_buffer", "register_forward_hook",
        "register_forward_pre_hook", "register_full_backward_hook", "register_full_backward_pre_hook",
        "register_load_state_dict_post_hook", "register_load_state_dict_pre_hook", "register_module",
        "register_parameter", "register_state_dict_post_hook", "register_state_dict_pre_hook", "requires_grad_",
        "set_extra_state", "set_submodule", "share_memory", "state_dict", "to", "to_empty", "train", "type", "xpu",
        "zero_grad",
    ]
)  # fmt: skip

# One such method may be of a module that was not read. Two are a class of another kind.
_MANY = 2

# A method that more files define may be anybody's.
_MAX_FILES = 40


def is_of_another_kind(asked: Questions, owner: ast.expr, scope: Scope) -> bool:
    """Whether the code of a class or function asks an object for several methods that no module in the project has."""
    shown = ast.dump(owner)
    around = next((one.enclosing_class for one in scope.outward() if one.enclosing_class is not None), None)
    home = around or scope
    names: dict[str, None] = {}
    for name, calls in scopes_of(scope.file).method_calls.items():
        if name not in _OF_MODULE and any(_is_on(call, shown) and home in inner.outward() for call, inner in calls):
            names[name] = None
    return sum(not _may_be_of_module(asked, name, scope) for name in names) >= _MANY


def _is_on(call: ast.Call, shown: str) -> bool:
    return isinstance(call.func, ast.Attribute) and ast.dump(call.func.value) == shown


def _may_be_of_module(asked: Questions, name: str, scope: Scope) -> bool:
    files = asked.files_mentioning(name, scope.file, _MAX_FILES, f"def {name}")
    if files is None:
        return True
    return any(
        getattr(method.node, "name", "") == name
        and asked.hierarchy.standing(asked.source_class(inner)) is not Standing.NOT_MODULE
        for file in files
        for inner in scopes_of(file).classes
        for method in inner.children
    )
