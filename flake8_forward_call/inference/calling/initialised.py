"""Does ``Module.__init__`` ever run for a module? If not, calling it raises AttributeError."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_forward_call.inference.calling.own_forward import is_self, method_around
from flake8_forward_call.inference.definitions import SourceClass
from flake8_forward_call.inference.engine import Answers, unjoined
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.bindings import Assigned, Defined
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.scopes import Scope, scopes_of
from flake8_forward_call.inference.syntax.states import untested
from flake8_forward_call.inference.types import alternatives
from flake8_forward_call.inference.verdicts.verdict import Sameness

# By these, a copy gets what `Module.__init__` sets, or a class has it from the start.
_STATE = frozenset({"__dict__", "__setstate__", "_backward_hooks", "_forward_hooks"})

# Functions that do not initialise an instance that they are passed.
_ONLOOKERS = frozenset({"isinstance", "hasattr", "getattr", "setattr", "id", "type", "print", "repr", "str", "len"})

_DATACLASS = "dataclasses.dataclass"

_SAMENESS: Answers[Sameness] = unjoined(Sameness.PERHAPS)


def initialised(asked: Questions, cls: SourceClass) -> Sameness:
    """SAME if creating an instance may reach ``Module.__init__``; DIFFERENT if it never does, PERHAPS if sometimes."""

    def find() -> Sameness:
        chain = [one for one in asked.hierarchy.order(cls) if isinstance(one, SourceClass)]
        return Sameness.SAME if any(map(_sees_to_itself, chain)) else _Construction(asked, cls).outcome()

    return asked.engine.once(("initialised", cls), find, _SAMENESS)


def _sees_to_itself(cls: SourceClass) -> bool:
    """Whether a class has another kind of constructor, or gets the state of a module by other means."""
    return any(name in flow_of(cls.scope).exit for name in ("__new__", "_backward_hooks")) or any(
        keyword.arg == "metaclass" and ast.unparse(keyword.value).rpartition(".")[2] != "ABCMeta"
        for keyword in cls.node.keywords
    )


class _Construction:
    """What creating an instance of a class runs, followed from method to method."""

    def __init__(self, asked: Questions, cls: SourceClass) -> None:
        self._asked = asked
        self._order = asked.hierarchy.order(cls)
        self._seen: set[int] = set()

    def outcome(self) -> Sameness:
        return self._runs("__init__", 0)

    def _runs(self, name: str, start: int) -> Sameness:
        """The outcome of the first method of a name in the MRO, from the class at index ``start`` on."""
        for index, one in enumerate(self._order[start:], start):
            if one is None:
                return Sameness.SAME
            if not isinstance(one, SourceClass):
                return Sameness.SAME if name == "__init__" else Sameness.DIFFERENT
            if name in flow_of(one.scope).exit:
                bindings = flow_of(one.scope).exit[name]
                if len(bindings) != 1 or not isinstance(bindings[0], Defined):
                    return Sameness.SAME
                node = bindings[0].definition
                if isinstance(node, ast.ClassDef) or node.decorator_list:
                    return Sameness.SAME
                return self._of(scopes_of(one.scope.file).opened[id(node)], index)
            if name == "__init__" and one.node.decorator_list:
                return self._of_decorated(one)
        return Sameness.SAME if name == "__init__" else Sameness.DIFFERENT

    def _of_decorated(self, cls: SourceClass) -> Sameness:
        """The outcome of the constructor that a decorator generates; a dataclass's only runs ``__post_init__``."""
        for one in cls.node.decorator_list:
            if self._asked.dotted(one, cls.scope.parent) != _DATACLASS:
                return Sameness.SAME
            if isinstance(one, ast.Call) and any(keyword.arg == "init" for keyword in one.keywords):
                return Sameness.SAME
        return self._runs("__post_init__", 0)

    def _of(self, method: Scope, index: int) -> Sameness:
        """The outcome of a method of the class at an index of the MRO."""
        if id(method) in self._seen:
            return Sameness.DIFFERENT
        self._seen.add(id(method))
        if not method.positional:
            return Sameness.SAME
        found = Sameness.DIFFERENT
        for node, is_certain in _nodes(method.node):
            one = self._of_node(node, method, index)
            if one is Sameness.SAME and is_certain:
                return Sameness.SAME
            if one is not Sameness.DIFFERENT:
                found = Sameness.PERHAPS
        return found

    def _of_node(self, node: ast.AST, method: Scope, index: int) -> Sameness:
        own = method.positional[0]
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr=name)):
                return self._runs(name, index + 1)
            case ast.Call(func=ast.Attribute(attr="__init__"), args=[ast.Name(id=first), *_]) if first == own:
                return Sameness.SAME  # `Base.__init__(self)`: the base is responsible.
            case ast.Call(func=ast.Attribute(value=ast.Name(id=first), attr=name)) if first == own:
                known = any(isinstance(one, SourceClass) and name in flow_of(one.scope).exit for one in self._order)
                if name == "__init__" or name in _STATE or (not known and None in self._order):
                    return Sameness.SAME
                return self._runs(name, 0) if known else Sameness.DIFFERENT
            case ast.Call(func=callee, args=given, keywords=keywords):
                passed = [*given, *(one.value for one in keywords)]
                is_passed = any(isinstance(one, ast.Name) and one.id == own for one in passed)
                looks = isinstance(callee, ast.Name) and callee.id in _ONLOOKERS
                return Sameness.SAME if is_passed and not looks else Sameness.DIFFERENT
            case ast.Attribute(attr=name) if name in _STATE:
                return Sameness.SAME
            case ast.Assign(targets=[ast.Attribute(value=ast.Name(id=first))], value=value) if first == own:
                # An uninitialised module accepts no submodule: if this runs, `Module.__init__` has run.
                kinds = alternatives(self._asked.expression(value, method))
                return Sameness.SAME if any(map(self._asked.hierarchy.is_module, kinds)) else Sameness.DIFFERENT
            case ast.Constant(value="__init__") | ast.Name(id="exec"):
                return Sameness.SAME
            case _:
                return Sameness.DIFFERENT


