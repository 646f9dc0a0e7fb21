"""What is stored in the attributes of an object under names that only a run knows: ``setattr(self, key, value)``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from flake8_forward_call.inference import members, steps, values
from flake8_forward_call.inference.bindings import Assigned, Iterated, Parameter, Step
from flake8_forward_call.inference.hierarchy import SourceClass, is_foreign
from flake8_forward_call.inference.holders import Holder, Member
from flake8_forward_call.inference.search import Search
from flake8_forward_call.inference.states import untested

if TYPE_CHECKING:
    from flake8_forward_call.inference.evaluate import Evaluator
    from flake8_forward_call.inference.project import File
    from flake8_forward_call.inference.scopes import Scope
    from flake8_forward_call.inference.stores import Store

# So many files are read that name the class and `setattr`.
MAX_FILES = 30

# Methods that make an instance anew of what another of its class had.
_RESTORING = frozenset({"__setstate__", "__copy__", "__deepcopy__", "__setattr__", "__getattr__", "__reduce__"})

# A name is followed from a function to its callers so often.
_MAX_DEPTH = 3


def bad_stores(ev: Evaluator, held: Holder, member: Member) -> Iterator[Store]:
    """Yield what may store something other than a module in the attribute without giving its name."""
    for file in _files(ev, member):
        ev.refill()
        for store in file.stores.dynamic:
            if _function_name(store.scope) in _RESTORING or not _may_be_named(ev, store, member.name):
                continue
            if members.is_into(ev, store, member) and _is_other(ev, store, held):
                yield store


def _files(ev: Evaluator, member: Member) -> Iterator[File]:
    kin = [one for one in ev.hierarchy.order(member.cls) if isinstance(one, SourceClass) and not is_foreign(one)]
    found = dict.fromkeys(one.scope.file for one in kin)
    found.update(
        dict.fromkeys(ev.files_mentioning("setattr", member.cls.scope.file, MAX_FILES, member.cls.node.name) or ())
    )
    return iter(found)


def _function_name(scope: Scope) -> str:
    return getattr(scope.node, "name", "")


def _is_other(ev: Evaluator, store: Store, held: Holder) -> bool:
    """Whether what is stored may be no module and have a ``forward``: a plain value, which many set so, has none."""
    match store.value:
        case ast.Attribute(attr="__dict__") | ast.Call(func=ast.Name(id="vars")):
            return False  # From one instance to another.
    found = steps.is_module(ev, steps.after(ev, values.value_of(ev, store), held.steps))
    return found is None or (found is False and members.looks_alike(ev, values.value_of(ev, store)))


def _may_be_named(ev: Evaluator, store: Store, name: str) -> bool:
    if store.key is None:
        return True
    names = _texts(ev, store.key, store.scope, 0)
    if names is not None:
        return name in names
    first, last = _ends(store.key)
    return name.startswith(first) and name.endswith(last)


def _ends(key: ast.expr) -> tuple[str, str]:
    """How a text begins and ends that is put together, as far as its expression tells."""
    match key:
        case ast.Constant(value=str(text)):
            return text, text
        case ast.JoinedStr(values=[*parts]) if parts:
            return _ends(parts[0])[0], _ends(parts[-1])[1]
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _ends(left)[0], _ends(right)[1]
        case ast.BinOp(left=ast.Constant(value=str(text)), op=ast.Mod()):
            return text.partition("%")[0], ""
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(text)), attr="format")):
            return text.partition("{")[0], text.rpartition("}")[2]
        case _:
            return "", ""


def _texts(ev: Evaluator, key: ast.expr, scope: Scope, depth: int) -> set[str] | None:
    """All texts that an expression can be; None where they are not known."""
    match key:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.Name(id=name):
            bindings = list(untested(scope.flow.uses.get(id(key), ())))
            found: set[str] = set()
            for one in bindings:
                texts = _bound_to(ev, one, name, depth)
                if texts is None:
                    return None
                found |= texts
            return found if bindings else None
        case _:
            return None


def _bound_to(ev: Evaluator, binding: object, name: str, depth: int) -> set[str] | None:
    match binding:
        case Assigned(value=value, path=(), scope=scope):
            return _texts(ev, value, scope, depth)
        case Iterated(iterable=ast.List(elts=elements) | ast.Tuple(elts=elements), path=path):
            firsts = [_item(one, path) for one in elements]
            texts = {one.value for one in firsts if isinstance(one, ast.Constant) and isinstance(one.value, str)}
            return texts if len(path) < 2 and all(isinstance(one, ast.Constant) for one in firsts) else None
        case Parameter(kind="plain", function=ast.FunctionDef() as function, scope=scope) if depth < _MAX_DEPTH:
            return _passed(ev, function, scope, name, depth)
        case _:
            return None


def _item(node: ast.expr, path: tuple[Step, ...]) -> ast.expr:
    """What a target of a loop gets of an element that is written out."""
    return node.elts[path[0].index] if path and isinstance(node, ast.Tuple) and path[0].index < len(node.elts) else node


def _passed(ev: Evaluator, function: ast.FunctionDef, scope: Scope, name: str, depth: int) -> set[str] | None:
    """The texts that callers pass for a parameter; None where one passes something else."""
    names = [one.arg for one in (*function.args.posonlyargs, *function.args.args)]
    search = Search(ev, function, scope)
    found: set[str] = set()
    for one in search.calls():
        call = one.called.call
        index = names.index(name) - one.is_bound if name in names else -1
        if call is None or any(isinstance(each, ast.Starred) for each in call.args):
            return None
        given = [each.value for each in call.keywords if each.arg == name]
        given += call.args[index : index + 1] if index >= 0 else []
        texts = _texts(ev, given[0], one.called.scope, depth + 1) if given else None
        if texts is None:
            return None
        found |= texts
    return None if search.is_handed_on or not found else found
