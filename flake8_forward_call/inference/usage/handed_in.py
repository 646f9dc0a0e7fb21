"""Functions and classes that are passed on inside the project: where the code that gets them calls them.

A function is followed through parameters, attributes and tables, from one hand to the next, as long as its value stays
in the project. A bound function, as ``MethodType(f, m)`` makes one, gets its first argument from what it is bound to.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from flake8_forward_call.inference.classes import bodies
from flake8_forward_call.inference.definitions import Class, SourceClass
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.bindings import Defined, Imported, Parameter
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.references import Called, Handed, last_name, references_of, references_to
from flake8_forward_call.inference.syntax.scopes import Scope, names_of, root_of
from flake8_forward_call.inference.syntax.states import untested
from flake8_forward_call.inference.types import (
    ClassObject,
    Function,
    Instance,
    Namespace,
    Origin,
    Slot,
    Type,
    alternatives,
    union,
)

# From hand to hand: a decorator that keeps a function, which a manager gets, and whose user calls it, are three.
MAX_HANDS = 8

# At most so many files are read for an attribute or a table that has the value.
MAX_FILES = 20

# At most so many calls in the code that mentions a table are looked at.
MAX_CALLS = 1_000

# The calls that bind a function to the object that they also get, with the index of that object.
_BINDERS = {"types.MethodType": 1, "functools.partial": 1, "functools.partialmethod": 1}


class HandedIn:
    """The calls of a value that was passed on. Once all were yielded, ``is_lost`` says whether there may be more."""

    def __init__(self, asked: Questions, is_itself: Callable[[Type], bool]) -> None:
        self._asked = asked
        self._is_itself = is_itself
        self._seen: set[int] = set()
        self.is_lost = False

    def calls(self, handed: Handed, hands: int = 0) -> Iterator[Called]:
        """Yield the calls to which a value comes that is passed on."""
        if id(handed.node) in self._seen:
            return
        self._seen.add(id(handed.node))
        if hands > MAX_HANDS:
            self.is_lost = True
        elif handed.given_to is not None and last_name(handed.given_to.func) in ("parametrize", "param"):
            yield from self._of_marks(handed, hands)
        elif handed.given_to is not None:
            yield from self._of_argument(handed.node, handed.given_to, handed.scope, hands)
        elif handed.is_returned:
            self.is_lost = True
        else:
            yield from self._of_place(handed, hands)

    def calls_of_lambda(self, node: ast.Lambda, scope: Scope) -> Iterator[Called]:
        """Yield the calls of a lambda that ``scope`` passes as an argument, or binds to a name."""
        for call in scope.calls:
            if any(one is node for one in (*call.args, *(keyword.value for keyword in call.keywords))):
                yield from self.calls(Handed(node, scope, False, call))
                return
        names = (key for key, bound in flow_of(scope).bound.items() if any(_is_value(one, node) for one in bound))
        name = next(names, None)
        if name is None:
            self.is_lost = True
            return
        references = references_to(scope.file, name)
        yield from references.called.get(name, ())
        for handed in references.handed.get(name, ()):
            kinds = alternatives(self._asked.expression(handed.node, handed.scope))
            if any(isinstance(one, Function) and one.node is node for one in kinds):
                yield from self.calls(handed)

    def calls_by_decorator(self, decorator: ast.expr, scope: Scope) -> Iterator[Called]:
        """Yield the calls of a function or class that a decorator gets, and keeps somewhere."""
        for kind in alternatives(self._asked.expression(decorator, scope)):
            match kind:
                case Function(scope=inner, owner=owner) if inner.positional[owner is not None :]:
                    yield from self._of_parameter(inner, inner.positional[owner is not None], 0, is_given_back=True)
                case _:
                    self.is_lost = True

    def _of_argument(self, node: ast.expr, call: ast.Call, scope: Scope, hands: int) -> Iterator[Called]:
        """Yield the calls of what is passed as an argument, in the functions that get it."""
        found = [
            self._parameter(callee, node, call) for callee in alternatives(self._asked.expression(call.func, scope))
        ]
        for one in found:
            if one is None:
                self.is_lost = True
            else:
                yield from self._of_parameter(*one, hands)

    def _parameter(self, callee: Type, node: ast.expr, call: ast.Call) -> tuple[Scope, str] | None:
        """The function that gets an argument, and the name of its parameter for it."""
        match callee:
            case Function(scope=inner, owner=owner):
                is_bound = owner is not None
            case ClassObject(cls=SourceClass() as cls):
                constructor = bodies.method_in(self._asked.hierarchy.order(cls), "__init__")
                if constructor is None:
                    return None
                inner, is_bound = constructor, True
            case _:
                return None
        if inner.file.is_installed:
            return None
        for keyword in call.keywords:
            if keyword.value is node:
                names = [one.arg for one in names_of(inner.node)]  # type: ignore[arg-type]
                return (inner, keyword.arg) if keyword.arg in names else None
        if any(isinstance(one, ast.Starred) for one in call.args):
            return None
        index = next((at for at, one in enumerate(call.args) if one is node), None)
        names = inner.positional[is_bound:]
        return None if index is None or index >= len(names) else (inner, names[index])

    def _of_parameter(self, function: Scope, name: str, hands: int, *, is_given_back: bool = False) -> Iterator[Called]:
        """Yield the calls of a parameter in its function, and where the function passes it on to.

        ``is_given_back``: what the function returns is looked for elsewhere, as a decorated function is.
        """
        slot = Slot(function.node, name)
        references = references_to(function.file, name)
        for called in references.called.get(name, ()):
            if self._is(called.callee, called.scope, slot, function):
                yield called
        for handed in references.handed.get(name, ()):
            is_back = is_given_back and handed.is_returned and handed.scope is function
            if not is_back and self._is(handed.node, handed.scope, slot, function):
                yield from self.calls(handed, hands + 1)

    def _is(self, node: ast.expr, scope: Scope, slot: Slot, function: Scope) -> bool:
        """Whether a node is a name in a function, or in one nested in it, that stands for a parameter of it."""
        if not isinstance(node, ast.Name) or function not in scope.outward():
            return False
        reached = untested(flow_of(scope).uses.get(id(node), ()))
        if any(
            isinstance(one, Parameter) and (one.function, one.argument.arg) == (slot.owner, slot.name)
            for one in reached
        ):
            return True  # Also if it is annotated.
        kinds = alternatives(self._asked.expression(node, scope))
        return any(isinstance(one, Slot) and one.untested == slot for one in kinds)

    def _of_place(self, handed: Handed, hands: int) -> Iterator[Called]:
        """Yield the calls of what is stored in an attribute, or in a table under a name."""
        for name, stores in references_of(handed.scope.file).stored.items():
            for stored in stores:
                if stored.value is handed.node:
                    yield from self._of_attribute(name, stored.owner, stored.scope, hands)
                    return
        function, field = _with_default(handed), _field(handed)
        table = _table(handed)
        if function is not None:
            yield from self._of_parameter(*function, hands)
            self.is_lost = True  # Callers may pass something else, and others may read it.
        elif field is not None:
            yield from self._of_member(field, [self._asked.source_class(handed.scope)], handed.scope.file, hands)
            self.is_lost = True
        elif table is not None:
            yield from self._of_table(table, handed, hands)
        else:
            self.is_lost = True

    def _of_attribute(self, name: str, owner: ast.expr, scope: Scope, hands: int) -> Iterator[Called]:
        """Yield the calls of an attribute of one class: ``self.ask(...)``."""
        classes = [
            one.cls for kind in alternatives(self._asked.expression(owner, scope)) for one in [_instance(kind)] if one
        ]
        if not classes:
            self.is_lost = True
        yield from self._of_member(name, classes, scope.file, hands)

    def _of_member(self, name: str, classes: Sequence[Class], home: File, hands: int) -> Iterator[Called]:
        files = self._asked.files_mentioning(name, home, MAX_FILES)
        if files is None:
            self.is_lost = True
        for file in files or (home,):
            references = references_to(file, name)
            for called in references.called.get(name, ()):
                if isinstance(called.callee, ast.Attribute) and self._is_of(called.callee.value, called.scope, classes):
                    yield called
            for handed in references.handed.get(name, ()):
                if isinstance(handed.node, ast.Attribute) and self._is_of(handed.node.value, handed.scope, classes):
                    yield from self.calls(handed, hands + 1)

    def _is_of(self, owner: ast.expr, scope: Scope, classes: Sequence[Class]) -> bool:
        hierarchy = self._asked.hierarchy
        for kind in alternatives(self._asked.expression(owner, scope)):
            one = _instance(kind)
            if one is not None and any(
                hierarchy.derives(one.cls, cls) or hierarchy.derives(cls, one.cls) for cls in classes
            ):
                return True
        return False

    def _of_table(self, name: str, handed: Handed, hands: int) -> Iterator[Called]:
        """Yield the calls in code that mentions a table, which its user may call by whatever name it gets it.

        The user may also keep in an attribute what it gets, or pass it on to a function.
        """
        files = self._asked.files_mentioning(name, handed.scope.file, MAX_FILES)
        found = [
            called
            for called in islice(_calls_beside(files or (handed.scope.file,), name), MAX_CALLS)
            if not _is_by_name(called) and self._can_be(called.callee, called.scope)
        ]
        for file in files or (handed.scope.file,):
            for scope in _scopes_beside(file, name):
                found += self._taken_out(scope, handed, hands)
        yield from found
        # A table that nobody uses here is there for others.
        self.is_lost |= not found or files is None or any(self._goes_on(file, name, handed) for file in files)

    def _taken_out(self, scope: Scope, handed: Handed, hands: int) -> Iterator[Called]:
        """Yield the calls of what code that mentions a table takes out of it, and keeps or passes on."""
        for attribute, stores in references_of(scope.file).stored.items():
            for one in stores:
                if one.scope is scope and one.value is not None and self._can_be(one.value, scope):
                    yield from self._of_attribute(attribute, one.owner, scope, hands)
        for call in scope.calls[:MAX_CALLS]:
            for node in (*call.args, *(one.value for one in call.keywords)):
                if node is not handed.node and id(node) not in self._seen and self._can_be(node, scope):
                    self._seen.add(id(node))
                    if hands < MAX_HANDS:
                        yield from self._of_argument(node, call, scope, hands + 1)

    def _of_marks(self, handed: Handed, hands: int) -> Iterator[Called]:
        """Yield the calls in tests of what a mark lists for one of their parameters: ``parametrize("f", [one])``."""
        found = False
        for name in dict.fromkeys(self._asked.parametrized_with(handed)):
            references = references_to(handed.scope.file, name)
            for called in references.called.get(name, ()):
                if self._can_be(called.callee, called.scope):
                    found = True
                    yield called
            for again in references.handed.get(name, ()):
                if self._can_be(again.node, again.scope):
                    found = True
                    yield from self.calls(again, hands + 1)
        self.is_lost |= not found

    def _can_be(self, node: ast.expr, scope: Scope) -> bool:
        return any(map(self._is_itself, alternatives(self._asked.resolved(self._asked.expression(node, scope)))))

    def _goes_on(self, file: File, name: str, handed: Handed) -> bool:
        """Whether a file passes on a table, or what comes out of it in code that mentions it."""
        for known, several in references_of(file).handed.items():
            for one in several:
                if one.node is handed.node or not (known == name or name in one.scope.reads):
                    continue
                if known == name or self._can_be(one.node, one.scope):
                    return True
        return False


def bound_to(asked: Questions, handed: Handed) -> Type | None:
    """The object to which a function is bound where it is passed: ``MethodType(f, m)``; None if it is not bound.

    A function that is set on a class is bound to each instance: ``Net.forward = f``.
    """
    call = handed.given_to
    if call is None:
        kinds = [kind for owner in _stored_on(handed) for kind in alternatives(asked.expression(owner, handed.scope))]
        classes = [one.cls for one in kinds if isinstance(one, ClassObject)]
        is_method = classes and len(classes) == len(kinds) and not handed.is_returned
        return union(Instance(one, Origin.DECLARED) for one in classes) if is_method else None
    found = _first_argument(asked, handed, call)
    return None if found is None else asked.expression(found, handed.scope)


def _stored_on(handed: Handed) -> Iterator[ast.expr]:
    """Yield the objects in whose attributes a value is stored."""
    for stores in references_of(handed.scope.file).stored.values():
        yield from (one.owner for one in stores if one.value is handed.node)


def _first_argument(asked: Questions, handed: Handed, call: ast.Call) -> ast.expr | None:
    """What a call binds to the first parameter of a function that it gets."""
    if not call.args:
        return None
    if isinstance(call.func, ast.Attribute) and call.func.attr == "__get__" and call.func.value is handed.node:
        return call.args[0]
    if call.args[0] is not handed.node:
        return None
    for callee in alternatives(asked.expression(call.func, handed.scope)):
        match callee:
            case Namespace(name) if name in _BINDERS and len(call.args) > _BINDERS[name]:
                return call.args[_BINDERS[name]]
    return None


def _is_by_name(called: Called) -> bool:
    """Whether a call is by the name under which a function or class was defined or imported."""
    bound = flow_of(called.scope).uses.get(id(called.callee), ())
    return any(isinstance(one, (Defined, Imported)) for one in bound)


def _instance(kind: Type) -> Instance | None:
    match kind:
        case Instance(cls=SourceClass()):
            return kind
        case Slot(bound=Instance(cls=SourceClass()) as bound):
            return bound
        case _:
            return None


def _table(handed: Handed) -> str | None:
    """The name of the global or local table that has a value among its items."""
    for key, bindings in flow_of(handed.scope).bound.items():
        for binding in bindings:
            value = getattr(binding, "value", None)
            if isinstance(value, (ast.Dict, ast.List, ast.Tuple, ast.Set)) and any(
                one is handed.node for one in ast.walk(value)
            ):
                return key.rpartition(".")[2]
    for store in handed.scope.item_stores:
        if isinstance(store, ast.Assign) and store.value is handed.node:
            for target in store.targets:
                if isinstance(target, ast.Subscript):
                    return last_name(target.value)
    return None


def _with_default(handed: Handed) -> tuple[Scope, str] | None:
    """The function with a value as a default, and the name of its parameter."""
    for inner in handed.scope.children:
        given = getattr(inner.node, "args", None)
        if isinstance(given, ast.arguments):
            plain = [*given.posonlyargs, *given.args]
            pairs = [*zip(plain[len(plain) - len(given.defaults) :], given.defaults, strict=True)]
            for parameter, default in (*pairs, *zip(given.kwonlyargs, given.kw_defaults, strict=True)):
                if default is handed.node:
                    return inner, parameter.arg
    return None


def _field(handed: Handed) -> str | None:
    """The name of the field of a class that has a value as its default."""
    if handed.scope.is_class:
        for key, bindings in flow_of(handed.scope).bound.items():
            if any(_is_value(one, handed.node) for one in bindings):
                return key
    return None


def _calls_beside(files: tuple[File, ...], name: str) -> Iterator[Called]:
    for file in files:
        for scope in _scopes_beside(file, name):
            yield from (Called(call.func, scope, call) for call in scope.calls)


def _scopes_beside(file: File, name: str) -> Iterator[Scope]:
    return (scope for scope in root_of(file).inward() if name in scope.reads)


def _is_value(binding: object, node: ast.expr) -> bool:
    return getattr(binding, "value", None) is node
