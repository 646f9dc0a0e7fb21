"""Module classes whose own ``__call__`` never reaches ``Module.__call__``, so that none of their hooks run."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from flake8_forward_call.findings.finding import Place
from flake8_forward_call.inference.catalogue import MODULE_CLASS
from flake8_forward_call.inference.catalogue.module_containers import MODULE_DICT, MODULE_LIST
from flake8_forward_call.inference.classes.bodies import assignments
from flake8_forward_call.inference.definitions import Class, SourceClass
from flake8_forward_call.inference.engine import OutOfBudget
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.session import session_of
from flake8_forward_call.inference.syntax.bindings import Annotated, Assigned, Binding, Defined
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.holding import is_super
from flake8_forward_call.inference.syntax.scopes import Scope, scopes_of
from flake8_forward_call.inference.types import Builtin, Function, Instance, KnownFunction, Namespace, alternatives
from flake8_forward_call.inference.verdicts.verdict import Standing
from flake8_forward_call.sources.source import Source
from flake8_forward_call.stack import with_room

# `Module.__call__` and the methods behind it (torch/nn/modules/module.py).
_MACHINERY = frozenset({"__call__", "_call_impl", "_wrapped_call_impl"})

# Functions to which an instance may be passed without a call of its parent's `__call__`.
_HARMLESS = frozenset({"callable", "getattr", "hasattr", "id", "isinstance", "len", "print", "repr", "setattr", "str",
                       "super", "type", "vars"})  # fmt: skip

# Module classes without a `forward`.
_BARE = frozenset({MODULE_CLASS, MODULE_LIST, MODULE_DICT})

_DEF = re.compile(r"(?:async(?:[ \t\f]|\\\r?\n)+)?def(?:[ \t\f]|\\\r?\n)+(?P<name>\w+)")


@dataclass(frozen=True, slots=True, eq=False)
class Override:
    """A ``__call__`` that bypasses ``Module.__call__``: its class, and where its name begins in the text.

    ``has_forward`` is whether ``Module.__call__`` would find a ``forward`` to call.
    """

    cls: SourceClass
    offset: int
    has_forward: bool


@with_room
def overrides(source: Source) -> list[Override]:
    """The overrides of ``__call__`` in a file that never reach ``Module.__call__``."""
    session = session_of(source.path)
    file, asked = session.take(source)
    found = []
    for scope in scopes_of(file).classes:
        cls = asked.source_class(scope)
        if cls.node.bases and _may_bind(source, scope) and "__call__" in flow_of(scope).exit:
            lost = lost_bindings(asked, cls)
            has_forward = bool(lost) and _has_forward(asked, cls)
            found += [Override(cls, _offset(source, one), has_forward) for one in lost]
    session.keep()
    return found


def _may_bind(source: Source, scope: Scope) -> bool:
    """Whether the text of a class mentions ``__call__``, or may spell it in another way."""
    if not source.text.isascii():
        return True
    first, last = scope.node.lineno, scope.node.end_lineno  # type: ignore[union-attr]
    return any("__call__" in line for line in source.lines[first - 1 : last])


def class_calling_at(asked: Questions, file: File, source: Source, place: Place) -> SourceClass | None:
    """The class that binds ``__call__`` at a location in the text of a file; None if there is none."""
    offset = source.offset(place)
    for scope in scopes_of(file).classes:
        node = scope.node
        if not (isinstance(node, ast.ClassDef) and node.lineno <= place.row <= (node.end_lineno or 0)):
            continue
        if "__call__" in flow_of(scope).exit:
            cls = asked.source_class(scope)
            bindings = (one for one in flow_of(scope).exit["__call__"] if isinstance(one, Binding))
            if any(_offset(source, one) == offset for one in bindings):
                return cls
    return None


def lost_bindings(asked: Questions, cls: SourceClass) -> list[Binding]:
    """The bindings of ``__call__`` in a module class, if all that can be in effect bypass ``Module.__call__``."""
    try:
        return _lost_bindings(asked, cls)
    except (OutOfBudget, RecursionError):
        return []


def _lost_bindings(asked: Questions, cls: SourceClass) -> list[Binding]:
    bindings = [one for one in flow_of(cls.scope).exit.get("__call__", ()) if not _only_declares(one)]
    if not bindings or asked.ask(lambda: asked.hierarchy.standing(cls)) is not Standing.MODULE:
        return []
    if asked.ask(lambda: any(asked.alterations(cls)) or asked.own_calls.is_set_from_outside(cls)):
        return []  # The class may end up with another `__call__` than the one in its body.
    lost = [one for one in bindings if isinstance(one, Binding) and asked.ask(partial(_is_lost, asked, cls, one))]
    return lost if len(lost) == len(bindings) else []


def _has_forward(asked: Questions, cls: SourceClass) -> bool:
    """Whether a class between Module and this class, or one of its subclasses, defines a ``forward`` with a body."""
    try:
        own = asked.ask(lambda: asked.hierarchy.order(cls))
        if any(map(_defines_forward, own)):
            return True
        subclasses = asked.ask(lambda: asked.hierarchy.project_subclasses(cls))
        orders = [own, *(asked.ask(partial(asked.hierarchy.order, one)) for one in subclasses)]
    except (OutOfBudget, RecursionError):
        return True
    known = dict.fromkeys(one for order in orders for one in order)
    return any(map(_defines_forward, known)) or (any(map(_may_define, known)) and _uses_forward(cls))


def _defines_forward(cls: Class | None) -> bool:
    """Whether a class is known to define ``forward``."""
    if not isinstance(cls, SourceClass):
        return cls is not None and cls.dotted.startswith("torch.") and cls.dotted not in _BARE
    if any(True for _ in assignments(cls, "forward")):
        return True
    own = flow_of(cls.scope).exit.get("forward", ())
    return any(not isinstance(one, Defined) or not _is_empty(one.definition) for one in own)


def _may_define(cls: Class | None) -> bool:
    """Whether a class may define ``forward``, because it was not read or belongs to another package."""
    return not isinstance(cls, SourceClass) and (cls is None or cls.dotted not in _BARE)


def _uses_forward(cls: SourceClass) -> bool:
    return any(isinstance(one, ast.Attribute) and one.attr == "forward" for one in ast.walk(cls.node))


def _only_declares(binding: object) -> bool:
    return isinstance(binding, Annotated) and binding.value is None


def _offset(source: Source, binding: Binding) -> int:
    """The index in the text of the name that a binding binds."""
    node = binding.node
    start = source.offset(source.place_of_node(getattr(node, "lineno", 1), getattr(node, "col_offset", 0)))
    definition = _DEF.match(source.text, start)
    return start if definition is None else definition.start("name")


def _is_lost(asked: Questions, cls: SourceClass, binding: Binding) -> bool:
    """Whether a binding of ``__call__`` is a function that was read and cannot reach ``Module.__call__``."""
    if _stands_for_typing(cls, binding):
        return False
    match binding:
        case Defined(definition=ast.FunctionDef() | ast.AsyncFunctionDef() as node):
            functions = [scopes_of(cls.scope.file).opened[id(node)]]
            if any(_may_replace(asked, one, cls.scope) for one in node.decorator_list):
                return False
        case Assigned(value=value, path=()) | Annotated(value=ast.expr() as value):
            kinds = alternatives(asked.expression(value, cls.scope))
            functions = [one.scope for one in kinds if isinstance(one, Function)]
            if len(functions) < len(kinds):
                return False
        case _:
            return False
    return not any(_is_empty(one.node) or _Reach(asked, cls).reaches(one) for one in functions)


def _stands_for_typing(cls: SourceClass, binding: Binding) -> bool:
    """Whether the binding is under ``if TYPE_CHECKING``, where only type checkers see it."""
    return any(
        isinstance(node, ast.If)
        and ast.unparse(node.test).rpartition(".")[2] == "TYPE_CHECKING"
        and any(inner is binding.node for statement in node.body for inner in ast.walk(statement))
        for node in ast.walk(cls.node)
    )


def _may_replace(asked: Questions, decorator: ast.expr, scope: Scope) -> bool:
    """Whether a decorator may replace the function that it decorates."""
    name = asked.dotted(decorator, scope)
    if name is not None and name.rpartition(".")[2] in {"property", "cached_property", "abstractmethod"}:
        return True
    callee = decorator.func if isinstance(decorator, ast.Call) else decorator
    kinds = alternatives(asked.expression(callee, scope))
    return any(isinstance(one, Function) and _mentions_machinery(one.node) for one in kinds)


def _is_empty(node: ast.AST) -> bool:
    """Whether a function has no real body, as if subclasses must override it."""
    body = getattr(node, "body", [])
    return isinstance(body, list) and all(
        isinstance(one, (ast.Pass, ast.Raise)) or (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))
        for one in body
    )


def _mentions_machinery(node: ast.AST) -> bool:
    return any(
        (isinstance(one, ast.Attribute) and one.attr in _MACHINERY)
        or (isinstance(one, ast.Constant) and one.value in _MACHINERY)
        for one in ast.walk(node)
    )


class _Reach:
    """Follows a ``__call__`` through the methods that it uses, once each."""

    def __init__(self, asked: Questions, cls: SourceClass) -> None:
        self._asked = asked
        self._order = asked.hierarchy.order(cls)
        self._chain = [one for one in self._order if isinstance(one, SourceClass)]
        self._seen: set[int] = set()

    def reaches(self, function: Scope) -> bool:
        """Whether the function may reach ``Module.__call__`` of its instance. Uncertain cases count."""
        if id(function) in self._seen:
            return False
        self._seen.add(id(function))
        if not function.positional:  # In `def __call__(*args)` the instance has no name that could be followed.
            return True
        own = function.positional[0]
        called = {id(node.func) for node in ast.walk(function.node) if isinstance(node, ast.Call)}
        understood: set[int] = set()
        for node in ast.walk(function.node):
            match node:
                case ast.Attribute(attr=name, value=value):
                    is_own = _is(value, own) or is_super(value)
                    if name in _MACHINERY and (is_own or not self._is_instance(value, function)):
                        return True
                    if is_own:
                        understood.add(id(value))
                        methods = list(self._methods(name))
                        if any(map(self.reaches, methods)):
                            return True
                        if not methods and id(node) in called and None in self._order:  # It is in an unread base.
                            return True
                case ast.Constant(value=str(text)) if text in _MACHINERY:
                    return True
                case ast.Call(func=callee, args=args) if any(_is(one, own) for one in args):
                    if not self._is_harmless(callee, function):
                        return True
                    understood.update(id(one) for one in args)
                case ast.Call(func=callee) if _is(callee, own):
                    understood.add(id(callee))
                case ast.Compare() | ast.FormattedValue() | ast.Subscript() | ast.Return() | ast.Delete():
                    understood.update(id(one) for one in ast.iter_child_nodes(node))
        return any(_is(node, own) and id(node) not in understood for node in ast.walk(function.node))

    def _is_instance(self, owner: ast.expr, function: Scope) -> bool:
        """Whether an expression is an instance, as ``self.encoder`` in ``self.encoder.__call__``, and not a class."""
        return all(isinstance(one, Instance) for one in alternatives(self._asked.expression(owner, function)))

    def _methods(self, name: str) -> Iterator[Scope]:
        """Yield the methods with a name in the classes that were read."""
        for cls in self._chain:
            for scope in cls.scope.children:
                if scope.is_function and getattr(scope.node, "name", "") == name:
                    yield scope

    def _is_harmless(self, callee: ast.expr, function: Scope) -> bool:
        """Whether a function that gets the instance does not call the parents' ``__call__``."""
        match self._asked.expression(callee, function):
            case Builtin(name):
                return name in _HARMLESS
            case Namespace(name) | KnownFunction(name=name):
                return name.partition(".")[0] in {"torch", "warnings", "inspect", "logging"}
            case Function(node):
                return not _mentions_machinery(node)
            case _:
                return False


def _is(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name
