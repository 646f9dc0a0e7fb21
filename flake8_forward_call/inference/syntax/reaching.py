"""Which bindings reach a use: states are set, narrowed and read here. What statements there are is not known here."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import partial

from flake8_forward_call.inference.syntax.bindings import AnyBinding, Assigned, Binding, Narrowed, Outer, Test
from flake8_forward_call.inference.syntax.narrowing import narrowings
from flake8_forward_call.inference.syntax.scopes import Scope
from flake8_forward_call.inference.syntax.states import State, bases_of, join, key_of, rejoined


class Reaching:
    """What the walk over one scope has found so far.

    ``uses`` maps the id of a node that reads a name or chain to the bindings that reach it; ``bound`` has all bindings
    by name, in the order of the walk.
    """

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.uses: dict[int, tuple[AnyBinding, ...]] = {}
        self.bound: dict[str, dict[Binding, None]] = {}
        self._made: dict[tuple[int, str], Binding] = {}
        self._narrowed: dict[tuple[object, ...], Narrowed] = {}
        self._tries: list[State] = []  # For each enclosing `try`: the state of all points where it can be left.
        self._longer: dict[str, dict[str, None]] = {}  # For `a`: `a.b` and `a['c']`, if they are ever bound.
        self._is_late = False  # Whether the walk is in the part of a generator that runs later.
        self._late: dict[str, dict[int, None]] = {}  # By key: the ids of the nodes that read it there.
        self._local: frozenset[str] = frozenset()  # The names that the comprehensions around the walk bind.
        self._in_class_comprehension = False

    # Setting

    def _make(self, node: ast.AST, key: str, build: Callable[[], Binding]) -> Binding:
        """Build a binding only once for a node, so that the states of two rounds can be compared."""
        made = self._made.get((id(node), key))
        if made is None:
            made = self._made[id(node), key] = build()
        return made

    def _bind(self, key: str, state: State, node: ast.AST, build: Callable[[], Binding]) -> None:
        binding = self._make(node, key, build)
        self._set(key, state, binding)
        self.bound.setdefault(key, {})[binding] = None
        for raised in self._tries:
            self._set(key, raised, *raised.get(key, ()), binding)
        for use in self._late.get(key, ()):
            self.uses[use] = rejoined(dict.fromkeys((*self.uses.get(use, ()), binding)))
        for longer in self._longer.get(key, ()) if self._late else ():
            for use in self._late.get(longer, ()):
                self.uses.pop(use, None)  # It is an attribute or item of another value then.

    def _set(self, key: str, state: State, *bindings: Binding | Narrowed) -> None:
        """Set the bindings of a key, and drop those of the attributes and items of its former value."""
        for longer in self._longer.get(key, ()):
            state.pop(longer, None)
        self._put(key, state, rejoined(dict.fromkeys(bindings)))

    def _put(self, key: str, state: State, bindings: tuple[AnyBinding, ...]) -> None:
        state[key] = bindings
        for base in bases_of(key):
            self._longer.setdefault(base, {})[key] = None

    def _drop(self, key: str, state: State) -> None:
        """Drop the bindings of a key, and of the attributes and items of its value."""
        for gone in (key, *self._longer.get(key, ())):
            state.pop(gone, None)

    # Reading

    def _read(self, node: ast.Name | ast.Attribute | ast.Subscript, state: State) -> None:
        key = key_of(node)
        if key is None:
            return
        if self._is_late and next(bases_of(key), key) not in self._local:
            self._late.setdefault(key, {})[id(node)] = None
        if key not in state:
            if self._in_class_comprehension and isinstance(node, ast.Name):
                outer = self._make(node, key, partial(Outer, node, self.scope, False, key))
                self.uses[id(node)] = (outer,)
            return
        seen = self.uses.get(id(node))
        reached = state[key]
        self.uses[id(node)] = reached if seen is None else rejoined(dict.fromkeys((*seen, *reached)))

    # Narrowing

    def _narrow(self, test: ast.expr, positive: bool, state: State | None) -> State | None:
        """The state if the test has the outcome ``positive``; None if that is impossible."""
        if state is None:
            return None
        match test:
            case ast.Constant():
                return dict(state) if bool(test.value) is positive else None
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return self._narrow(operand, not positive, state)
            case ast.BoolOp():
                if isinstance(test.op, ast.And) is not positive:
                    return self._outcomes(test, state)[not positive]
                narrowed: State | None = dict(state)
                for value in test.values:
                    narrowed = self._narrow(value, positive, narrowed)
                return narrowed
            case ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING"):
                return dict(state) if positive else None
        narrowed_state = dict(state)
        for node, kind, classes, inverted in narrowings(test):
            key = key_of(node)
            if key is None:
                continue
            previous = state.get(key)
            if previous is None:
                # Not bound in this scope. The test is of the name in an outer scope, or of an attribute from its class.
                previous = (self._make(node, key, partial(Assigned, node, self.scope, False, node)),)
            narrowing = self._narrowing(previous, kind, test, classes, positive is not inverted)
            self._put(key, narrowed_state, (narrowing,))
        return narrowed_state

    def _outcomes(self, test: ast.expr, state: State | None) -> tuple[State | None, State | None]:
        """The states in which the test is true and false.

        Both are computed at once. Otherwise, the time for nested alternations of `and` and `or` would double with each
        level.
        """
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            true, false = self._outcomes(test.operand, state)
            return false, true
        if state is None or not isinstance(test, ast.BoolOp):
            return self._narrow(test, True, state), self._narrow(test, False, state)
        is_and = isinstance(test.op, ast.And)
        ways: list[State | None] = []
        remaining: State | None = state
        for value in test.values:
            true, false = self._outcomes(value, remaining)
            remaining, decided = (true, false) if is_and else (false, true)
            ways.append(decided)
        return (remaining, join(ways)) if is_and else (join(ways), remaining)

    def _narrowing(
        self, previous: tuple[AnyBinding, ...], kind: str, test: ast.expr, classes: ast.expr | None, positive: bool
    ) -> Narrowed:
        memo = (id(test), kind, id(classes), positive, previous)
        narrowed = self._narrowed.get(memo)
        if narrowed is None:
            narrowed = Narrowed(previous, Test(kind, test, classes, self.scope), positive)
            self._narrowed[memo] = narrowed
        return narrowed
