"""Whether a receiver that is only declared to be a module can be one that is called in its own way, or no module.

An annotation such as ``nn.Module`` says that calling it is equivalent. What callers pass for the parameter, what is
stored in the attribute, and what the function returns may say otherwise.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from operator import eq

from flake8_forward_call.inference.answers import Found, Place
from flake8_forward_call.inference.calling.altering import CALL_NAMES
from flake8_forward_call.inference.calling.meant import may_take
from flake8_forward_call.inference.calling.passed_self import MAX_CALLS, MAX_DEPTH, given_for
from flake8_forward_call.inference.catalogue import MODULE_CLASS
from flake8_forward_call.inference.classes import bodies
from flake8_forward_call.inference.definitions import Class, SourceClass, is_foreign
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.statements.aliases import RUNNING
from flake8_forward_call.inference.statements.creations import given as given_in
from flake8_forward_call.inference.syntax.bindings import (
    Annotated,
    Assigned,
    Binding,
    Defined,
    Iterated,
    Parameter,
)
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.on_self import set_on_self
from flake8_forward_call.inference.syntax.references import references_to
from flake8_forward_call.inference.syntax.scopes import Scope, names_of, scopes_of
from flake8_forward_call.inference.types import (
    UNKNOWN,
    Builtin,
    ClassObject,
    Function,
    Instance,
    KnownFunction,
    Many,
    Mapping,
    Origin,
    Slot,
    Tuple,
    Type,
    alternatives,
    instances,
)
from flake8_forward_call.inference.verdicts.verdict import Sameness, Standing

# Of so many kinds of submodules, those below are looked at as well.
MAX_OWNERS = 100

# Methods of modules that return any of their submodules.
_SUBMODULES = frozenset(
    f"torch.nn.modules.module.Module.{name}"
    for name in ("children", "modules", "named_children", "named_modules", "get_submodule")
)

# Functions of Python that give the elements of what they get.
_PASSING_ON = RUNNING | {"filter", "next"}


@dataclass(frozen=True, slots=True)
class Concealed:
    """A class of which the receiver may be an instance, and whether it is a module class with another call."""

    cls: Class
    is_module: bool


def concealed(asked: Questions, place: Place) -> Concealed | None:
    """What a declared receiver may be instead of a module that is called as usual, or None. Raises OutOfBudget."""
    declared = [one.cls for one in instances(place.kind) if one.origin is Origin.DECLARED]
    if not declared:
        return None
    search = _Search(asked, place)
    below = (found for one in declared for found in _below(asked, one))
    return next(below, None) or next(search.of(place.receiver, place.scope, 0), None)


def _below(asked: Questions, cls: Class) -> Iterator[Concealed]:
    """Yield the subclasses in the project that change the call in a way that their own text does not show.

    Those with a ``__call__`` in their text were considered before.
    """
    if not isinstance(cls, SourceClass) or is_foreign(cls):
        return
    own = set(asked.hierarchy.order(cls))
    for subclass in asked.hierarchy.project_subclasses(cls):
        for one in asked.hierarchy.order(subclass):
            is_ours = isinstance(one, SourceClass) and one not in own and not is_foreign(one)
            if one is not None and is_ours and asked.hierarchy.own_call(one) not in (None, Sameness.SAME):
                yield Concealed(one, is_module=True)
    for call, _ in asked.creations(cls):
        if any(given_in(call, name) is not None for name in CALL_NAMES):
            yield Concealed(cls, is_module=True)


def _is_open(kind: Type) -> bool:
    """Whether a type is, in part, what a caller passes or the owner was created with."""
    return any(isinstance(one, Slot) for one in alternatives(kind))


def _is_function(node: ast.AST, kind: Type) -> bool:
    return isinstance(kind, Function) and kind.node is node


def _given(parameter: Parameter, found: Found) -> list[ast.expr]:
    """The expressions that a call passes for a parameter, of which ``*args`` and ``**kwargs`` get several."""
    call = found.called.call
    if parameter.kind == "plain" or call is None:
        given = given_for(parameter, found)
        return [] if given is None else [given]
    named = [one.arg for one in names_of(parameter.function)]
    if parameter.kind == "*":
        return call.args[len(parameter.scope.positional) - found.is_bound :]
    return [one.value for one in call.keywords if one.arg not in named]


class _Search:
    """The search for the expressions that a value comes from, and what they say that its declaration does not."""

    def __init__(self, asked: Questions, place: Place) -> None:
        self._asked = asked
        self._call = place.call
        # Whether a declaration takes the place of what callers pass. Otherwise the type of the receiver is already what
        # one caller passes, and the others have nothing to do with it.
        self._is_hidden = _is_open(place.kind)
        self._seen: set[object] = set()

    def _is_new(self, key: object) -> bool:
        is_new = key not in self._seen
        self._seen.add(key)
        return is_new

    def of(self, node: ast.expr, scope: Scope, depth: int) -> Iterator[Concealed]:
        """Yield what is found for an expression, from the nearest source of its value to the farthest."""
        if depth > MAX_DEPTH or not self._is_new(id(node)):
            return
        match node:
            case ast.Attribute(attr="_modules", value=owner) if self._is_module(owner, scope):
                yield from self._of_submodules(owner, scope)
            case ast.Name() | ast.Attribute():
                bindings = self._asked.bound(node, scope)
                for one in bindings:
                    if isinstance(one, Annotated):
                        self._is_hidden |= not _is_open(self._asked.declared(one.annotation, one.scope))
                for binding in bindings:
                    yield from self._of_binding(binding, depth)
                if isinstance(node, ast.Attribute):
                    yield from self._of_subclasses(node.value, node.attr, scope, depth)
            case ast.Subscript(value=value) | ast.NamedExpr(value=value) | ast.Await(value=value):
                yield from self.of(value, scope, depth + 1)
            case ast.IfExp(body=first, orelse=second):
                yield from self._of_value(first, scope, depth)
                yield from self._of_value(second, scope, depth)
            case ast.BoolOp(values=values):
                for value in values:
                    yield from self._of_value(value, scope, depth)
            case ast.Call():
                yield from self._of_call(node, scope, depth)

    def _of_value(self, node: ast.expr, scope: Scope, depth: int) -> Iterator[Concealed]:
        """Yield what the type of an expression shows if it is hidden, then what is found for it."""
        if self._is_hidden:
            yield from self._told(self._asked.resolved(self._asked.expression(node, scope)))
        yield from self.of(node, scope, depth + 1)

    def _of_binding(self, binding: Binding, depth: int) -> Iterator[Concealed]:
        if not self._is_new(binding):
            return
        match binding:
            case Parameter(default=default, function=ast.FunctionDef() | ast.AsyncFunctionDef(), scope=scope):
                if scope.enclosing_class is None or scope.positional[:1] != [binding.argument.arg]:
                    self._is_hidden |= not _is_open(self._asked.parameter(binding))
                    if default is not None and scope.parent is not None:
                        yield from self._of_value(default, scope.parent, depth)
                    yield from self._of_callers(binding, depth)
            case Assigned(value=value, scope=scope) if value is not binding.node:
                yield from self._of_value(value, scope, depth)
            case Annotated(value=ast.expr() as value, scope=scope):
                yield from self._of_value(value, scope, depth)
            case Annotated(value=None, node=ast.AnnAssign(target=ast.Name(id=name)), scope=scope) if scope.is_class:
                yield from self._of_field(name, scope, depth)
            case Iterated(iterable=iterable, scope=scope):
                yield from self._of_value(iterable, scope, depth)
            case Defined(definition=ast.FunctionDef() | ast.AsyncFunctionDef() as node, scope=scope):
                yield from self._of_results(scopes_of(scope.file).opened[id(node)], depth)

    def _of_callers(self, parameter: Parameter, depth: int) -> Iterator[Concealed]:
        assert not isinstance(parameter.function, ast.Lambda)
        for found in islice(self._asked.calls_of(parameter.function, parameter.scope).calls(), MAX_CALLS):
            for given in _given(parameter, found) if found.is_certain else ():
                yield from self._of_value(given, found.called.scope, depth + 1)
        if self._is_hidden:
            yield from self._of_handed(parameter, depth)

    def _of_handed(self, parameter: Parameter, depth: int) -> Iterator[Concealed]:
        """Yield what is passed beside the function: ``partial(run, net)``, ``map(run, nets)``."""
        function = parameter.function
        assert not isinstance(function, ast.Lambda)
        for place in self._asked.places(function.name, parameter.scope.file, partial(_is_function, function)):
            for handed in () if place is None else references_to(*place).handed.get(place[1], ()):
                call = handed.given_to
                kinds = () if call is None else alternatives(self._asked.expression(handed.node, handed.scope))
                if call is not None and any(_is_function(function, one) for one in kinds):
                    for given in (*call.args, *(one.value for one in call.keywords)):
                        if given is not handed.node:
                            yield from self._of_value(given, handed.scope, depth + 1)

    def _of_field(self, name: str, scope: Scope, depth: int) -> Iterator[Concealed]:
        """Yield what the constructor of a dataclass is passed for a field, or by position."""
        cls = self._asked.source_class(scope)
        is_itself = partial(eq, ClassObject(cls))
        for file, known in filter(None, self._asked.places(cls.node.name, scope.file, is_itself)):
            for called in references_to(file, known).called.get(known, ()):
                if called.call is not None and is_itself(self._asked.expression(called.callee, called.scope)):
                    given = [one.value for one in called.call.keywords if one.arg == name]
                    for one in given or called.call.args:
                        yield from self._of_value(one, called.scope, depth + 1)

    def _of_subclasses(self, owner: ast.expr, name: str, scope: Scope, depth: int) -> Iterator[Concealed]:
        """Yield what is found for an attribute in the subclasses of its owner's class."""
        for one in instances(self._asked.expression(owner, scope)):
            if one.origin is Origin.DECLARED and isinstance(one.cls, SourceClass) and not is_foreign(one.cls):
                for subclass in self._asked.hierarchy.project_subclasses(one.cls):
                    for binding in bodies.assignments(subclass, name):
                        yield from self._of_binding(binding, depth + 1)
                    method = bodies.first_method(subclass, name)
                    if method is not None:
                        yield from self._of_results(method, depth)

    def _of_call(self, node: ast.Call, scope: Scope, depth: int) -> Iterator[Concealed]:
        for callee in alternatives(self._asked.expression(node.func, scope)):
            match callee:
                case Function(scope=inner):
                    yield from self._of_results(inner, depth)
                case KnownFunction(name) if name in _SUBMODULES and isinstance(node.func, ast.Attribute):
                    yield from self._of_submodules(node.func.value, scope)
                case Builtin(name) if name in _PASSING_ON:
                    for argument in node.args:
                        yield from self._of_value(argument, scope, depth)
        if isinstance(node.func, ast.Attribute):
            yield from self._of_subclasses(node.func.value, node.func.attr, scope, depth)
            yield from self.of(node.func.value, scope, depth + 1)  # `models.values()`, `net.eval()`

    def _of_results(self, function: Scope, depth: int) -> Iterator[Concealed]:
        if function.file.is_installed or not self._is_new(id(function)):
            return
        returns = getattr(function.node, "returns", None)
        if returns is not None and function.parent is not None:
            self._is_hidden |= not _is_open(self._asked.declared(returns, function.parent))
        for given in (*flow_of(function).returned.values(), *flow_of(function).yielded.values()):
            if given.value is not None:
                yield from self._of_value(given.value, function, depth + 1)

    def _is_module(self, node: ast.expr, scope: Scope) -> bool:
        return any(map(self._asked.hierarchy.is_module, instances(self._asked.expression(node, scope))))

    def _of_submodules(self, owner: ast.expr, scope: Scope) -> Iterator[Concealed]:
        """Yield what any submodule of an expression's value can be, at any depth, as far as its class shows."""
        todo = list(instances(self._asked.resolved(self._asked.expression(owner, scope))))
        if any(one.cls.dotted == MODULE_CLASS for one in todo):
            yield from self._any_module()
        seen: set[Instance] = set()
        while todo and len(seen) < MAX_OWNERS:
            one = todo.pop()
            if not self._asked.hierarchy.is_module(one) or one in seen:
                continue
            seen.add(one)
            for kind in (self._asked.held(one),) if self._asked.is_container(one) else self._attributes(one):
                yield from filter(self._can_be_meant, self._told(kind))
                todo += (inner for each in self._parts(kind) for inner in instances(each))

    def _attributes(self, owner: Instance) -> Iterator[Type]:
        """Yield what the methods of an instance's class set on it."""
        for cls in self._asked.hierarchy.order(owner.cls):
            if isinstance(cls, SourceClass) and not is_foreign(cls):
                for name in set_on_self(cls.scope).names():
                    yield self._asked.resolved(self._asked.attribute(owner, name))
                for _, binding in set_on_self(cls.scope).unnamed:
                    yield self._asked.resolved(self._asked.binding(binding))

    def _any_module(self) -> Iterator[Concealed]:
        """Yield the project's module classes with another call that may take the call in question."""
        for cls in self._asked.hierarchy.other_calls():
            if cls is not None and may_take(self._asked, cls, self._call):
                yield Concealed(cls, is_module=True)

    def _can_be_meant(self, found: Concealed) -> bool:
        """Whether a submodule has a ``forward`` that takes the call, which torch's lists of parameters have not."""
        if isinstance(found.cls, SourceClass):
            return may_take(self._asked, found.cls, self._call)
        return not found.cls.dotted.startswith("torch.")

    def _told(self, kind: Type) -> Iterator[Concealed]:
        """Yield the classes in a type, at any depth of containers, whose instances are called in another way."""
        for part in self._parts(kind):
            for one in instances(part):
                yield from self._of_instance(one, one.cls)

    def _parts(self, kind: Type) -> Iterator[Type]:
        """Yield the type, or what it contains if it is a container."""
        for one in alternatives(kind):
            match one.bound if isinstance(one, Slot) else one:
                case Many(inner) | Mapping(value=inner):
                    yield from self._parts(inner)
                case Tuple(items):
                    for item in items:
                        yield from self._parts(item)
                case Instance() as found if self._asked.is_container(found):
                    yield from self._parts(self._asked.held(found))
                case found:
                    yield found

    def _of_instance(self, kind: Instance, cls: Class) -> Iterator[Concealed]:
        hierarchy = self._asked.hierarchy
        match hierarchy.standing(cls):
            case Standing.MODULE:
                if hierarchy.meaning_of_call(cls) is not Sameness.SAME:
                    yield Concealed(cls, is_module=True)
                elif kind.origin is Origin.DECLARED and isinstance(cls, SourceClass) and not is_foreign(cls):
                    meaning, culprit = hierarchy.meaning_to_subclasses(cls)
                    if meaning is not Sameness.SAME and culprit is not None:
                        yield Concealed(culprit, is_module=True)
            case Standing.NOT_MODULE if kind.origin is Origin.CONSTRUCTED and isinstance(cls, SourceClass):
                # A value that is only declared to be of such a class may be a module that derives from it, too.
                if self._asked.attribute(kind, "forward") != UNKNOWN:
                    yield Concealed(cls, is_module=False)
