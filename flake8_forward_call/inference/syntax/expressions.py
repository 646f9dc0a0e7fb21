"""The walk through expressions: what they read, and what they bind, such as by a walrus or in a comprehension."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeAlias

from flake8_forward_call.inference.syntax.bindings import Assigned, Binding, Iterated, Parameter, Step, TypeParameter
from flake8_forward_call.inference.syntax.reaching import Reaching
from flake8_forward_call.inference.syntax.scopes import FunctionNode, Scope, scopes_of
from flake8_forward_call.inference.syntax.states import State, join, key_of
from flake8_forward_call.sources.trees import children

_Comprehension: TypeAlias = ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp
_Maker: TypeAlias = Callable[[ast.AST, tuple[Step, ...]], Binding]

# Functions that do not run a generator that they get, but return another iterator over it.
_LAZY = frozenset({"iter", "enumerate", "zip", "map", "filter", "reversed", "chain", "from_iterable", "islice", "tee",
                   "starmap", "takewhile", "dropwhile", "cycle", "accumulate", "partial"})  # fmt: skip


class Expressions(Reaching):
    """Walks through expressions, targets and parameters.

    ``captured`` maps the id of a nested function or class to the state where it is defined; ``yielded`` has what a
    function yields.
    """

    def __init__(self, scope: Scope) -> None:
        super().__init__(scope)
        self.captured: dict[int, State] = {}
        self.yielded: dict[int, ast.Yield | ast.YieldFrom] = {}
        self._in_fallback = False
        self._around: list[State] = []  # States of which a copy is in use. A walrus binds its name in these, too.
        self._eager: set[int] = set()  # The ids of generators that are passed to what runs them at once.

    def _children(self, node: ast.AST, state: State) -> None:
        for child in children(node):
            self._expression(child, state)

    def _expression(self, node: ast.AST, state: State) -> None:
        match node:
            case ast.Constant():
                return
            case ast.Name() | ast.Attribute() | ast.Subscript():
                self._read(node, state)
                if not isinstance(node, ast.Name):
                    self._children(node, state)
            case ast.BoolOp(op=operator, values=values):
                going_on = isinstance(operator, ast.And)
                self._expression(values[0], state)
                inside = self._narrow(values[0], going_on, state)
                self._around.append(state)
                for value in values[1:]:
                    if inside is None:
                        break
                    self._expression(value, inside)
                    inside = self._narrow(value, going_on, inside)
                self._around.pop()
            case ast.IfExp(test=test, body=body, orelse=orelse):
                self._expression(test, state)
                self._around.append(state)
                for branch, positive in ((body, True), (orelse, False)):
                    inside = self._narrow(test, positive, state)
                    if inside is not None:
                        self._expression(branch, inside)
                self._around.pop()
            case ast.NamedExpr(target=target, value=value):
                self._expression(value, state)
                build = partial(Assigned, target, self.scope, self._in_fallback, value)
                for outer in self._around:
                    before = outer.get(target.id, ())
                    self._bind(target.id, outer, target, build)
                    outer[target.id] = tuple(dict.fromkeys((*before, *outer[target.id])))
                self._bind(target.id, state, target, build)
            case ast.Call():
                self._call(node, state)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                self._comprehension(node, state)
            case ast.Lambda(args=arguments):
                self._expression(arguments, state)
                self._capture(node, state)
            case ast.Yield() | ast.YieldFrom():
                self.yielded[id(node)] = node
                self._children(node, state)
            case ast.arguments():
                for default in (*node.defaults, *node.kw_defaults):
                    if default is not None:
                        self._expression(default, state)
                for argument in _arguments(node):
                    if argument.annotation is not None:
                        self._expression(argument.annotation, state)
            case _:
                self._children(node, state)

    def _call(self, node: ast.Call, state: State) -> None:
        if (key_of(node.func) or "").rpartition(".")[2] not in _LAZY:
            given = (one.value if isinstance(one, ast.Starred) else one for one in node.args)
            self._eager.update(id(one) for one in given if isinstance(one, ast.GeneratorExp))
        self._children(node, state)

    def _comprehension(self, node: _Comprehension, state: State) -> None:
        """Walk a comprehension. Only its first iterable is evaluated in the scope itself and in any case at once."""
        is_late = isinstance(node, ast.GeneratorExp) and id(node) not in self._eager
        self._around.append(state)
        inside: State | None = dict(state)
        before = self._is_late, self._local, self._in_class_comprehension
        for index, generator in enumerate(node.generators):
            if inside is None:
                break
            self._expression(generator.iter, inside)
            if index == 0:
                self._is_late |= is_late
                if self.scope.is_class and not self._in_class_comprehension:
                    # The names of a class body are not visible in it.
                    inside, self._in_class_comprehension = {}, True
            self._local |= {one.id for one in ast.walk(generator.target) if isinstance(one, ast.Name)}
            self._bind_local(generator.target, inside, partial(self._iterated, generator.iter, None))
            for test in generator.ifs:
                if inside is not None:
                    self._expression(test, inside)
                    inside = self._narrow(test, True, inside)
        if inside is not None:
            for result in [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]:
                self._expression(result, inside)
        self._is_late, self._local, self._in_class_comprehension = before
        self._around.pop()

    def _bind_local(self, target: ast.expr, state: State, make: _Maker) -> None:
        """Bind the target of a comprehension, which is not visible outside."""
        tries, bound, late, self._tries, self.bound, self._late = self._tries, self.bound, self._late, [], {}, {}
        self._bind_target(target, state, make)
        self._tries, self.bound, self._late = tries, bound, late

    def _capture(self, node: ast.AST, state: State) -> None:
        inner = scopes_of(self.scope.file).opened[id(node)]
        seen = {name: state[name] for name in inner.names_read if name in state}
        self.captured[id(node)] = join([self.captured.get(id(node)), seen]) or {}

    # Targets and parameters

    def _bind_target(self, target: ast.expr, state: State, make: _Maker, path: tuple[Step, ...] = ()) -> None:
        """Bind the target of ``=``, ``for`` or ``as``, and unpack tuples."""
        if isinstance(target, (ast.Tuple, ast.List)):
            starred = next((i for i, one in enumerate(target.elts) if isinstance(one, ast.Starred)), None)
            for index, one in enumerate(target.elts):
                self._bind_target(one, state, make, (*path, Step(index, len(target.elts), starred)))
            return
        if isinstance(target, ast.Starred):
            target = target.value
        if not isinstance(target, ast.Name):
            for child in children(target):
                self._expression(child, state)
        key = key_of(target)
        if key is not None:
            self._bind(key, state, target, partial(make, target, path))

    def _assigned(self, value: ast.expr, comment: str | None, at: ast.AST, path: tuple[Step, ...]) -> Binding:
        return Assigned(at, self.scope, self._in_fallback, value, path, comment)

    def _iterated(self, iterable: ast.expr, comment: str | None, at: ast.AST, path: tuple[Step, ...]) -> Binding:
        return Iterated(at, self.scope, self._in_fallback, iterable, path, comment)

    def _bind_parameters(self, node: FunctionNode, state: State) -> None:
        arguments = node.args
        plain = [*arguments.posonlyargs, *arguments.args]
        defaults: list[ast.expr | None] = [None] * (len(plain) - len(arguments.defaults)) + list(arguments.defaults)
        pairs = [*zip(plain, defaults, strict=True), *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)]
        for argument, default in pairs:
            self._bind_parameter(argument, node, "plain", default, state)
        if arguments.vararg:
            self._bind_parameter(arguments.vararg, node, "*", None, state)
        if arguments.kwarg:
            self._bind_parameter(arguments.kwarg, node, "**", None, state)

    def _bind_parameter(
        self, argument: ast.arg, node: FunctionNode, kind: str, default: ast.expr | None, state: State
    ) -> None:
        build = partial(Parameter, argument, self.scope, False, argument, node, kind, default)
        self._bind(argument.arg, state, argument, build)

    def _with_type_parameters(self, node: ast.AST, state: State) -> State:
        """The state with the type parameters of a function, class or alias (PEP 695); the same state if it has none."""
        parameters: list[ast.AST] = getattr(node, "type_params", [])
        inside = dict(state) if parameters else state
        for parameter in parameters:
            name: str = parameter.name  # type: ignore[attr-defined]
            bound = getattr(parameter, "bound", None)
            build = partial(TypeParameter, parameter, self.scope, False, name, bound)
            binding = self._make(parameter, name, build)
            inside[name] = (binding,)
            if node is self.scope.node:
                self.bound.setdefault(name, {})[binding] = None
            if bound is not None:
                self._expression(bound, inside)
        return inside


def _arguments(node: ast.arguments) -> Iterator[ast.arg]:
    yield from (*node.posonlyargs, *node.args, *node.kwonlyargs)
    yield from (one for one in (node.vararg, node.kwarg) if one is not None)
