"""Whether a call of ``self.forward`` is part of the module's own ``forward``, so that its hooks have already run."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import takewhile

from flake8_forward_call.inference.classes.bodies import first_method, method_in, methods
from flake8_forward_call.inference.definitions import Class, SourceClass
from flake8_forward_call.inference.engine import Answers, unjoined
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.statements.strings import ends_of, may_end_up_as
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.holding import Holding, is_onlooker, is_super
from flake8_forward_call.inference.syntax.on_self import set_on_self
from flake8_forward_call.inference.syntax.references import Called, Handed, references_of
from flake8_forward_call.inference.syntax.scopes import Scope, scopes_of
from flake8_forward_call.inference.types import ClassObject, Function, Slot, Unknown, alternatives
from flake8_forward_call.inference.verdicts.verdict import Sameness

# A method name that occurs in more files is a common word, and anything may call it.
MAX_FILES = 40

# `forward` of the largest models uses a few dozen functions. Beyond so many, a way back is not looked for.
MAX_FUNCTIONS = 400

_METHODS: Answers[Sequence[Scope]] = unjoined(())

# Methods that return the module itself.
_ITSELF = frozenset({"to", "cuda", "cpu", "eval", "train", "half", "float", "double", "bfloat16", "requires_grad_"})

# Special methods that do not run because an instance is an operand.
_EXPLICIT = frozenset({"__call__", "__init__", "__new__", "__del__", "__getattr__", "__setattr__", "__setstate__"})


def runs_inside_forward(asked: Questions, receiver: ast.expr, scope: Scope) -> Sameness:
    """DIFFERENT if ``self.forward`` is only called while ``forward`` of the same module runs, PERHAPS if it may be.

    SAME if nothing shows that it is.
    """
    method = method_around(scope)
    if method is None or not is_self(receiver, scope, method):
        return Sameness.SAME
    if _name(method) == "forward":
        return Sameness.DIFFERENT
    assert method.enclosing_class is not None
    cls = asked.source_class(method.enclosing_class)
    inside = _Inside(asked, cls)
    if inside.holds(method):
        return Sameness.PERHAPS if inside.is_called_elsewhere(method) else Sameness.DIFFERENT
    # A function in the method that it stores in an attribute: `self.step = lambda x: self.forward(x)`
    within = takewhile(lambda one: one is not method, scope.outward())
    return Sameness.PERHAPS if any(map(inside.holds, within)) else Sameness.SAME


def leads_to(asked: Questions, cls: SourceClass, names: Sequence[str], method: Scope) -> bool:
    """Whether one of these methods of the class, or of a subclass, is a method or uses it through ``self``."""
    return bool(names) and _Inside(asked, cls, names).holds(method)


def used_by_call(asked: Questions, cls: SourceClass) -> Iterable[Scope]:
    """The methods that ``forward`` and ``__call__`` use through ``self``, in a class and its subclasses, and these."""
    return _Inside(asked, cls, ("forward", "__call__")).methods


def method_around(scope: Scope) -> Scope | None:
    """The method that contains a scope, directly or in an inner function or lambda; None if there is none."""
    return next((one for one in scope.outward() if one.enclosing_class is not None), None)


def is_self(node: ast.expr, scope: Scope, method: Scope) -> bool:
    """Whether an expression in a method is the instance that it was called on, by its name or an alias."""
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _ITSELF:
        node = node.func.value
    if not isinstance(node, ast.Name):
        return False
    own = method.positional[:1]
    for one in scope.outward():
        bound = flow_of(one).bound.get(node.id, ())
        if one is method:
            values = [getattr(each, "value", None) for each in bound]
            is_alias = bool(values) and all(isinstance(each, ast.Name) and each.id in own for each in values)
            return [node.id] == own or is_alias
        if bound:
            return False
    return False


def _name(scope: Scope) -> str:
    return getattr(scope.node, "name", "")


class _Inside:
    """The methods that ``forward``, or methods of other names, use through ``self``, in a class and its subclasses.

    With them the functions to which they pass ``self``, and those that they find in its attributes.
    """

    def __init__(self, asked: Questions, cls: SourceClass, names: Sequence[str] = ("forward",)) -> None:
        self._asked = asked
        self._names = tuple(names)
        subclasses = asked.hierarchy.project_subclasses(cls)
        self._family = [cls, *subclasses]
        self._reached = {id(method): method for one in self._family for method in self._used_on(one)}
        self._looked_at: set[int] = set()

    @cached_property
    def _classes(self) -> set[Class | None]:
        """The classes of the family, and the bases of subclasses."""
        return {one for each in self._family for one in self._asked.hierarchy.order(each)}

    def holds(self, method: Scope) -> bool:
        """Whether ``forward`` uses a method."""
        return id(method) in self._reached

    @property
    def methods(self) -> Iterable[Scope]:
        """All of them, in the order in which they were found."""
        return self._reached.values()

    def _used_on(self, cls: SourceClass) -> Sequence[Scope]:
        """What the methods use on an instance of the class, and the methods."""
        return self._asked.engine.once(("used on self", cls, *self._names), lambda: self._reach(cls), _METHODS)

    def _reach(self, cls: SourceClass) -> Sequence[Scope]:
        found: dict[int, Scope] = {}
        seen = set[tuple[int, str]]()
        todo = [Holding.of(method) for name in self._names for method in self._methods(cls, name, 0)]
        while todo and len(seen) < MAX_FUNCTIONS:
            holding = todo.pop()
            if (id(holding.scope), holding.key) in seen:
                continue
            seen.add((id(holding.scope), holding.key))
            found[id(holding.scope)] = holding.scope
            named = (*holding.used(), *self._named_at_run_time(cls, holding), *self._implied(cls, holding))
            for name, is_parents in named:
                if name != "forward" or is_parents:
                    methods_named = self._methods(cls, name, self._behind(cls, holding.scope) if is_parents else 0)
                    todo += map(Holding.of, methods_named) if methods_named else self._stored_under(cls, name)
            todo += self._given_to(holding)
        return tuple(found.values())

    def _implied(self, cls: SourceClass, holding: Holding) -> Iterator[tuple[str, bool]]:
        """Yield the special methods that the class has, if the instance may be an operand, iterated over and so on."""
        if holding.is_operand:
            for one in self._asked.hierarchy.order(cls):
                for name in flow_of(one.scope).exit if isinstance(one, SourceClass) else ():
                    if _is_special(name) and name not in _EXPLICIT:
                        yield name, False

    def _given_to(self, holding: Holding) -> Iterator[Holding]:
        """Yield the functions that get the instance from a function, and those that its decorators put around it."""
        for scope in holding.scope.inward():
            for call in scope.calls:
                yield from self._given_by(call, scope, holding)
        around = holding.scope.enclosing_class
        if around is None:
            return
        for decorator in getattr(holding.scope.node, "decorator_list", ()):
            callee = decorator.func if isinstance(decorator, ast.Call) else decorator
            for kind in alternatives(self._asked.expression(callee, around)):
                if isinstance(kind, Function) and not kind.scope.file.is_installed:
                    inner = (one for one in kind.scope.inward() if one is not kind.scope and one.positional)
                    yield from map(Holding.of, inner)

    def _given_by(self, call: ast.Call, scope: Scope, holding: Holding) -> Iterator[Holding]:
        """Yield the functions that get the instance as an argument, also by ``partial(function, self)``."""
        if is_onlooker(call):
            return
        for at, one in enumerate(call.args):
            if holding.is_read(one):
                yield from self._getting(call.func, scope, at)
                for before, other in enumerate(call.args[:at]):
                    if isinstance(other, (ast.Name, ast.Attribute)):
                        yield from self._getting(other, scope, at - before - 1)
        for keyword in call.keywords:
            if holding.is_read(keyword.value) and keyword.arg is not None:
                yield from self._getting(call.func, scope, keyword.arg)

    def _getting(self, callee: ast.expr, scope: Scope, at: int | str) -> Iterator[Holding]:
        """Yield the project's functions that an expression can be, each with the parameter at a position or by name.

        For a class, its methods as well, if its constructor stores the parameter.
        """
        for kind in alternatives(self._asked.expression(callee, scope)):
            match kind:
                case Function(scope=inner, owner=owner):
                    yield from _parameter(inner, at, is_bound=owner is not None)
                case ClassObject(SourceClass() as cls):
                    order = self._asked.hierarchy.order(cls)
                    maker = method_in(order, "__init__")
                    for holding in () if maker is None else _parameter(maker, at, is_bound=True):
                        yield holding
                        for name in holding.kept_in():
                            for one in order:
                                if isinstance(one, SourceClass):
                                    yield from (Holding(each, f"{own}.{name}") for each, own in methods(one))

    def _named_at_run_time(self, cls: SourceClass, holding: Holding) -> Iterator[tuple[str, bool]]:
        """Yield what ``getattr(self, key)`` in a method may mean, if the beginning or end of the name is given."""
        for scope in holding.scope.inward():
            for call in scope.calls:
                match call:
                    case ast.Call(func=ast.Name(id="getattr"), args=[ast.Name(id=name), key, *_]) if (
                        name == holding.key and any(ends_of(key, scope))
                    ):
                        for one in self._asked.hierarchy.order(cls):
                            names = flow_of(one.scope).exit if isinstance(one, SourceClass) else ()
                            yield from ((each, False) for each in names if may_end_up_as(key, scope, each))

    def _stored_under(self, cls: SourceClass, name: str) -> Iterator[Holding]:
        """Yield the methods and inner functions that the class stores in an attribute: ``self.steps = [self.step]``."""
        for one in self._asked.hierarchy.order(cls):
            for binding in set_on_self(one.scope).bindings(name) if isinstance(one, SourceClass) else ():
                value = getattr(binding, "value", None)
                own = binding.scope.positional[:1]
                for node in ast.walk(value) if isinstance(value, ast.AST) and own else ():
                    match node:
                        case ast.Call():
                            yield from self._given_by(node, binding.scope, Holding(binding.scope, own[0]))
                        case ast.Attribute(value=ast.Name(id=first), attr=attr) if [first] == own and attr != "forward":
                            yield from map(Holding.of, self._methods(cls, attr, 0))
                        case ast.Lambda():
                            yield Holding(scopes_of(binding.scope.file).opened[id(node)], own[0])
                        case ast.Name(id=local):
                            inner = (each for each in binding.scope.children if each.is_function)
                            yield from (Holding(each, own[0]) for each in inner if _name(each) == local)

    def _behind(self, cls: SourceClass, method: Scope) -> int:
        """The index in the MRO of a class at which ``super()`` in a method starts to look."""
        around = method.enclosing_class
        order = self._asked.hierarchy.order(cls)
        owner = None if around is None else self._asked.source_class(around)
        return order.index(owner) + 1 if owner in order else len(order)

    def _methods(self, cls: SourceClass, name: str, start: int) -> list[Scope]:
        """The methods of a name on an instance of the class: those of the first class in the MRO that has the name."""
        for one in self._asked.hierarchy.order(cls)[start:]:
            if isinstance(one, SourceClass) and name in flow_of(one.scope).exit:
                method = first_method(one, name)
                if method is not None:  # Also a property.
                    return [method]
                kind = self._asked.own_member(one, ClassObject(one), name)
                kinds = () if kind is None else alternatives(kind)
                return [each.scope for each in kinds if isinstance(each, Function)]
        return []

    def is_called_elsewhere(self, method: Scope) -> bool:
        """Whether anything that ``forward`` does not use calls a method or passes it on."""
        name = _name(method)
        if _is_special(name):
            return True  # Python or torch calls it.
        self._looked_at.add(id(method))
        files = self._asked.files_mentioning(name, method.file, MAX_FILES)
        if files is None:
            return True
        for file in files:
            uses: list[Called | Handed] = [
                *references_of(file).called.get(name, ()),
                *references_of(file).handed.get(name, ()),
            ]
            if any(self._is_elsewhere(one, name) for one in uses):
                return True
        return False

    def _is_elsewhere(self, use: Called | Handed, name: str) -> bool:
        node = getattr(use, "callee", None) or getattr(use, "node", None)
        if not isinstance(node, ast.Attribute) or node.attr != name:
            return False
        around = method_around(use.scope)
        if around is not None and (is_super(node.value) or is_self(node.value, use.scope, around)):
            if id(around) in self._reached:
                if getattr(use, "is_returned", False):
                    return True
                return (
                    _name(around) != "forward"
                    and id(around) not in self._looked_at
                    and self.is_called_elsewhere(around)
                )
            # Otherwise `forward` does not use this method: it is in these classes, or in others with the same name.
            assert around.enclosing_class is not None
            return self._is_related(self._asked.source_class(around.enclosing_class))
        return self._may_be_ours(node, use.scope, name)

    def _is_related(self, cls: SourceClass) -> bool:
        return cls in self._classes or any(one in self._asked.hierarchy.order(cls) for one in self._family)

    def _may_be_ours(self, node: ast.expr, scope: Scope, name: str) -> bool:
        """Whether a method that is called on some object may belong to the family; also if that is unknown."""
        for kind in alternatives(self._asked.expression(node, scope)):
            match kind:
                case Unknown() | Slot():
                    return True
                case Function(scope=inner) if inner.enclosing_class is not None and _name(inner) == name:
                    if self._is_related(self._asked.source_class(inner.enclosing_class)):
                        return True
        return False


def _parameter(function: Scope, at: int | str, *, is_bound: bool) -> Iterator[Holding]:
    """Yield the function with its parameter at a position or of a name, unless it belongs to another package."""
    names = function.positional[is_bound:]
    if not function.file.is_installed:
        if isinstance(at, str):
            yield Holding(function, at)
        elif at < len(names):
            yield Holding(function, names[at])


def _is_special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")
