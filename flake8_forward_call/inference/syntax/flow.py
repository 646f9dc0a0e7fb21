"""Which bindings reach which use: one forward walk over a scope, with a fixpoint for loops."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from functools import partial

from flake8_forward_call.inference.syntax.bindings import (
    Aliased,
    Annotated,
    Augmented,
    Binding,
    Defined,
    Entered,
    Imported,
    Opaque,
    Outer,
    Step,
)
from flake8_forward_call.inference.syntax.cells import cells_of, through_all
from flake8_forward_call.inference.syntax.patterns import Patterns, catches_all
from flake8_forward_call.inference.syntax.scopes import Scope
from flake8_forward_call.inference.syntax.states import State, join, key_of, widened

# The bindings at the head of a loop only grow, by those of one nested loop per round. Real code needs two rounds.
MAX_ROUNDS = 4

# Each `finally` is walked twice, after an exception and without one, so twice as often as the `finally` around it.
# Beyond this depth of nesting, the two cases are not distinguished.
MAX_FINALLY = 4

# Calls that never return.
_EXITS = frozenset({"sys.exit", "exit", "quit", "os._exit", "os.abort", "pytest.fail", "pytest.skip", "self.fail",
                    "self.skipTest"})  # fmt: skip

# `except*` exists since Python 3.11.
_TRIES: tuple[type[ast.Try], ...] = (ast.Try, getattr(ast, "TryStar", ast.Try))

_IMPORT_FAILURES = frozenset({"ImportError", "ModuleNotFoundError"})


class Flow(Patterns):
    """The walk over one scope, statement by statement, which takes place in the constructor.

    ``exit`` is the state at the end; ``returned`` has the values of a function; ``falls_through`` says whether its end
    can be reached. The layers below have the rest: ``uses``, ``bound``, ``captured`` and ``yielded``.
    """

    def __init__(self, scope: Scope) -> None:
        super().__init__(scope)
        self.returned: dict[int, ast.Return] = {}
        self.falls_through = False
        self._breaks: list[State] = []
        self._continues: list[State] = []
        # For each enclosing `finally`: whether this walk of it follows a `try` without an exception.
        self._finally: tuple[bool, ...] = ()
        # By loop and `_finally`: the state at the head of the loop when it was last walked.
        self._heads: dict[tuple[int, tuple[bool, ...]], State] = {}
        self.exit = self._walk_scope()

    def _walk_scope(self) -> State:
        node = self.scope.node
        state: State = {}
        for name in self.scope.declared_outer:
            state[name] = (Outer(node, self.scope, False, name),)
        if isinstance(node, ast.Lambda):
            self._bind_parameters(node, state)
            self._expression(node.body, state)
            return state
        state = self._with_type_parameters(node, state)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            self._bind_parameters(node, state)
        if isinstance(node, ast.Module) and self.scope.file.cells:
            return through_all(cells_of(node, self.scope.file.cells), state, self._block, self.uses.clear)
        end = self._block(node.body, state)
        self.falls_through = end is not None
        return end or {}

    def _block(self, body: Sequence[ast.stmt], state: State | None) -> State | None:
        for statement in body:
            if state is None:
                return None
            state = self._statement(statement, state)
        return state

    def _statement(self, node: ast.stmt, state: State) -> State | None:
        match node:
            case ast.Expr(value=value):
                return self._expression_statement(value, state)
            case ast.Assign(targets=targets, value=value, type_comment=comment):
                self._expression(value, state)
                for target in targets:
                    self._bind_target(target, state, partial(self._assigned, value, comment))
            case ast.AnnAssign(target=target, annotation=annotation, value=value):
                self._annotated(node, target, annotation, value, state)
            case ast.AugAssign():
                self._augmented(node, state)
            case ast.If(test=test, body=body, orelse=orelse):
                self._expression(test, state)
                return join(
                    [
                        self._block(body, self._narrow(test, True, state)),
                        self._block(orelse, self._narrow(test, False, state)),
                    ]
                )
            case ast.While() | ast.For() | ast.AsyncFor():
                return self._loop(node, state)
            case ast.With() | ast.AsyncWith():
                return self._with(node, state)
            case ast.Match():
                return self._match(node, state)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                self._definition(node, state)
            case ast.Import(names=names):
                self._import(names, state)
            case ast.ImportFrom():
                self._import_from(node, state)
            case ast.Return():
                if node.value is not None:
                    self._expression(node.value, state)
                self.returned[id(node)] = node
                return None
            case ast.Raise():
                self._children(node, state)
                return None
            case ast.Break():
                self._breaks.append(state)
                return None
            case ast.Continue():
                self._continues.append(state)
                return None
            case ast.Assert(test=test):
                self._children(node, state)
                return self._narrow(test, True, state)
            case ast.Delete(targets=targets):
                for target in targets:
                    self._unbind(target, state)
            case ast.Global() | ast.Nonlocal() | ast.Pass():
                pass
            case _ if isinstance(node, _TRIES):
                return self._try(node, state)
            case _ if type(node).__name__ == "TypeAlias":
                self._type_alias(node, state)
            case _:
                self._children(node, state)
        return state

    def _expression_statement(self, value: ast.expr, state: State) -> State | None:
        self._expression(value, state)
        if not isinstance(value, ast.Call):
            return state
        name = key_of(value.func)
        if name in _EXITS:
            return None
        match value:
            case ast.Call(func=ast.Attribute(attr="assertTrue"), args=[test, *_]):
                return self._narrow(test, True, state)
            case ast.Call(func=ast.Attribute(attr="assertFalse"), args=[test, *_]):
                return self._narrow(test, False, state)
            case ast.Call(func=ast.Attribute(attr="assertIsInstance" | "assertIsNotNone" | "assertNotIsInstance")):
                return self._narrow(value, True, state)
        return state

    def _annotated(
        self, node: ast.AnnAssign, target: ast.expr, annotation: ast.expr, value: ast.expr | None, state: State
    ) -> None:
        if value is not None:
            self._expression(value, state)
        self._expression(annotation, state)
        key = key_of(target)
        if key is None:
            self._expression(target, state)
        elif value is not None or self.scope.is_class or key not in state:
            self._bind(key, state, target, partial(Annotated, node, self.scope, self._in_fallback, annotation, value))

    def _augmented(self, node: ast.AugAssign, state: State) -> None:
        self._expression(node.value, state)
        self._expression(node.target, state)
        key = key_of(node.target)
        if key is None or key not in state:
            return
        build = partial(Augmented, node, self.scope, self._in_fallback, node.target, node.value, node.op)
        self._bind(key, state, node, build)

    def _unbind(self, target: ast.expr, state: State) -> None:
        if isinstance(target, (ast.Tuple, ast.List)):
            for one in target.elts:
                self._unbind(one, state)
            return
        key = key_of(target)
        if key is not None:
            self._drop(key, state)
        self._children(target, state)

    # Branches

    def _loop(self, node: ast.While | ast.For | ast.AsyncFor, state: State) -> State | None:
        outer = self._breaks, self._continues
        # When an outer loop is walked again, the state before this loop has only grown, so the last state at this head
        # still reaches it. Starting with less would double the time with each level of nesting.
        known = (id(node), self._finally)
        head = join([state, self._heads.get(known)]) or {}
        after: State | None = None
        for _ in range(MAX_ROUNDS):
            self._breaks, self._continues = [], []
            inside: State | None = dict(head)
            if isinstance(node, ast.While):
                self._expression(node.test, head)
                inside = self._narrow(node.test, True, head)
                ended = self._narrow(node.test, False, head)
            else:
                self._expression(node.iter, head)
                inside = dict(head)
                self._bind_target(
                    node.target,
                    inside,
                    partial(self._iterated, node.iter, node.type_comment),
                )
                ended = dict(head)
            end = self._block(node.body, inside)
            back = [widened(one, head) for one in (end, *self._continues) if one is not None]
            if isinstance(node, ast.While):
                ended = join([ended, *(self._narrow(node.test, False, one) for one in back)])
            else:
                ended = join([ended, *back])
            after = join([self._block(node.orelse, ended), *self._breaks])
            grown = join([head, *back]) or head
            if grown == head:
                break
            head = grown
        self._heads[known] = head
        self._breaks, self._continues = outer
        return after

    def _try(self, node: ast.Try, state: State) -> State | None:
        self._tries.append(dict(state))
        end = self._block(node.body, dict(state))
        raised = self._tries.pop()
        ends = [self._block(node.orelse, end)]
        for handler in node.handlers:
            if handler.type is not None:
                self._expression(handler.type, raised)
            inside = dict(raised)
            if handler.name:
                self._bind(handler.name, inside, handler, partial(Opaque, handler, self.scope, False))
            before, self._in_fallback = self._in_fallback, self._in_fallback or _catches_import_failure(handler)
            ends.append(self._block(handler.body, inside))
            self._in_fallback = before
        joined = join(ends)
        if not node.finalbody:
            return joined
        around = self._finally
        if len(around) >= MAX_FINALLY:
            end = self._block(node.finalbody, join([joined, raised]))
            return None if joined is None else end
        self._finally = (*around, False)
        self._block(node.finalbody, join([joined, raised]))
        self._finally = (*around, True)
        end = self._block(node.finalbody, joined)
        self._finally = around
        return end

    def _with(self, node: ast.With | ast.AsyncWith, state: State) -> State | None:
        suppresses = False
        for item in node.items:
            self._expression(item.context_expr, state)
            text = key_of(item.context_expr.func) if isinstance(item.context_expr, ast.Call) else None
            suppresses = suppresses or (text or "").lower().endswith(("suppress", "raises", "assertraisesregex"))
            if item.optional_vars is not None:
                context = item.context_expr
                self._bind_target(
                    item.optional_vars,
                    state,
                    partial(self._entered, context, node.type_comment),
                )
        end = self._block(node.body, dict(state))
        return join([end, state]) if suppresses else end

    def _entered(self, context: ast.expr, comment: str | None, at: ast.AST, path: tuple[Step, ...]) -> Binding:
        return Entered(at, self.scope, self._in_fallback, context, path, comment)

    def _match(self, node: ast.Match, state: State) -> State | None:
        self._expression(node.subject, state)
        ends: list[State | None] = []
        remaining: State | None = state
        for case in node.cases:
            if remaining is None:
                break
            test = self._pattern_test(node.subject, case.pattern)
            inside = dict(remaining) if test is None else self._narrow(test, True, remaining) or {}
            self._captures(case.pattern, node.subject, inside, whole=True)
            if case.guard is not None:
                self._expression(case.guard, inside)
                inside = self._narrow(case.guard, True, inside) or {}
            ends.append(self._block(case.body, inside))
            if case.guard is None:
                if catches_all(case.pattern):
                    remaining = None
                elif test is not None and isinstance(case.pattern, (ast.MatchClass, ast.MatchOr, ast.MatchAs)):
                    remaining = self._narrow(test, False, remaining)
        return join([*ends, remaining])

    # Definitions and imports

    def _definition(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, state: State) -> None:
        for decorator in node.decorator_list:
            self._expression(decorator, state)
        inside = self._with_type_parameters(node, state)
        if isinstance(node, ast.ClassDef):
            for base in (*node.bases, *node.keywords):
                self._expression(base, inside)
        else:
            self._expression(node.args, inside)
            if node.returns is not None:
                self._expression(node.returns, inside)
        self._capture(node, state)
        self._bind(node.name, state, node, partial(Defined, node, self.scope, self._in_fallback, node))

    def _import(self, names: list[ast.alias], state: State) -> None:
        for alias in names:
            bound = alias.asname or alias.name.partition(".")[0]
            module = alias.name if alias.asname else bound
            self._bind(
                bound,
                state,
                alias,
                partial(Imported, alias, self.scope, self._in_fallback, module, None, 0),
            )

    def _import_from(self, node: ast.ImportFrom, state: State) -> None:
        for alias in node.names:
            if alias.name != "*":
                self._bind(
                    alias.asname or alias.name,
                    state,
                    alias,
                    partial(Imported, alias, self.scope, self._in_fallback, node.module or "", alias.name, node.level),
                )

    def _type_alias(self, node: ast.stmt, state: State) -> None:
        name, value = node.name.id, node.value  # type: ignore[attr-defined]
        self._expression(value, self._with_type_parameters(node, state))
        self._bind(name, state, node, partial(Aliased, node, self.scope, False, value))


def flow_of(scope: Scope) -> Flow:
    """Which bindings reach which use in a scope."""
    found: Flow | None = scope.readings.get(Flow)
    if found is None:
        found = scope.readings[Flow] = Flow(scope)
    return found


def _catches_import_failure(handler: ast.ExceptHandler) -> bool:
    caught = handler.type
    names = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(isinstance(name, ast.Name) and name.id in _IMPORT_FAILURES for name in names)