def _nodes(node: ast.AST) -> Iterator[tuple[ast.AST, bool]]:
    """Yield the nodes in a function, and whether each always runs: not under an `if` without `else`."""
    todo = [(one, True) for one in getattr(node, "body", ())]
    while todo:
        inner, certain = todo.pop()
        yield inner, certain
        only_if = isinstance(inner, ast.If) and not inner.orelse
        todo += [(child, certain and not only_if) for child in ast.iter_child_nodes(inner)]


def comes_too_early(receiver: ast.expr, call: ast.Call, scope: Scope) -> bool:
    """Whether a call on ``self`` in a constructor comes before what initialises the module."""
    method = method_around(scope)
    if method is not scope or getattr(method.node, "name", "") != "__init__" or not is_self(receiver, scope, method):
        return False
    ready = [one for one in scope.calls if isinstance(one.func, ast.Attribute) and one.func.attr == "__init__"]
    if not ready:
        return False
    within = any(inner is call for one in ready for inner in ast.walk(one))
    return within or all((call.lineno, call.col_offset) < (one.lineno, one.col_offset) for one in ready)


def is_left_unmade(receiver: ast.expr, scope: Scope) -> bool:
    """Whether the receiver comes from ``cls.__new__(cls)`` in the same scope, and nothing initialises it there."""
    if not isinstance(receiver, ast.Name):
        return _is_new(receiver)
    bindings = list(untested(flow_of(scope).uses.get(id(receiver), ())))
    if not bindings or not all(isinstance(one, Assigned) and not one.path and _is_new(one.value) for one in bindings):
        return False
    for node in ast.walk(scope.node):
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=attr) if name == receiver.id:
                if attr == "__init__" or attr in _STATE:
                    return False
            case ast.Call(args=given) if any(isinstance(one, ast.Name) and one.id == receiver.id for one in given):
                return False
    return True


def _is_new(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "__new__"
