"""Whether a call of ``self.forward`` is part of the module's own ``forward``, so that its hooks have already run."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from flake8_forward_call.inference.classes.bodies import first_method
from flake8_forward_call.inference.definitions import Class, SourceClass
from flake8_forward_call.inference.engine import Answers, unjoined
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.statements.strings import ends_of, may_end_up_as
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.on_self import set_on_self
from flake8_forward_call.inference.syntax.references import Called, Handed, references_of
from flake8_forward_call.inference.syntax.scopes import Scope
from flake8_forward_call.inference.types import ClassObject, Function, Slot, Unknown, alternatives
from flake8_forward_call.inference.verdicts.verdict import Sameness

# A method name that occurs in more files is a common word, and anything may call it.
MAX_FILES = 40

_METHODS: Answers[Sequence[Scope]] = unjoined(())

# Methods that return the module itself.
_ITSELF = frozenset({"to", "cuda", "cpu", "eval", "train", "half", "float", "double", "bfloat16", "requires_grad_"})

# Methods that Python or torch calls, so they are called from elsewhere.
_CALLED_ANYHOW = frozenset({"__call__", "__init__", "__getattr__", "__setstate__", "__getitem__", "__iter__"})


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
    if not inside.holds(method):
        return Sameness.SAME
    return Sameness.PERHAPS if inside.is_called_elsewhere(method) else Sameness.DIFFERENT


def leads_to(asked: Questions, cls: SourceClass, names: Sequence[str], method: Scope) -> bool:
    """Whether one of these methods of the class, or of a subclass, is a method or uses it through ``self``."""
    return bool(names) and _Inside(asked, cls, names).holds(method)


def used_by_forward(asked: Questions, cls: SourceClass) -> Iterable[Scope]:
    """The methods that ``forward`` uses through ``self``, in a class and each of its subclasses, and ``forward``."""
    return _Inside(asked, cls).methods


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
    """The methods that ``forward``, or methods of other names, use through ``self``, in a class and its subclasses."""

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
        todo = [method for name in self._names for method in self._methods(cls, name, 0)]
        while todo:
            method = todo.pop()
            if id(method) in found:
                continue
            found[id(method)] = method
            for name, is_parents in (*_used_of_self(method), *self._named_at_run_time(cls, method)):
                if name != "forward" or is_parents:
                    named = self._methods(cls, name, self._behind(cls, method) if is_parents else 0)
                    todo += named or self._stored_under(cls, name)
        return tuple(found.values())

    def _named_at_run_time(self, cls: SourceClass, method: Scope) -> Iterator[tuple[str, bool]]:
        """Yield what ``getattr(self, key)`` in a method may mean, if the beginning or end of the name is given."""
        own = method.positional[:1]
        for scope in method.inward():
            for call in scope.calls:
                match call:
                    case ast.Call(func=ast.Name(id="getattr"), args=[ast.Name(id=name), key, *_]) if [
                        name
                    ] == own and any(ends_of(key, scope)):
                        for one in self._asked.hierarchy.order(cls):
                            names = flow_of(one.scope).exit if isinstance(one, SourceClass) else ()
                            yield from ((each, False) for each in names if may_end_up_as(key, scope, each))

    def _stored_under(self, cls: SourceClass, name: str) -> list[Scope]:
        """The methods that the class stores in an attribute: ``self.steps = {"a": self.step}``."""
        found: list[Scope] = []
        for one in self._asked.hierarchy.order(cls):
            for binding in set_on_self(one.scope).bindings(name) if isinstance(one, SourceClass) else ():
                value = getattr(binding, "value", None)
                own = binding.scope.positional[:1]
                for node in ast.walk(value) if isinstance(value, ast.AST) else ():
                    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and [node.value.id] == own:
                        found += self._methods(cls, node.attr, 0) if node.attr != "forward" else []
        return found

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
                return [each.scope for each in kinds if isinstance(each, Function) and each.scope.enclosing_class]
        return []

    def is_called_elsewhere(self, method: Scope) -> bool:
        """Whether anything that ``forward`` does not use calls a method or passes it on."""
        name = _name(method)
        if name in _CALLED_ANYHOW:
            return True
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
        if around is not None and (_is_super(node.value) or is_self(node.value, use.scope, around)):
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


def _used_of_self(method: Scope) -> Iterator[tuple[str, bool]]:
    """Yield each attribute of ``self`` that a method reads, and whether through ``super()``."""
    own = method.positional[:1]
    bound = flow_of(method).bound
    aliases = [name for name, several in bound.items() if own and any(_is_name(one, own[0]) for one in several)]
    for node in ast.walk(method.node):
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and [node.value.id] == own:
            yield "__getitem__", False
        elif isinstance(node, ast.Attribute):
            if isinstance(node.value, ast.Name) and node.value.id in (*own, *aliases):
                yield node.attr, False
            elif _is_super(node.value):
                yield node.attr, True
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            first = node.args[0]  # `Net.step(self, x)`
            if isinstance(first, ast.Name) and [first.id] == own and node.func.attr != "forward":
                yield node.func.attr, False


def _is_name(binding: object, name: str) -> bool:
    value = getattr(binding, "value", None)
    return isinstance(value, ast.Name) and value.id == name


def _is_super(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"
