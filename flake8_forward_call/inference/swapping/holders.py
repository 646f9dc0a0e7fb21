"""Where a value is stored on its way to the expression that reads it: in globals, attributes and containers.

Inference takes a value's type from the bindings that it follows. Code elsewhere may store another value there.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from flake8_forward_call.inference.answers import Keeper, Member, Variable
from flake8_forward_call.inference.catalogue.given_back import given_back
from flake8_forward_call.inference.classes import bodies
from flake8_forward_call.inference.definitions import SourceClass, is_foreign
from flake8_forward_call.inference.members.exports import exports
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.statements.aliases import ITSELF, RUNNING
from flake8_forward_call.inference.swapping.steps import Step, Steps, bounds
from flake8_forward_call.inference.syntax.bindings import (
    Annotated,
    AnyBinding,
    Assigned,
    Binding,
    Defined,
    Imported,
    Iterated,
    Outer,
)
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.scopes import Scope, root_of, scopes_of
from flake8_forward_call.inference.syntax.states import untested
from flake8_forward_call.inference.types import (
    Builtin,
    ClassObject,
    Instance,
    KnownFunction,
    Many,
    Mapping,
    Namespace,
    Origin,
    Tuple,
    Type,
    alternatives,
)

# From name to name: real code stores a module in an attribute, assigns it to a local name, creates it in a helper.
MAX_DEPTH = 8

# A value that is stored in more places than this comes from a factory for everything.
MAX_HOLDERS = 40

# Functions that return the elements of their arguments, and those that return copies of them.
_RUNNING = RUNNING | {"set", "filter", "next"}
_COPYING = frozenset({"copy.copy", "copy.deepcopy", "dataclasses.replace"})

# Methods of containers that return their elements.
_TAKING = frozenset({"values", "items", "get", "pop", "popleft", "popitem", "setdefault", "copy", "__getitem__"})


@dataclass(frozen=True, slots=True)
class Holder:
    """What stores the value where ``node`` reads it, and the steps from there to the value.

    ``proof`` are the bindings in the scope itself just before: with them, anything stored earlier does not count.
    """

    keeper: Keeper
    steps: Steps
    node: ast.expr
    scope: Scope
    proof: tuple[AnyBinding, ...] = ()


@dataclass(frozen=True, slots=True)
class Definition:
    """A decorated function or class that the value comes from, and the steps from there to the value."""

    binding: Defined
    steps: Steps


@dataclass(frozen=True, slots=True)
class _Read:
    """Where a value is read, the steps from there to the value in question, and the depth of the search."""

    node: ast.expr
    scope: Scope
    steps: Steps
    depth: int


class Ways:
    """Everything that the value of an expression can come through. The constructor raises OutOfBudget."""

    def __init__(self, asked: Questions, node: ast.expr, scope: Scope) -> None:
        self._asked = asked
        self.holders: dict[Holder, None] = {}
        self.definitions: dict[Definition, None] = {}
        self._seen: set[tuple[object, ...]] = set()
        self._visit(node, scope, (), 0)

    def _is_new(self, *key: object) -> bool:
        if key in self._seen or len(self.holders) >= MAX_HOLDERS:
            return False
        self._seen.add(key)
        return True

    def _visit(self, node: ast.expr, scope: Scope, steps: Steps, depth: int) -> None:
        if depth > MAX_DEPTH or not self._is_new(id(node), steps):
            return
        match node:
            case ast.Name():
                self._name(node, _Read(node, scope, steps, depth))
            case ast.Attribute(value=owner, attr=name):
                self._member(owner, name, _Read(node, scope, steps, depth))
            case ast.Subscript(value=value):
                reached = tuple(untested(flow_of(scope).uses.get(id(node), ())))
                self._bindings(reached, steps, depth)
                if not reached:
                    self._visit(value, scope, _held(steps), depth + 1)
            case ast.Call():
                self._call(node, scope, steps, depth)
            case ast.IfExp(body=first, orelse=second):
                self._visit_all((first, second), scope, steps, depth)
            case ast.BoolOp(values=values):
                self._visit_all(values, scope, steps, depth)
            case ast.NamedExpr(value=value) | ast.Await(value=value) | ast.Starred(value=value):
                self._visit(value, scope, steps, depth + 1)
            case _ if steps[:1] == (Step.HELD,):
                for one in _displayed(node):
                    deeper = isinstance(one, (ast.Starred, ast.List, ast.Tuple, ast.Dict, ast.ListComp))
                    self._visit(one, scope, steps if deeper else steps[1:], depth + 1)

    def _visit_all(self, nodes: Iterable[ast.expr], scope: Scope, steps: Steps, depth: int) -> None:
        for one in nodes:
            self._visit(one, scope, steps, depth + 1)

    def _name(self, node: ast.Name, read: _Read) -> None:
        scope = read.scope
        reached = flow_of(scope).uses.get(id(node), ())
        bindings = tuple(untested(reached))
        if bindings and not all(_leads_out(one, node.id) for one in bindings):
            self._variable(Variable(scope, node.id), bindings, read)
            return
        outer = next(
            (one for one in scope.outward() if one is not scope and not one.is_class and _binds(one, node.id)), None
        )
        if outer is not None:
            proof = reached if any(not isinstance(one, Outer) for one in reached) else ()
            self._variable(Variable(outer, node.id), flow_of(outer).bound[node.id], read, proof)
        else:
            self._starred(scope.file, node.id, read)

    def _variable(
        self, keeper: Variable, bindings: Iterable[AnyBinding], read: _Read, proof: tuple[AnyBinding, ...] = ()
    ) -> None:
        if keeper.scope.file.is_installed:
            return
        if keeper.scope.parent is None or read.steps[:1] == (Step.HELD,) or proof:
            self.holders[Holder(keeper, read.steps, read.node, read.scope, proof)] = None
        self._bindings(untested(tuple(bindings)), read.steps, read.depth)

    def _global(self, file: File, name: str, read: _Read) -> None:
        if file.is_installed or read.depth > MAX_DEPTH or not self._is_new(file.path, name, read.steps):
            return
        bound = tuple(flow_of(root_of(file)).bound.get(name, ()))
        if bound:
            self._variable(Variable(root_of(file), name), bound, read)
        else:
            self._starred(file, name, read)

    def _starred(self, file: File, name: str, read: _Read) -> None:
        for star in root_of(file).stars:
            full = file.absolute(star.module or "", star.level)
            source = (
                None if full is None or not self._asked.project.mentions(full, name) else self._asked.project.file(full)
            )
            if source is not None and exports(source, name):
                self._global(source, name, replace(read, depth=read.depth + 1))

    def _member(self, owner: ast.expr, name: str, read: _Read) -> None:
        asked, scope = self._asked, read.scope
        reached = flow_of(scope).uses.get(id(read.node), ())
        bindings = tuple(one for one in untested(reached) if not _tests_itself(one))
        self._bindings(bindings, read.steps, read.depth)
        for one in alternatives(asked.resolved(asked.expression(owner, scope))):
            if isinstance(one, Namespace):
                file = asked.project.file(one.name)
                if file is not None:
                    self._global(file, name, replace(read, depth=read.depth + 1))
                continue
            for cls, is_exact in classes_of(one):
                if not is_foreign(cls):
                    keeper = Member(cls, name, is_exact)
                    self.holders[Holder(keeper, read.steps, read.node, scope, tuple(reached))] = None
                    if not bindings:
                        self._of_class(cls, name, read.steps, read.depth)

    def _of_class(self, cls: SourceClass, name: str, steps: Steps, depth: int) -> None:
        home = self._asked.holder(cls, name)
        if home is None:
            return
        self._bindings(bodies.assignments(home, name), steps, depth)
        for one in untested(flow_of(home.scope).exit.get(name, ())):
            if isinstance(one, Defined) and not isinstance(one.definition, ast.ClassDef):
                marks = (self._asked.dotted(each, home.scope) for each in one.definition.decorator_list)
                if any(mark is not None and mark.endswith("property") for mark in marks):
                    self._returned(one, steps, depth)
                else:
                    self._bindings([one], steps, depth)
            else:
                self._bindings([one], steps, depth)

    def _bindings(self, bindings: Iterable[Binding], steps: Steps, depth: int) -> None:
        for one in bindings:
            match one:
                case Assigned(value=value, path=path, scope=scope):
                    self._visit(value, scope, _held(steps) if path else steps, depth + 1)
                case Annotated(value=ast.expr() as value, scope=scope):
                    self._visit(value, scope, steps, depth + 1)
                case Iterated(iterable=iterable, scope=scope):
                    self._visit(iterable, scope, _held(steps), depth + 1)
                case Imported(module=module, name=str(name), level=level, scope=scope, node=node):
                    full = scope.file.absolute(module, level)
                    file = None if full is None else self._asked.project.file(full)
                    if file is not None:
                        place = ast.copy_location(ast.Name(name, ast.Load()), node)
                        self._global(file, name, _Read(place, scope, steps, depth + 1))
                case Defined(definition=definition, scope=scope):
                    if not isinstance(definition, ast.ClassDef) and given_back(definition, scope) is not None:
                        continue  # It returns its argument, in a way that is not read.
                    if definition.decorator_list:
                        self.definitions[Definition(one, steps)] = None
                    if steps[:1] == (Step.CALLED,) and not isinstance(definition, ast.ClassDef):
                        self._returned(one, steps[1:], depth)
                case _:
                    pass

    def _returned(self, binding: Defined, steps: Steps, depth: int) -> None:
        inner = scopes_of(binding.scope.file).opened[id(binding.definition)]
        for given in (*flow_of(inner).returned.values(), *flow_of(inner).yielded.values()):
            if given.value is not None:
                self._visit(given.value, inner, steps, depth + 1)

    def _call(self, node: ast.Call, scope: Scope, steps: Steps, depth: int) -> None:
        asked = self._asked
        match node.func:
            case ast.Attribute(value=owner, attr=name) if name in ITSELF:
                if any(map(asked.hierarchy.is_module, bounds(asked.expression(owner, scope)))):
                    self._visit(owner, scope, steps, depth + 1)
                    return
            case ast.Attribute(value=owner, attr=name) if name in _TAKING:
                if any(isinstance(one, (Many, Mapping, Tuple)) for one in alternatives(asked.expression(owner, scope))):
                    self._visit(owner, scope, steps if name == "copy" else _held(steps), depth + 1)
                    return
            case _:
                pass
        for callee in alternatives(asked.expression(node.func, scope)):
            match callee:
                case Builtin("getattr"):
                    match node.args:
                        case [owner, ast.Constant(value=str(name)), *_]:
                            self._member(owner, name, _Read(node, scope, steps, depth))
                case Builtin(name) if name in _RUNNING:
                    self._visit_all(node.args, scope, _held(steps), depth)
                case KnownFunction():
                    modules = [one for one in node.args if _may_give(asked, asked.expression(one, scope))]
                    self._visit_all(modules, scope, steps, depth)
                case Namespace(name) if name in _COPYING:
                    self._visit_all(node.args[:1], scope, steps, depth)
        self._visit(node.func, scope, (Step.CALLED, *steps), depth + 1)


def _may_give(asked: Questions, kind: Type) -> bool:
    """Whether a function may return an argument of this type: a module, or a container of modules."""
    return any(isinstance(one, (Many, Mapping, Tuple)) or asked.hierarchy.is_module(one) for one in bounds(kind))


def _held(steps: Steps) -> Steps:
    return steps if steps[:1] == (Step.HELD,) else (Step.HELD, *steps)


def _displayed(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.List(elts=values) | ast.Tuple(elts=values) | ast.Set(elts=values) | ast.Dict(values=values):
            yield from values
        case ast.ListComp(elt=value) | ast.SetComp(elt=value) | ast.GeneratorExp(elt=value) | ast.DictComp(value=value):
            yield value


def _binds(scope: Scope, name: str) -> bool:
    return any(not isinstance(one, Outer) for one in flow_of(scope).bound.get(name, ()))


def _leads_out(binding: Binding, name: str) -> bool:
    """Whether a binding is the same name in an outer scope: declared so, or tested without being bound here."""
    match binding:
        case Outer():
            return True
        case Assigned(value=ast.Name(id=same) as value, node=node):
            return same == name and value is node
        case _:
            return False


def _tests_itself(binding: Binding) -> bool:
    """Whether a binding represents the value of an attribute before it was tested."""
    return isinstance(binding, Assigned) and binding.value is binding.node


def classes_of(kind: Type) -> Iterator[tuple[SourceClass, bool]]:
    """Yield the classes in the source that a value is or is an instance of.

    With each: whether it is an instance of exactly that class, and not of a subclass.
    """
    for one in bounds(kind):
        if isinstance(one, (Instance, ClassObject)) and isinstance(one.cls, SourceClass):
            yield one.cls, one.origin is Origin.CONSTRUCTED and isinstance(one, Instance)
