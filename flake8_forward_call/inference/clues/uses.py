"""Methods asked of a receiver that, of all classes with a ``forward``, only modules have."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from flake8_forward_call.inference.catalogue import MODULE_CLASS
from flake8_forward_call.inference.classes import bodies
from flake8_forward_call.inference.clues import frameworks, objections, paths
from flake8_forward_call.inference.clues.clue import Told, clue_at
from flake8_forward_call.inference.definitions import SourceClass
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.scopes import Scope, scopes_of
from flake8_forward_call.inference.types import (
    Instance,
    NoneValue,
    Origin,
    Slot,
    Type,
    Unknown,
    alternatives,
    is_left_open,
    is_open,
)
from flake8_forward_call.inference.verdicts.verdict import Standing

# Methods of torch.nn.Module (torch/nn/modules/module.py) that hardly any other object with a `forward` has. `eval`,
# `train`, `to`, `cuda` and `apply` are left out, because cameras, trees and data frames have such methods too.
_METHODS = frozenset(
    {
        "parameters",
        "named_parameters",
        "buffers",
        "named_buffers",
        "modules",
        "named_modules",
        "named_children",
        "state_dict",
        "load_state_dict",
        "requires_grad_",
        "get_submodule",
        "get_parameter",
        "get_buffer",
        "register_buffer",
        "register_parameter",
        "register_module",
        "register_backward_hook",
        "register_forward_hook",
        "register_forward_pre_hook",
        "register_full_backward_hook",
        "register_full_backward_pre_hook",
        "register_load_state_dict_post_hook",
        "register_load_state_dict_pre_hook",
        "register_state_dict_post_hook",
        "register_state_dict_pre_hook",
        "zero_grad",
    }
)

# At most so many uses of these methods are looked at for one receiver.
_MAX_USES = 60

# In a project with more files that define such a method, anything may have it.
_MAX_FILES = 40


@dataclass(frozen=True, slots=True)
class _Use:
    """A call of a method: its owner, and the scope of the call."""

    call: ast.Call
    name: str
    owner: ast.expr
    scope: Scope


def told(asked: Questions, receiver: ast.expr, scope: Scope, kind: Type) -> Told | None:
    """What methods say that are called on the same receiver in its class or function; None if they say nothing.

    ``kind`` is the type of the receiver before its callers are asked. Raises OutOfBudget.
    """
    if not frameworks.imports_torch(asked, scope.file):
        return None
    found = list(_of_same(asked, receiver, scope, kind))
    names = dict.fromkeys(use.name for use in found)
    module = asked.known_class(MODULE_CLASS)
    if not found or module is None or _is_had_elsewhere(asked, tuple(names), scope):
        return None
    if objections.is_of_another_kind(asked, receiver, scope):
        return None
    shown = ast.unparse(found[0].owner)
    text = f"`{shown}.{found[0].name}()` is called, and only modules have both this method and a `forward`"
    return Told(Instance(module, Origin.OPAQUE), (clue_at(found[0].scope, found[0].call, text),))


def _of_same(asked: Questions, receiver: ast.expr, scope: Scope, kind: Type) -> Iterator[_Use]:
    """Yield the uses of the receiver; none unless each of its possible values is used."""
    uses: list[_Use] = []
    for use in _around(asked, scope):
        uses.append(use)
        if len(uses) > _MAX_USES:
            return
    if not uses:
        return
    by_path = [use for use in uses if paths.is_same(asked, (receiver, scope), (use.owner, use.scope))]
    by_path = [use for use in by_path if _is_unread(asked, use) and not _is_doubted(use)]
    if by_path and paths.covers((receiver, scope), [(use.owner, use.scope) for use in by_path]):
        yield from by_path
        return
    # The parameter that the receiver was assigned from may be what is used.
    wanted = [one for one in alternatives(kind) if not isinstance(one, NoneValue)]
    if not wanted or not all(isinstance(one, Slot) and is_open(one) for one in wanted):
        return
    by_slot = [use for use in uses if not _is_doubted(use)]
    kinds = [(use, alternatives(asked.expression(use.owner, use.scope))) for use in by_slot]
    same = [(use, several[0]) for use, several in kinds if len(several) == 1 and several[0] in wanted]
    if {slot for _, slot in same} == set(wanted):
        yield from (use for use, _ in same)


def _around(asked: Questions, scope: Scope) -> Iterator[_Use]:
    """Yield the uses in the function, or in the class with its bases and subclasses in the project."""
    around = next((one.enclosing_class for one in scope.outward() if one.enclosing_class is not None), None)
    if around is None:
        yield from (use for use in _in_file(scope) if _outermost(use.scope) is _outermost(scope))
        return
    for cls in paths.family(asked, asked.source_class(around)):
        for use in _in_file(cls.scope):
            if any(one is cls.scope for one in use.scope.outward()):
                yield use


def _in_file(scope: Scope) -> Iterator[_Use]:
    calls = scopes_of(scope.file).method_calls
    for name in sorted(_METHODS & calls.keys()):
        for call, inner in calls[name]:
            assert isinstance(call.func, ast.Attribute)
            yield _Use(call, name, call.func.value, inner)


def _outermost(scope: Scope) -> Scope:
    """The outermost function around a scope, or the file's own scope."""
    return [one for one in scope.outward() if one.parent is None or one.is_function][0 if scope.parent is None else -2]


