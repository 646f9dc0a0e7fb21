"""Which bindings reach which use: one forward walk over a scope, with a fixpoint for loops."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TypeAlias

from flake8_forward_call.inference.syntax.bindings import (
    Aliased,
    Annotated,
    AnyBinding,
    Assigned,
    Augmented,
    Binding,
    Defined,
    Entered,
    Imported,
    Iterated,
    Matched,
    Narrowed,
    Opaque,
    Outer,
    Parameter,
    Step,
    Test,
    TypeParameter,
)
from flake8_forward_call.inference.syntax.narrowing import narrowings
from flake8_forward_call.inference.syntax.scopes import FunctionNode, Scope, scopes_of
from flake8_forward_call.inference.syntax.states import State, bases_of, join, key_of, rejoined, widened
from flake8_forward_call.sources.trees import children

_Comprehension: TypeAlias = ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp
_Maker: TypeAlias = Callable[[ast.AST, tuple[Step, ...]], Binding]

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

# Functions that do not run a generator that they get, but return another iterator over it.
_LAZY = frozenset({"iter", "enumerate", "zip", "map", "filter", "reversed", "chain", "from_iterable", "islice", "tee",
                   "starmap", "takewhile", "dropwhile", "cycle", "accumulate", "partial"})  # fmt: skip

_IMPORT_FAILURES = frozenset({"ImportError", "ModuleNotFoundError"})


class Flow:
    """The walk over one scope, which takes place in the constructor.

    ``uses`` maps the id of a node that reads a name or chain to the bindings that reach it; ``captured`` maps the id of
    a nested function or class to the state where it is defined; ``exit`` is the state at the end; ``bound`` has all
    bindings by name, in the order of the walk; ``returned`` and ``yielded`` have the values of a function.
    """

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.uses: dict[int, tuple[AnyBinding, ...]] = {}
        self.captured: dict[int, State] = {}
        self.bound: dict[str, dict[Binding, None]] = {}
        self.returned: dict[int, ast.Return] = {}
        self.yielded: dict[int, ast.Yield | ast.YieldFrom] = {}
        self.falls_through = False
        self._made: dict[tuple[int, str], Binding] = {}
        self._narrowed: dict[tuple[object, ...], Narrowed] = {}
        self._tests: dict[int, ast.expr] = {}
        self._breaks: list[State] = []
        self._continues: list[State] = []
        self._tries: list[State] = []  # For each enclosing `try`: the state of all points where it can be left.
        self._longer: dict[str, dict[str, None]] = {}  # For `a`: `a.b` and `a['c']`, if they are ever bound.
        self._around: list[State] = []  # States of which a copy is in use. A walrus binds its name in these, too.
        self._in_fallback = False
        self._eager: set[int] = set()  # The ids of generators that are passed to what runs them at once.
        self._is_late = False  # Whether the walk is in the part of a generator that runs later.
        self._late: dict[str, dict[int, None]] = {}  # By key: the ids of the nodes that read it there.
        self._local: frozenset[str] = frozenset()  # The names that the comprehensions around the walk bind.
        self._in_class_comprehension = False
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
        end = self._block(node.body, state)
        self.falls_through = end is not None
        return end or {}

    # Binding

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
        self._put(key, state, rejoined(bindings))

    def _put(self, key: str, state: State, bindings: tuple[AnyBinding, ...]) -> None:
        state[key] = bindings
        for base in bases_of(key):
            self._longer.setdefault(base, {})[key] = None

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

    def _entered(self, context: ast.expr, comment: str | None, at: ast.AST, path: tuple[Step, ...]) -> Binding:
        return Entered(at, self.scope, self._in_fallback, context, path, comment)

    # Joining

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

    # Statements

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
                if _catches_all(case.pattern):
                    remaining = None
                elif test is not None and isinstance(case.pattern, (ast.MatchClass, ast.MatchOr, ast.MatchAs)):
                    remaining = self._narrow(test, False, remaining)
        return join([*ends, remaining])

    def _pattern_test(self, subject: ast.expr, pattern: ast.pattern) -> ast.expr | None:
        """The `isinstance` test that is equivalent to a class pattern; None if there is none."""
        test = self._tests.get(id(pattern))
        classes = list(_pattern_classes(pattern))
        if test is None and classes:
            test = ast.Call(ast.Name("isinstance", ast.Load()), [subject, ast.Tuple(classes, ast.Load())], [])
            self._tests[id(pattern)] = ast.copy_location(test, pattern)
        return test

    def _captures(self, pattern: ast.pattern, subject: ast.expr, state: State, *, whole: bool) -> None:
        match pattern:
            case ast.MatchAs(pattern=inner, name=name):
                if inner is not None:
                    self._captures(inner, subject, state, whole=whole)
                if name is not None:
                    self._bind(
                        name, state, pattern, partial(Matched, pattern, self.scope, False, subject, inner, whole)
                    )
            case ast.MatchStar(name=name) | ast.MatchMapping(rest=name) if name is not None:
                self._bind(name, state, pattern, partial(Opaque, pattern, self.scope, False))
        for child in children(pattern):
            if isinstance(child, ast.pattern):
                if not isinstance(pattern, ast.MatchAs):
                    self._captures(child, subject, state, whole=whole and isinstance(pattern, ast.MatchOr))
            else:
                self._expression(child, state)

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

    def _capture(self, node: ast.AST, state: State) -> None:
        inner = scopes_of(self.scope.file).opened[id(node)]
        seen = {name: bindings for name, bindings in state.items() if name in inner.names_read}
        self.captured[id(node)] = join([self.captured.get(id(node)), seen]) or {}

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

    def _unbind(self, target: ast.expr, state: State) -> None:
        if isinstance(target, (ast.Tuple, ast.List)):
            for one in target.elts:
                self._unbind(one, state)
            return
        key = key_of(target)
        if key is not None:
            for gone in (key, *self._longer.get(key, ())):
                state.pop(gone, None)
        self._children(target, state)

    # Expressions

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


def _catches_all(pattern: ast.pattern) -> bool:
    return isinstance(pattern, ast.MatchAs) and pattern.pattern is None


def _pattern_classes(pattern: ast.pattern | None) -> Iterator[ast.expr]:
    match pattern:
        case ast.MatchClass(cls=cls):
            yield cls
        case ast.MatchAs(pattern=inner):
            yield from _pattern_classes(inner)
        case ast.MatchOr(patterns=several) if all(isinstance(one, ast.MatchClass) for one in several):
            for one in several:
                yield from _pattern_classes(one)


def _arguments(node: ast.arguments) -> Iterator[ast.arg]:
    yield from (*node.posonlyargs, *node.args, *node.kwonlyargs)
    yield from (one for one in (node.vararg, node.kwarg) if one is not None)
