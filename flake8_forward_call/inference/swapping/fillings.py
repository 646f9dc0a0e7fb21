"""What is put into a container under an alias, in a function that it is passed to, or from outside its class.

Inference knows what is put in under the container's own name. torch's containers only accept modules, so this is about
lists and dicts.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import TypeAlias

from flake8_forward_call.inference.answers import Keeper, Member, Swap, Variable
from flake8_forward_call.inference.classes import bodies
from flake8_forward_call.inference.definitions import SourceClass
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.statements.aliases import choices, running_over, spelled_out
from flake8_forward_call.inference.statements.fillings import fillings_by
from flake8_forward_call.inference.swapping import escapes, owners, puts, steps
from flake8_forward_call.inference.swapping.holders import Holder, classes_of
from flake8_forward_call.inference.syntax.bindings import Annotated, Assigned, Binding, Iterated, Parameter
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.scopes import Scope, root_of
from flake8_forward_call.inference.types import (
    ClassObject,
    Function,
    Many,
    Mapping,
    Slot,
    Tuple,
    Type,
    alternatives,
    substitute,
)

# If more files than this mention the container and its class or module, they are not searched.
MAX_FILES = 30

# A container with more names than this is not followed further.
MAX_ALIASES = 20

_IsIt: TypeAlias = "Callable[[ast.expr, Scope], bool]"

# The types of a function's parameters in the call that was followed there.
_Given: TypeAlias = "dict[Slot, Type]"


def filling_of(asked: Questions, held: Holder) -> Swap | None:
    """Where something other than a module is put into what holds the receiver, or None."""
    kinds = alternatives(asked.expression(held.node, held.scope)) if not _is_made_up(held.node) else ()
    if kinds and not any(isinstance(one, (Many, Mapping, Tuple, Slot)) for one in kinds):
        return None
    return _Search(asked, held).found()


def _is_made_up(node: ast.expr) -> bool:
    """Whether an expression represents an import, and so is not in a file."""
    return not hasattr(node, "ctx") or getattr(node, "end_col_offset", None) is None


class _Search:
    def __init__(self, asked: Questions, held: Holder) -> None:
        self._asked = asked
        self._held = held
        self._seen: set[Keeper] = set()
        self._todo: list[tuple[Keeper, _Given, bool]] = []
        self._lost: list[Swap] = []  # Where the container goes to code that only callers know.
        self._add(held.keeper, {}, is_outer=False)

    def _add(self, keeper: Keeper, given: _Given, *, is_outer: bool) -> None:
        """Search for what is put into a container, or with ``is_outer`` into the containers in it."""
        if keeper not in self._seen and len(self._seen) < MAX_ALIASES:
            self._seen.add(keeper)
            self._todo.append((keeper, given, is_outer))

    def found(self) -> Swap | None:
        """The first place where certainly something else is put in, else the first where that may be so."""
        found: list[Swap] = []
        trusted = self._is_annotated(self._held.keeper)
        while self._todo:
            keeper, given, is_outer = self._todo.pop()
            is_it = self._test(keeper)
            for scope in self._scopes(keeper):
                for target, put in puts.all_in(self._asked, scope):
                    inner, deeper = _without_items(target)
                    if (deeper or not is_outer) and self._is(inner, scope, is_it):
                        for kind in put():
                            one = self._swap(substitute(kind, given), target, scope, for_certain=trusted)
                            if one is not None and one.is_certain:
                                return one
                            found += [] if one is None else [one]
                self._follow(scope, is_it, given, is_outer=is_outer)
            if isinstance(keeper, Variable):
                self._returned(keeper, is_it, given, is_outer=is_outer)
        return next(iter([*found, *(() if trusted else self._lost)]), None)

    def _swap(self, kind: Type, at: ast.expr, scope: Scope, *, for_certain: bool) -> Swap | None:
        """What putting a value into the container does; None if the receiver stays a module."""
        if steps.may_be_lookalike(self._asked, kind, self._held.steps):
            return Swap(at, scope, is_certain=True)
        is_other = steps.is_other(self._asked, kind, self._held.steps, for_certain=for_certain)
        return Swap(at, scope) if is_other else None

    def _is(self, node: ast.expr, scope: Scope, is_it: _IsIt) -> bool:
        """Whether an expression may be the container, or a call of a function that returns it."""
        if any(is_it(one, scope) for one in choices(node)):
            return True
        return isinstance(node, ast.Call) and any(
            given.value is not None and is_it(given.value, one.scope)
            for one in alternatives(self._asked.expression(node.func, scope))
            if isinstance(one, Function)
            for given in flow_of(one.scope).returned.values()
        )

    def _is_annotated(self, keeper: Keeper) -> bool:
        if isinstance(keeper, Member):
            return owners.is_promised(self._asked, keeper.cls, keeper.name)
        return any(owners.declares(self._asked, one) for one in flow_of(keeper.scope).bound.get(keeper.name, ()))

    def _scopes(self, keeper: Keeper) -> Iterator[Scope]:
        """Yield the scopes in which code may use the container."""
        match keeper:
            case Variable(scope, _):
                yield from scope.inward()
                if scope.parent is None:
                    beside = scope.file.name.rpartition(".")[2]
                    yield from self._elsewhere(keeper.name, scope.file, beside)
            case Member(cls, name):
                yield from root_of(cls.scope.file).inward()
                yield from self._elsewhere(name, cls.scope.file, cls.node.name)

    def _elsewhere(self, word: str, home: File, beside: str) -> Iterator[Scope]:
        for file in self._asked.files_mentioning(word, home, MAX_FILES, beside) or ():
            if file is not home:
                yield from root_of(file).inward()

    def _test(self, keeper: Keeper) -> _IsIt:
        """A test whether an expression is the container, by its name."""
        asked = self._asked
        match keeper:
            case Variable(home, name):

                def is_variable(node: ast.expr, scope: Scope) -> bool:
                    if isinstance(node, ast.Constant) and isinstance(node.value, str):  # patch.dict("module.name", ...)
                        module, _, last = node.value.rpartition(".")
                        return last == name and home.parent is None and asked.project.file(module) is home.file
                    if scope.file is not home.file:
                        return isinstance(node, (ast.Name, ast.Attribute)) and asked.named_global(node, scope) == (
                            home.file,
                            name,
                        )
                    if not isinstance(node, ast.Name) or node.id != name:
                        return False
                    return next((one for one in scope.outward() if name in flow_of(one).bound), None) is home

                return is_variable
            case Member() as member:

                def is_member(node: ast.expr, scope: Scope) -> bool:
                    match node:
                        case ast.Attribute(value=owner, attr=attr):
                            pass
                        case ast.Call(func=ast.Name(id="getattr"), args=[owner, ast.Constant(value=str(attr)), *_]):
                            pass
                        case ast.Subscript(value=ast.Attribute(value=owner, attr="__dict__"), slice=ast.Constant(attr)):
                            pass
                        case _:
                            return False
                    return attr == member.name and any(
                        owners.related(asked, member, one) for one in alternatives(asked.expression(owner, scope))
                    )

                return is_member

    def _follow(self, scope: Scope, is_it: _IsIt, given: _Given, *, is_outer: bool) -> None:
        """Record the container's other names in a scope, and where it is passed from there."""
        for name, bindings in flow_of(scope).bound.items():
            for one in bindings:
                if one.scope is not scope:
                    continue
                match one:
                    case Assigned(value=ast.Tuple(elts=values), path=[step]) if step.index < len(values):
                        self._assigned(name, one, values[step.index], is_it, given)
                    case Assigned(value=value) | Annotated(value=ast.expr() as value):
                        self._assigned(name, one, value, is_it, given)
                    case Iterated(iterable=ast.List(elts=values) | ast.Tuple(elts=values)):
                        if any(is_it(value, scope) for value in values):
                            self._named(name, one, given, is_outer=is_outer)
                    case Iterated(iterable=value) if is_outer and is_it(running_over(value), scope):
                        self._named(name, one, given, is_outer=False)
        for inner in scope.children:
            for name, bindings in flow_of(inner).bound.items() if inner.is_function else ():
                for one in bindings:
                    if isinstance(one, Parameter) and one.default is not None and is_it(one.default, scope):
                        self._add(Variable(inner, name), given, is_outer=is_outer)
        for call in scope.calls:
            self._called(spelled_out(call), scope, is_it, given)

    def _called(self, call: ast.Call, scope: Scope, is_it: _IsIt, given: _Given) -> None:
        """Record where a call passes the container to, itself or by a call that it makes."""
        arguments = [*call.args, *(one.value for one in call.keywords)]
        own = [one for one in arguments if any(is_it(each, scope) for each in choices(one))]
        for argument in own:
            self._passed(call, argument, scope, given)
        for callee in arguments if own else ():
            for made in self._asked.calls_of_argument(callee, call, scope):
                for argument in own:
                    if any(argument is one for one in (*made.args, *(each.value for each in made.keywords))):
                        self._passed(made, argument, scope, given)

    def _assigned(self, name: str, binding: Binding, value: ast.expr, is_it: _IsIt, given: _Given) -> None:
        nodes, is_outer = [value], False
        match value:
            case ast.List(elts=nodes) | ast.Tuple(elts=nodes) | ast.Dict(values=nodes):
                is_outer = True
        if any(self._is(one, binding.scope, is_it) for one in nodes):
            self._named(name, binding, given, is_outer=is_outer)

    def _named(self, name: str, binding: Binding, given: _Given, *, is_outer: bool) -> None:
        """Record a name, or an attribute of an object, as another name of the container."""
        match binding.node:
            case ast.Attribute(value=owner, attr=attribute):
                scope = binding.scope
                for cls, is_exact in classes_of(self._asked.expression(owner, scope)):
                    self._add(Member(cls, attribute, is_exact), given, is_outer=is_outer)
                if escapes.is_open(self._asked, owner, scope):
                    self._lost.append(Swap(binding.node, scope))
            case ast.Name():
                scope = next((one for one in binding.scope.outward() if name in flow_of(one).bound), binding.scope)
                self._add(Variable(scope, name), given, is_outer=is_outer)

    def _returned(self, keeper: Variable, is_it: _IsIt, given: _Given, *, is_outer: bool) -> None:
        """Record the names that callers give to the container if its function returns it."""
        for one in escapes.returned(keeper.scope):
            if self._is(one.value, keeper.scope, is_it):
                for name, binding, is_part in escapes.names_of(self._asked, keeper.scope, one):
                    self._named(name, binding, given, is_outer=is_outer or is_part)

    def _passed(self, call: ast.Call, argument: ast.expr, scope: Scope, given: _Given) -> None:
        """Record the parameters that get the container, and the container that it is put into."""
        asked = self._asked
        for target, filled in fillings_by(call):
            if filled is call and isinstance(target, ast.Name):
                self._named(target.id, Binding(target, scope, False), given, is_outer=True)
        if escapes.may_fill(asked, call, scope):
            self._lost.append(Swap(call, scope))
        for callee in alternatives(asked.resolved(asked.expression(call.func, scope))):
            match callee:
                case Function(scope=inner, owner=owner):
                    is_bound = owner is not None
                case ClassObject(SourceClass() as cls):
                    method = bodies.first_method(cls, "__init__")
                    if method is None:
                        continue
                    inner, is_bound = method, True
                case _:
                    continue
            node = inner.node
            assert isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
            slots = asked.slots_for(node, inner, call, scope, bound=is_bound)
            slots = {slot: substitute(kind, given) for slot, kind in slots.items()}
            name = _parameter(node, call, argument, is_bound=is_bound)
            if name is not None:
                self._add(Variable(inner, name), slots, is_outer=False)
            elif node.args.vararg is not None:
                self._add(Variable(inner, node.args.vararg.arg), slots, is_outer=True)


def _parameter(
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, call: ast.Call, argument: ast.expr, *, is_bound: bool
) -> str | None:
    """The name of the parameter that gets an argument of a call, or None."""
    for keyword in call.keywords:
        if keyword.value is argument:
            return keyword.arg
    names = [one.arg for one in (*node.args.posonlyargs, *node.args.args)][is_bound:]
    at = next((index for index, one in enumerate(call.args) if one is argument), len(names))
    return names[at] if at < len(names) and not any(isinstance(one, ast.Starred) for one in call.args[:at]) else None


def _without_items(node: ast.expr) -> tuple[ast.expr, bool]:
    """The container ``xs`` of ``xs[0]["a"]``, and whether there was any subscript."""
    inner, deeper = node, False
    while True:
        match inner:
            case ast.Subscript(value=ast.Attribute(attr="__dict__")):
                return inner, deeper
            case ast.Subscript(value=value):
                inner, deeper = value, True
            case ast.NamedExpr(value=value):
                inner = value
            case _:
                return inner, deeper