def _is_unread(asked: Questions, use: _Use) -> bool:
    """Whether nothing at all shows what is used: a test there, for instance, does not hold elsewhere."""
    kind = asked.expression(use.owner, use.scope)
    return all(isinstance(one, (Unknown, NoneValue)) or is_left_open(one) for one in alternatives(kind))


def _is_doubted(use: _Use) -> bool:
    """Whether the code asks first whether the owner has the method or is of some class."""
    shown = ast.dump(use.owner)
    return any(
        isinstance(call.func, ast.Name)
        and call.func.id in ("hasattr", "isinstance", "issubclass", "callable")
        and bool(call.args)
        and ast.dump(call.args[0]) in (shown, ast.dump(use.call.func))
        for call in use.scope.calls
    )


# Rivals


def _is_had_elsewhere(asked: Questions, names: tuple[str, ...], scope: Scope) -> bool:
    """Whether a class with a ``forward`` that is no module has all these methods, or computes its attributes."""
    rivals: set[SourceClass] | None = None
    for name in names:
        having = _rivals(asked, name, f"def {name}", scope)
        rivals = having if rivals is None or having is None else {one for one in rivals if one in having}
        if having is None or not rivals:
            break
    if rivals is None or rivals:
        return True
    computing = _rivals(asked, "__getattr__", "def forward", scope)
    return computing is None or bool(computing)


def _rivals(asked: Questions, name: str, beside: str, scope: Scope) -> set[SourceClass] | None:
    """The classes with a method and a ``forward`` that are not modules; None if too many files define the method."""
    files = asked.files_mentioning(name, scope.file, _MAX_FILES, beside)
    if files is None:
        return None
    found: set[SourceClass] = set()
    for file in files:
        for inner in scopes_of(file).classes:
            if any(getattr(one.node, "name", "") == name for one in inner.children):
                found.update(one for one in _with_forward(asked, asked.source_class(inner)))
    return found


def _with_forward(asked: Questions, cls: SourceClass) -> Iterator[SourceClass]:
    """Yield the class and its subclasses that have a ``forward`` and are not modules."""
    if asked.hierarchy.standing(cls) is Standing.MODULE:
        return
    for one in (cls, *asked.hierarchy.project_subclasses(cls)):
        order = asked.hierarchy.order(one)
        has = any(isinstance(base, SourceClass) and bodies.first_method(base, "forward") for base in order)
        if has and asked.hierarchy.standing(one) is not Standing.MODULE:
            yield one
