"""Who calls a function, and what they pass: for a parameter that says nothing of itself.

Found by the function's name in the text of the project first, so that only files are read which can matter.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from flake8_forward_call.inference import attributes, parameters
from flake8_forward_call.inference.bindings import Parameter
from flake8_forward_call.inference.hierarchy import SourceClass
from flake8_forward_call.inference.types import (
    UNKNOWN,
    Builtin,
    ClassObject,
    Function,
    Namespace,
    Result,
    Slot,
    Type,
    Unknown,
    alternatives,
    substitute,
    union,
)

if TYPE_CHECKING:
    from flake8_forward_call.inference.evaluate import Evaluator
    from flake8_forward_call.inference.project import File
    from flake8_forward_call.inference.references import Called, Handed
    from flake8_forward_call.inference.scopes import Scope

# So many files are read for one function. A name that stands in more is a common word, and its callers are anybody's.
MAX_FILES = 40

# So many calls of one function are looked at; more of them that all pass modules is more than a proof needs.
MAX_CALLS = 200

# From caller to caller's caller: real code hands a module down three or four functions.
MAX_CHAIN = 6

# Methods that other code calls than what names them.
_UNNAMED = frozenset({"__call__", "forward", "__new__", "__getitem__", "__iter__", "__enter__", "__exit__", "__set__"})

# Functions that only look at a class or function that they are given.
_ONLOOKERS = frozenset(
    {
        "isinstance",
        "issubclass",
        "super",
        "hasattr",
        "getattr",
        "type",
        "callable",
        "print",
        "repr",
        "id",
        "cast",
    }
)

# Where decorators come from that register nothing and hand on what they decorate.
_TRANSPARENT = frozenset({"abc", "builtins", "contextlib", "dataclasses", "functools", "torch", "typing", "warnings"})


def resolved(ev: Evaluator, kind: Type) -> Type:
    """The type with what callers pass in place of each parameter left to them; UNKNOWN among it in doubt."""
    return union(_resolved(ev, one) for one in alternatives(kind))


def _resolved(ev: Evaluator, kind: Type) -> Type:
    match kind:
        case Slot():
            return passed(ev, kind) if is_open(kind) else kind
        case Result(callee) if is_open(callee):
            return substitute(kind, {callee: passed(ev, callee)})
        case _:
            return kind


def is_open(slot: Slot) -> bool:
    """Whether it is a parameter of the source of which nothing is known but what callers pass."""
    return slot.bound == UNKNOWN and isinstance(slot.owner, ast.AST)


def passed(ev: Evaluator, slot: Slot) -> Type:
    """The union of what all calls in the project pass for the parameter; UNKNOWN if there is none."""
    return ev.attempt(("passed", slot), lambda: _passed(ev, slot))


def _passed(ev: Evaluator, slot: Slot) -> Type:
    binding = ev.parameters.get(slot)
    if binding is None or ev.chain >= MAX_CHAIN or ev.project.is_open(binding.scope.file):
        return UNKNOWN
    ev.chain += 1
    try:
        found = list(dict.fromkeys(_passed_by_each(ev, binding)))
    finally:
        ev.chain -= 1
    kind = union(found)
    return UNKNOWN if all(isinstance(one, Unknown) for one in alternatives(kind)) else kind


def _passed_by_each(ev: Evaluator, binding: Parameter) -> Iterator[Type]:
    node = binding.function
    if isinstance(node, ast.Lambda) or binding.kind != "plain" or node.name in _UNNAMED:
        return
    search = _Search(ev, node, binding.scope)
    count = 0
    for called, callee in islice(search.calls(), MAX_CALLS + 1):
        count += 1
        yield UNKNOWN if count > MAX_CALLS else resolved(ev, _argument(ev, binding, called, callee))
    if count and search.is_handed_on:
        yield UNKNOWN


def _argument(ev: Evaluator, binding: Parameter, called: Called, callee: Type) -> Type:
    """What one call passes for the parameter; UNKNOWN where a starred argument may."""
    names = [one.arg for one in parameters.names_of(binding.function)]
    if isinstance(callee, ClassObject) or (isinstance(callee, Function) and callee.owner is not None):
        names = names[1:]
    name, scope = binding.argument.arg, called.scope
    if called.definition is not None:
        return _defined(ev, called) if names[:1] == [name] else _default(ev, binding)
    assert called.call is not None
    given = parameters.passed(ev, called.call, scope, names)
    if name in given:
        return given[name]
    starred = any(isinstance(one, ast.Starred) for one in called.call.args)
    if starred or any(keyword.arg is None for keyword in called.call.keywords):
        return UNKNOWN
    return _default(ev, binding)


def _default(ev: Evaluator, binding: Parameter) -> Type:
    outer = binding.scope.parent
    if binding.default is None or outer is None:
        return UNKNOWN
    return ev.expression(binding.default, outer)


def _defined(ev: Evaluator, called: Called) -> Type:
    """The class or function under a decorator."""
    assert called.definition is not None
    scope = called.scope.file.scopes.opened[id(called.definition)]
    if isinstance(called.definition, ast.ClassDef):
        return ClassObject(ev.source_class(scope))
    return Function(called.definition, scope)


class _Search:
    """All calls of one function. ``is_handed_on`` tells, once they were taken, whether there may be more."""

    def __init__(self, ev: Evaluator, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> None:
        self._ev = ev
        self._node = node
        self._scope = scope
        around = scope.enclosing_class
        self._cls = ev.source_class(around) if around is not None and node.name == "__init__" else None
        self.is_handed_on = self._is_registered(node.decorator_list, scope.parent)
        if self._cls is not None:
            self.is_handed_on |= self._is_registered(self._cls.node.decorator_list, self._cls.scope.parent)

    def _is_registered(self, decorators: Iterable[ast.expr], scope: Scope | None) -> bool:
        names = [self._ev.dotted(one, scope) for one in decorators]
        return any(name is None or not _is_transparent(name) for name in names)

    def calls(self) -> Iterator[tuple[Called, Type]]:
        """Yield each call with the callee: the function, or the class whose constructor it is."""
        for name in self._names():
            for file in self._files(name):
                for known in file.references.names_for(name):
                    for called in file.references.called.get(known, ()):
                        for callee in alternatives(self._ev.expression(called.callee, called.scope)):
                            if self._is_wanted(callee):
                                yield called, callee
                    for handed in file.references.handed.get(known, ()):
                        self._look_at(handed)

    def _names(self) -> Iterator[str]:
        """Yield the names that a call may go by: the function's; the class's, its heirs', ``super().__init__``."""
        if self._cls is None:
            yield self._node.name
            # A function that is made by another is called by what that one gives: `register("x")(Net)`.
            yield from (
                outer.node.name
                for outer in self._scope.outward()
                if outer is not self._scope and isinstance(outer.node, (ast.FunctionDef, ast.AsyncFunctionDef))
            )
            return
        heirs = self._ev.hierarchy.project_heirs(self._cls)
        yield from dict.fromkeys(one.node.name for one in (self._cls, *heirs) if self._constructs(one))
        if any(not self._constructs(one) for one in heirs):
            yield "__init__"

    def _constructs(self, cls: SourceClass) -> bool:
        """Whether making an instance of the class runs this constructor first."""
        for one in self._ev.hierarchy.order(cls):
            if isinstance(one, SourceClass):
                inner = attributes.first_method(one, "__init__")
                if inner is not None:
                    return inner is self._scope
        return False

    def _files(self, name: str) -> Iterator[File]:
        if name == "__init__" and self._cls is not None:
            heirs = self._ev.hierarchy.project_heirs(self._cls)
            yield from dict.fromkeys(one.scope.file for one in heirs)
            return
        files = self._ev.files_mentioning(name, self._scope.file, MAX_FILES)
        self.is_handed_on |= files is None
        yield from files or (self._scope.file,)

    def _is_wanted(self, callee: Type) -> bool:
        match callee:
            case Function(node):
                return node is self._node
            case ClassObject(cls):
                return self._cls is not None and isinstance(cls, SourceClass) and self._constructs(cls)
            case _:
                return False

    def _look_at(self, handed: Handed) -> None:
        """Note whether the function, or the class that it makes, goes where its calls cannot be found."""
        if self.is_handed_on or handed.is_returned:
            return
        if handed.given_to is not None:
            callee = self._ev.expression(handed.given_to.func, handed.scope)
            if any(isinstance(one, Builtin) and one.name in _ONLOOKERS for one in alternatives(callee)):
                return
            if isinstance(callee, Namespace) and callee.name.rpartition(".")[2] in _ONLOOKERS:
                return
        self.is_handed_on = any(
            self._is_wanted(one) for one in alternatives(self._ev.expression(handed.node, handed.scope))
        )


def _is_transparent(dotted: str) -> bool:
    first = dotted.partition(".")[0]
    return first in _TRANSPARENT or dotted in ("staticmethod", "classmethod", "property")


def is_left_open(kind: Type) -> bool:
    """Whether the type is a parameter that is left to its callers, or what calling one gives."""
    return isinstance(kind, (Slot, Result)) and is_open(kind.callee if isinstance(kind, Result) else kind)


def of_callers(ev: Evaluator, kind: Type) -> Type:
    """What such a type is where its attributes or elements are asked for; UNKNOWN where nobody tells."""
    found = resolved(ev, kind)
    return UNKNOWN if any(is_left_open(one) for one in alternatives(found)) else found
