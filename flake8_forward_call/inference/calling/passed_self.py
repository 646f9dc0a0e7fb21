"""Whether a receiver is the ``self`` of a ``forward`` or ``__call__`` that passes it on: to a function, for example."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import islice

from flake8_forward_call.inference.answers import Found
from flake8_forward_call.inference.calling import own_forward
from flake8_forward_call.inference.definitions import SourceClass
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.bindings import Annotated, Assigned, Iterated, Parameter
from flake8_forward_call.inference.syntax.references import last_name, references_of
from flake8_forward_call.inference.syntax.scopes import Scope, names_of
from flake8_forward_call.inference.types import Type, instances
from flake8_forward_call.inference.verdicts.verdict import Sameness, Standing

# From caller to caller's caller, and how many calls of one function are considered.
MAX_DEPTH, MAX_CALLS = 4, 60


def runs_inside(asked: Questions, receiver: ast.expr, scope: Scope, kind: Type) -> Sameness:
    """DIFFERENT if the receiver is always passed on by its own ``forward`` or ``__call__``, PERHAPS if it may be.

    SAME otherwise. ``kind`` is its type. Raises OutOfBudget.
    """
    way = _Way(asked, scope, kind)
    way.follow(receiver, scope, 0)
    if not way.is_inside:
        return Sameness.SAME
    return Sameness.PERHAPS if way.is_elsewhere else Sameness.DIFFERENT


class _Way:
    """The search for what a receiver was passed as, from the place of its call back to the callers."""

    def __init__(self, asked: Questions, place: Scope, kind: Type) -> None:
        self._asked = asked
        self._classes = [one.cls for one in instances(kind)]
        self._name = next((getattr(one.node, "name", "") for one in place.outward() if one.is_function), "")
        self._method = own_forward.method_around(place)
        self._seen: set[object] = set()
        self.is_inside = False
        self.is_elsewhere = False  # Whether something else is passed, or a call may not have been found.

    def follow(self, node: ast.expr, scope: Scope, depth: int, *, is_kept: bool = False) -> None:
        """Follow a name, an attribute or an item; ``is_kept`` if the value was stored in an attribute on the way."""
        if isinstance(node, (ast.List, ast.Tuple)):
            for one in node.elts:
                self.follow(one, scope, depth, is_kept=is_kept)
            return
        if isinstance(node, ast.Subscript):
            node = node.value
        method = own_forward.method_around(scope)
        if method is not None and own_forward.is_self(node, scope, method):
            if depth:
                self._arrive(method, is_kept=is_kept)
            return
        found = self._asked.bound(node, scope) if isinstance(node, (ast.Name, ast.Attribute)) else ()
        self.is_elsewhere |= not found
        for binding in found:
            if binding in self._seen or depth > MAX_DEPTH:
                continue
            self._seen.add(binding)
            match binding:
                case Parameter(kind="plain", function=ast.FunctionDef() | ast.AsyncFunctionDef()):
                    self._follow_callers(binding, depth, is_kept=is_kept)
                case Iterated(iterable=iterable):
                    self.is_elsewhere = True
                    self.follow(iterable, binding.scope, depth, is_kept=is_kept)
                case Assigned(value=ast.Name() | ast.Attribute() | ast.List() | ast.Tuple() as value, path=()) if (
                    value is not binding.node
                ):
                    self.follow(value, binding.scope, depth, is_kept=is_kept or isinstance(node, ast.Attribute))
                case Annotated(value=None, scope=inner) if isinstance(inner.node, ast.ClassDef):
                    # A field of a dataclass.
                    self.is_elsewhere = True
                    for called in references_of(inner.file).called.get(inner.node.name, ()):
                        if called.call is not None:
                            self._follow_all(called.call, called.scope, is_kept=True)
                case _:
                    self.is_elsewhere = True

    def _follow_callers(self, parameter: Parameter, depth: int, *, is_kept: bool) -> None:
        function = parameter.function
        assert not isinstance(function, ast.Lambda)
        search = self._asked.calls_of(function, parameter.scope)
        for found in islice(search.calls(), MAX_CALLS):
            given = given_for(parameter, found)
            self.is_elsewhere |= given is None or not found.is_certain
            if given is not None:
                self.follow(given, found.called.scope, depth + 1, is_kept=is_kept)
            elif found.called.call is not None:
                self._follow_all(found.called.call, found.called.scope, is_kept=is_kept)
        if search.is_handed_on:
            self.is_elsewhere = True
            for handed in references_of(parameter.scope.file).handed.get(function.name, ()):
                if handed.given_to is not None:  # partial(function, self), map(function, [self])
                    self._follow_all(handed.given_to, handed.scope, is_kept=is_kept)

    def _follow_all(self, call: ast.Call, scope: Scope, *, is_kept: bool) -> None:
        """Consider each argument of a call, and what is in a display, as what the function may get."""
        method = own_forward.method_around(scope)
        given = (*call.args, *(one.value for one in call.keywords))
        for argument in given if method is not None else ():
            inner = argument.value if isinstance(argument, ast.Starred) else argument
            for one in inner.elts if isinstance(inner, (ast.List, ast.Tuple)) else (inner,):
                if method is not None and own_forward.is_self(one, scope, method):
                    self._arrive(method, is_kept=is_kept)

    def _arrive(self, method: Scope, *, is_kept: bool) -> None:
        """Record that a method passes on its ``self``."""
        assert method.enclosing_class is not None
        cls = self._asked.source_class(method.enclosing_class)
        used = list(own_forward.used_by_call(self._asked, cls)) if self._may_be_of(cls) else []
        if any(one is method for one in used):
            self.is_inside = True
        elif is_kept and any(self._may_run_place(call, inner) for one in used for call, inner in _calls(one)):
            self.is_inside = self.is_elsewhere = True
        else:
            self.is_elsewhere = True

    def _may_run_place(self, call: ast.Call, scope: Scope) -> bool:
        """Whether a call is one of the place's function by its name or, if it is a ``forward``, of its object."""
        if last_name(call.func) == self._name:
            return True
        around = self._method.enclosing_class if self._method is not None and self._name == "forward" else None
        cls = None if around is None else self._asked.source_class(around)
        return cls is not None and any(
            self._asked.hierarchy.derives(one.cls, cls) for one in instances(self._asked.expression(call.func, scope))
        )

    def _may_be_of(self, cls: SourceClass) -> bool:
        """Whether the receiver can be the ``self`` of a method of a class."""
        derives = self._asked.hierarchy.derives
        is_mixin = self._asked.hierarchy.standing(cls) is not Standing.MODULE
        return is_mixin or any(derives(cls, one) or derives(one, cls) for one in self._classes)


def _calls(function: Scope) -> Iterator[tuple[ast.Call, Scope]]:
    for inner in function.inward():
        yield from ((call, inner) for call in inner.calls)


def given_for(parameter: Parameter, found: Found) -> ast.expr | None:
    """The expression that a call passes for a parameter; None if that is not known, or it is the default."""
    call, name = found.called.call, parameter.argument.arg
    if call is None:
        return None
    named = next((one.value for one in call.keywords if one.arg == name), None)
    names = [one.arg for one in names_of(parameter.function)][found.is_bound :]
    if named is not None or name not in names:
        return named
    given = call.args[: names.index(name) + 1]
    is_passed = len(given) > names.index(name) and not any(isinstance(one, ast.Starred) for one in given)
    return given[-1] if is_passed else None
