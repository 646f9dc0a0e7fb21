"""The type of an expression, from the bindings that reach it."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from flake8_forward_call.inference.catalogue import MODULE_CLASS, ClassEntry, FunctionEntry, ValueEntry, notation
from flake8_forward_call.inference.catalogue.look_alikes import is_look_alike, is_standard
from flake8_forward_call.inference.classes.hierarchy import Class, Hierarchy, KnownClass, SourceClass
from flake8_forward_call.inference.classes.joining import joined
from flake8_forward_call.inference.engine import Answers, Engine
from flake8_forward_call.inference.evaluating import (
    attributes,
    calls,
    containers,
    declarations,
    library,
    parameters,
)
from flake8_forward_call.inference.evaluating.ranking import rank
from flake8_forward_call.inference.evaluating.refinement import narrowed
from flake8_forward_call.inference.members import entries, lacking, lazy, stars, stubs, tables
from flake8_forward_call.inference.syntax.bindings import (
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
    Outer,
    Parameter,
    Step,
    TypeParameter,
)
from flake8_forward_call.inference.types import (
    NEVER,
    NONE,
    PLAIN,
    UNKNOWN,
    Awaitable,
    Builtin,
    ClassObject,
    Function,
    Instance,
    KnownFunction,
    Managed,
    Many,
    Mapping,
    Namespace,
    NoneValue,
    Slot,
    Tuple,
    Type,
    Union,
    alternatives,
    bounded,
    each,
    is_same,
    substitute,
    union,
    without_none,
)
from flake8_forward_call.inference.usage import callers, filling, guards

if TYPE_CHECKING:
    from flake8_forward_call.inference.hooks.hooks import Attaching
    from flake8_forward_call.inference.hooks.leads import Steps
    from flake8_forward_call.inference.hooks.reentry import Ways
    from flake8_forward_call.inference.hooks.registrations import Registration
    from flake8_forward_call.inference.project.project import File, Project
    from flake8_forward_call.inference.syntax.scopes import Scope

_Answer = TypeVar("_Answer")


class Evaluator:
    """Evaluates expressions in a project's files. One evaluator serves many receivers, and stores its answers."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.engine = Engine(rank)
        self._types: Answers[Type] = Answers(
            nothing=NEVER,
            unknown=UNKNOWN,
            join=lambda one, other: union([one, other]),
            is_same=is_same,
            bounded=lambda kind: bounded(joined(self, kind)),
        )
        self.hierarchy = Hierarchy(self)
        self._classes: dict[int, SourceClass] = {}
        self._known_classes: dict[str, KnownClass] = {}
        self.parameters: dict[Slot, Parameter] = {}  # Those without an annotation, which their callers decide.
        self.swaps: dict[object, tuple[ast.expr, Scope] | None] = {}  # Where another value is stored, by holder.
        self.attaching: dict[File, Sequence[Attaching]] = {}  # What attaches hooks, by file.
        self.hook_files: tuple[File, ...] | None = None  # Those that may register hooks, None until that is needed.
        self.hooked: dict[File, list[Registration]] = {}  # The hooks that a file registers, by file.
        self.steps: dict[Registration, Steps] = {}  # Which functions names may reach from a hook.
        self.words: dict[Scope, set[str]] = {}  # The names that a function calls or passes on.
        self.ways: dict[tuple[Registration, Scope], Ways] = {}  # How a hook reaches a scope.
        self.comments: dict[tuple[str, int], ast.expr | None] = {}  # Annotations written as strings, parsed.

    def ask(self, question: Callable[[], _Answer]) -> _Answer:
        """The answer to a question from outside. Raises OutOfBudget."""
        return self.engine.ask(question)

    def files_mentioning(self, word: str, own: File, limit: int, beside: str = "") -> tuple[File, ...] | None:
        """The ``own`` file and the project's files that contain ``word`` and ``beside``; None if they are too many."""
        found = self.project.mentioning(word, beside, limit)
        return None if found is None else tuple(dict.fromkeys((own, *found)))

    def once(self, key: Hashable, compute: Callable[[], Type]) -> Type:
        """The type that answers a question, computed once. Raises OutOfBudget."""
        return self.engine.once(key, compute, self._types)

    # Expressions

    def expression(self, node: ast.expr, scope: Scope) -> Type:
        """The type of an expression at its location. Raises OutOfBudget."""
        if isinstance(node, ast.Constant):
            return NONE if node.value is None else PLAIN
        return self.once(id(node), lambda: self._expression(node, scope))

    def _expression(self, node: ast.expr, scope: Scope) -> Type:
        match node:
            case ast.Name():
                return self._name(node, scope)
            case ast.Attribute():
                return self._attribute(node, scope)
            case ast.Subscript():
                return self._subscript(node, scope)
            case ast.Call():
                return calls.call(self, self.expression(node.func, scope), node, scope)
            case ast.Await(value=value):
                return each(self.expression(value, scope), _awaited)
            case ast.IfExp(body=body, orelse=orelse):
                return union([self.expression(body, scope), self.expression(orelse, scope)])
            case ast.BoolOp(op=operator, values=values):
                kinds = [self.expression(value, scope) for value in values]
                if isinstance(operator, ast.Or):
                    return union([*map(without_none, kinds[:-1]), kinds[-1]])
                return union([kinds[-1], *(NONE for _ in kinds[:-1])])
            case ast.NamedExpr(value=value):
                return self.expression(value, scope)
            case ast.List(elts=elements) | ast.Set(elts=elements):
                return Many(self._elements(elements, scope))
            case ast.Tuple(elts=elements):
                if any(isinstance(one, ast.Starred) for one in elements):
                    return Many(self._elements(elements, scope))
                return Tuple(tuple(self.expression(one, scope) for one in elements))
            case ast.Dict(keys=keys, values=values):
                return self._dict(keys, values, scope)
            case ast.ListComp(elt=element) | ast.SetComp(elt=element) | ast.GeneratorExp(elt=element):
                return Many(self.expression(element, scope))
            case ast.DictComp(key=key, value=value):
                return Mapping(self.expression(key, scope), self.expression(value, scope))
            case ast.Lambda():
                return Function(node, scope.file.scopes.opened[id(node)])
            case ast.BinOp():
                return self._binary(node, scope)
            case ast.Compare() | ast.JoinedStr() | ast.UnaryOp(op=ast.Not()):
                return PLAIN
            case _:
                return UNKNOWN

    def _elements(self, nodes: Iterable[ast.expr], scope: Scope) -> Type:
        return union(
            containers.element(self, self.expression(node.value, scope))
            if isinstance(node, ast.Starred)
            else self.expression(node, scope)
            for node in nodes
        )

    def _dict(self, keys: list[ast.expr | None], values: list[ast.expr], scope: Scope) -> Type:
        found: list[tuple[Type, Type]] = []
        for key, value in zip(keys, values, strict=True):
            kind = self.expression(value, scope)
            if key is not None:
                found.append((self.expression(key, scope), kind))
                continue
            for one in alternatives(kind):
                found.append((one.key, one.value) if isinstance(one, Mapping) else (UNKNOWN, UNKNOWN))
        return Mapping(union(key for key, _ in found), union(value for _, value in found))

    def _binary(self, node: ast.BinOp, scope: Scope) -> Type:
        left, right = self.expression(node.left, scope), self.expression(node.right, scope)
        if NEVER in (left, right):
            return NEVER
        match node.op:
            case ast.Add() if _are_sequences(left) and _are_sequences(right):
                return Many(union([containers.element(self, left), containers.element(self, right)]))
            case ast.Mult() if _are_sequences(left):
                return Many(containers.element(self, left))
            case ast.Mult() if _are_sequences(right):
                return Many(containers.element(self, right))
            case ast.BitOr() if _are_mappings(left) and _are_mappings(right):
                return _merged(left, right)
            case _:
                return PLAIN if left == right == PLAIN else UNKNOWN

    def _name(self, node: ast.Name, scope: Scope) -> Type:
        reached = scope.flow.uses.get(id(node))
        if reached is None:
            return self.named(node.id, scope)
        return self._filled([*reached, *self._from_inside(node.id, scope)], node.id, scope, node)

    def _filled(self, bindings: Sequence[AnyBinding], name: str, scope: Scope, use: ast.Name | None = None) -> Type:
        """The type of a name from its bindings, what its scope puts into it, and later star imports that hide it."""
        kind = self._bound_and_filled(bindings, name, scope)
        if not scope.stars:
            return kind
        return union([kind, *stars.hiding(self, bindings, name, scope, use)])

    def _bound_and_filled(self, bindings: Sequence[AnyBinding], name: str, scope: Scope) -> Type:
        declared = all(
            isinstance(one, Annotated) or (isinstance(one, Parameter) and one.argument.annotation is not None)
            for one in bindings
        )
        return filling.filled(self, self.bindings(bindings), name, scope, declared=declared)

    def named(self, name: str, scope: Scope) -> Type:
        """The type of a name that its scope has not bound before its use: from a closure, a global or a builtin."""
        bound = scope.flow.exit.get(name) or tuple(scope.flow.bound.get(name, ()))
        if bound and not scope.is_function:
            return self._filled(bound, name, scope)
        return self._outer(name, scope)

    def _outer(self, name: str, scope: Scope) -> Type:
        inner = scope
        while inner.parent is not None:
            outer = inner.parent
            if not outer.is_class:
                found = self._captured(name, inner, outer)
                if found:
                    return self._filled(found, name, outer)
            inner = outer
        for star in reversed(inner.stars):
            full = self.project.imported(scope.file, star.module or "", star.level)
            if full is None or not self.project.mentions(full, name):
                continue
            kind = self._starred(full, name)
            if kind != NEVER:
                return kind
        if inner.stars and not hasattr(builtins, name):
            return UNKNOWN
        return Builtin(name) if hasattr(builtins, name) else UNKNOWN

    def _captured(self, name: str, inner: Scope, outer: Scope) -> tuple[AnyBinding, ...]:
        """The bindings that inner code may see: those that exist at its definition, and all later ones."""
        flow = outer.flow
        if name in inner.names_read:
            found = dict.fromkeys(flow.captured.get(id(inner.node), {}).get(name, ()))
        else:  # It is in an annotation written as a string.
            found = dict.fromkeys(flow.exit.get(name, ()))
        line = getattr(inner.node, "lineno", 0)
        for binding in flow.bound.get(name, ()):
            if getattr(binding.node, "lineno", 0) >= line and not isinstance(binding, Outer):
                found[binding] = None
        found.update(dict.fromkeys(self._from_inside(name, outer)))
        return tuple(found)

    def _from_inside(self, name: str, outer: Scope) -> Iterator[AnyBinding]:
        """Yield the bindings of a scope's name in functions inside it, which declare it global or nonlocal."""
        for nested in outer.file.scopes.outer_writers.get(name, ()):
            if nested is not outer and outer in nested.outward():
                yield from (one for one in nested.flow.bound.get(name, ()) if not isinstance(one, Outer))

    def _attribute(self, node: ast.Attribute, scope: Scope) -> Type:
        reached = scope.flow.uses.get(id(node))
        if reached is not None:
            return self.bindings(reached)
        owner = self.expression(node.value, scope)
        found = lacking.among(self, owner, node.attr)
        if found == UNKNOWN:
            found = guards.guarded(self, node, scope)
        return entries.entry(self, node, scope) if found == UNKNOWN else found

    def _subscript(self, node: ast.Subscript, scope: Scope) -> Type:
        reached = scope.flow.uses.get(id(node))
        if reached is not None:
            return self.bindings(reached)
        tabled = tables.entry(self, node, scope)
        if tabled is not None:
            return tabled
        owner = self.expression(node.value, scope)
        found = each(owner, lambda one: containers.item(self, one, node.slice, scope))
        return entries.entry(self, node, scope) if found == UNKNOWN else found

    # Bindings

    def bindings(self, bindings: Iterable[AnyBinding]) -> Type:
        """The union of what the bindings give; a stand-in for a failed import counts only if nothing else is known."""
        first: list[Type] = []
        fallback: list[Type] = []
        for one in bindings:
            kind = self.binding(one)
            (fallback if isinstance(one, Binding) and one.fallback else first).append(kind)
        kind = union(first)
        if first and all(_is_known(one) for one in alternatives(kind)):
            return kind
        return union([*first, *fallback])

    def binding(self, binding: AnyBinding) -> Type:
        """What one binding gives."""
        return self.once(binding, lambda: self._binding(binding))

    def _binding(self, binding: AnyBinding) -> Type:
        match binding:
            case Assigned(value=value, path=path, scope=scope, type_comment=comment):
                return self._commented(comment, scope, self._unpacked(self.expression(value, scope), path), path)
            case Annotated():
                return self._annotated(binding)
            case Iterated(iterable=iterable, path=path, scope=scope, type_comment=comment):
                kind = self._unpacked(containers.element(self, self.expression(iterable, scope)), path)
                return self._commented(comment, scope, kind, path)
            case Entered(context=context, path=path, scope=scope, type_comment=comment):
                return self._commented(comment, scope, self._unpacked(self._entered(context, scope), path), path)
            case Imported(module=module, name=name, level=level, scope=scope):
                if name is None:
                    return self.namespace(self.project.imported(scope.file, module, 0) or module)
                return self._imported(module, name, level, scope.file)
            case Defined(definition=ast.ClassDef() as node, scope=scope):
                return ClassObject(self.source_class(scope.file.scopes.opened[id(node)]))
            case Defined(definition=ast.FunctionDef() | ast.AsyncFunctionDef() as node, scope=scope):
                known = library.given_back(node, scope)
                return known or Function(node, scope.file.scopes.opened[id(node)])
            case Parameter():
                return parameters.parameter(self, binding)
            case Narrowed(previous=previous, test=test, positive=positive):
                return narrowed(self, self.bindings(previous), test, positive)
            case Augmented():
                return self._augmented(binding)
            case Matched():
                return self._matched(binding)
            case Outer(name=name, scope=scope):
                return self._outer(name, scope)
            case TypeParameter(name=name, bound=bound, scope=scope):
                bounds = bound.elts if isinstance(bound, ast.Tuple) else [bound]
                limit = union(UNKNOWN if one is None else declarations.declared(self, one, scope) for one in bounds)
                return Slot("TypeVar", name, limit)
            case _:
                return UNKNOWN

    def _annotated(self, binding: Annotated) -> Type:
        declared = declarations.declared(self, binding.annotation, binding.scope)
        if binding.value is None:
            return declared
        return self._at_least(self.expression(binding.value, binding.scope), declared)

    def _commented(self, comment: str | None, scope: Scope, value: Type, path: tuple[Step, ...]) -> Type:
        """The type of a value that may have a ``# type:`` comment."""
        if comment is None or path:
            return value
        return self._at_least(value, declarations.comment(self, comment, scope))

    def _at_least(self, value: Type, declared: Type) -> Type:
        """The type of a declared value: that of the value if it is certainly an instance, else the declared one.

        If it is declared as a TorchScript interface, that always counts, because the compiler only uses that.
        """
        if any(isinstance(one, Instance) and self.hierarchy.is_interface(one.cls) for one in alternatives(declared)):
            return declared
        known = [isinstance(one, Instance) for one in alternatives(value) if not isinstance(one, NoneValue)]
        return value if declared == UNKNOWN or (known and all(known)) else declared

    def _augmented(self, binding: Augmented) -> Type:
        previous = self.bindings(binding.scope.flow.uses[id(binding.target)])
        value = self.expression(binding.value, binding.scope)
        if previous == NEVER:
            return NEVER
        if _are_sequences(previous):
            added = [] if isinstance(binding.operator, ast.Mult) else [containers.element(self, value)]
            return Many(union([containers.element(self, previous), *added]))
        if _are_mappings(previous) and _are_mappings(value):
            return _merged(previous, value)
        if all(isinstance(one, Instance) and containers.is_container(self, one) for one in alternatives(previous)):
            return previous
        return PLAIN if previous == value == PLAIN else UNKNOWN

    def _matched(self, binding: Matched) -> Type:
        match binding.pattern:
            case None if binding.whole:
                return self.expression(binding.subject, binding.scope)
            case ast.MatchClass(cls=cls):
                return declarations.declared(self, cls, binding.scope)
            case ast.MatchOr(patterns=patterns) if all(isinstance(one, ast.MatchClass) for one in patterns):
                classes = [one.cls for one in patterns if isinstance(one, ast.MatchClass)]
                return union(declarations.declared(self, one, binding.scope) for one in classes)
            case _:
                return UNKNOWN

    def _unpacked(self, kind: Type, path: tuple[Step, ...]) -> Type:
        for step in path:
            kind = each(kind, partial(self._unpacked_once, step))
        return kind

    def _unpacked_once(self, step: Step, kind: Type) -> Type:
        return containers.unpacked(self, kind, step)

    def _entered(self, context: ast.expr, scope: Scope) -> Type:
        def entered(one: Type) -> Type:
            match one:
                case Managed(inner):
                    return inner
                case Instance():
                    for name in ("__enter__", "__aenter__"):
                        method = attributes.attribute(self, one, name)
                        if method != UNKNOWN:
                            given = calls.returned(self, method)
                            return given.result if isinstance(given, Awaitable) else given
            return UNKNOWN

        return each(self.expression(context, scope), entered)

    # Names from elsewhere

    def _imported(self, module: str, name: str, level: int, file: File) -> Type:
        full = self.project.imported(file, module, level)
        return UNKNOWN if full is None else self.member(full, name)

    def member(self, module: str, name: str) -> Type:
        """The type of ``module.name``, from the project's file of the module or else from the catalogue."""
        file = self.project.file(module)
        if file is not None:
            found = self.global_of(file, name)
            if found in (None, NEVER, UNKNOWN):
                found = lazy.member(self, file, name) or stubs.member(self, module, name) or found
            # If a package imports its own submodule by name, the name means that submodule anyway.
            return self.namespace(f"{module}.{name}") if found is None or found == NEVER else found
        return self.namespace(f"{self.project.catalogue.namespace(module)}.{name}")

    def global_of(self, file: File, name: str) -> Type | None:
        """The type of a global name at the end of its file; None if the file does not bind it."""
        flow = file.root.flow
        bound = flow.exit.get(name) or tuple(flow.bound.get(name, ()))
        if bound:
            return self._filled(bound, name, file.root)
        for star in reversed(file.root.stars):
            full = self.project.imported(file, star.module or "", star.level)
            if full is None or not self.project.mentions(full, name):
                continue
            source = self.project.file(full)
            if full != file.name and (source is None or source.exports(name)):
                kind = self.once(("star", file, name, full), partial(self._starred, full, name))
                if kind not in (UNKNOWN, NEVER):
                    return kind
        return None

    def _starred(self, module: str, name: str) -> Type:
        """What ``from module import *`` binds the name to; NEVER if nothing is known about it.

        A Python module counts only if the file binds the name to it, as ``import torch.nn as nn`` does.
        """
        file = self.project.file(module)
        found = None if file is None else self.global_of(file, name)
        if isinstance(found, Namespace):
            return found
        kind = self.member(module, name)
        return NEVER if isinstance(kind, Namespace) else kind

    def namespace(self, dotted: str) -> Type:
        """The type of a full dotted name: a class, function or value in the catalogue, a Python module, or unread."""
        if self.project.file(dotted) is not None:
            return Namespace(dotted)
        entry = self.project.known(dotted)
        match entry:
            case ClassEntry(name=name):
                return ClassObject(self._known_class(name, entry))
            case FunctionEntry(name=name, parameters=given, returns=returns):
                return KnownFunction(name, given, notation.read(returns, name, self.global_name))
            case ValueEntry(name=name, type=text):
                return notation.read(text, name, self.global_name)
            case _ if dotted in self.project.declared.modules:
                return ClassObject(self._known_class(dotted, ClassEntry(dotted, (MODULE_CLASS,))))
            case _ if dotted in self.project.declared.others:
                return ClassObject(self._known_class(dotted, ClassEntry(dotted)))
            case _:
                return Namespace(self.project.catalogue.namespace(dotted))

    def global_name(self, dotted: str) -> Type:
        """The class with a canonical dotted name of the catalogue, as a type; UNKNOWN if there is none."""
        cls = self.known_class(dotted)
        return UNKNOWN if cls is None else ClassObject(cls)

    def known_class(self, dotted: str) -> Class | None:
        """The class with a canonical dotted name, or None."""
        entry = self.project.catalogue.resolve(dotted)
        return self._known_class(entry.name, entry) if isinstance(entry, ClassEntry) else None

    def _known_class(self, dotted: str, entry: ClassEntry) -> KnownClass:
        if dotted not in self._known_classes:
            self._known_classes[dotted] = KnownClass(entry)
        return self._known_classes[dotted]

    def source_class(self, scope: Scope) -> SourceClass:
        """The class whose body the scope is."""
        if id(scope) not in self._classes:
            self._classes[id(scope)] = SourceClass(scope)
        return self._classes[id(scope)]

    def base(self, node: ast.expr, scope: Scope, given: dict[Slot, Type] | None = None) -> Type:
        """The type of one of a class's bases: class objects, PLAIN for one that is not a module, else UNKNOWN.

        A base that is a parameter is what is ``given`` for it, else what the callers pass.
        """
        if isinstance(node, ast.Subscript):
            return self.base(node.value, scope, given)
        kind = substitute(self.expression(node, scope), given or {})
        if any(callers.is_left_open(one) for one in alternatives(kind)):
            kind = callers.resolved(self, kind)
        if isinstance(kind, Namespace) and is_look_alike(kind.name):  # Not if it is one of two frameworks.
            return PLAIN
        return union(_as_base(one) for one in alternatives(kind))

    def dotted(self, node: ast.expr, scope: Scope | None) -> str | None:
        """The full dotted name of a decorator or callee, without its own call; None if it has none."""
        if isinstance(node, ast.Call):
            return self.dotted(node.func, scope)
        kind = UNKNOWN if scope is None else self.expression(node, scope)
        match kind:
            case Namespace(name) | KnownFunction(name=name) | Builtin(name):
                return name
            case ClassObject(cls):
                return cls.dotted
            case _:
                return None


def _are_sequences(kind: Type) -> bool:
    return all(isinstance(one, (Many, Tuple)) for one in alternatives(kind))


def _are_mappings(kind: Type) -> bool:
    return all(isinstance(one, Mapping) for one in alternatives(kind))


def _merged(first: Type, second: Type) -> Type:
    """The type of ``first | second`` for mappings."""
    several = [one for kind in (first, second) for one in alternatives(kind) if isinstance(one, Mapping)]
    return Mapping(union(one.key for one in several), union(one.value for one in several))


def _awaited(kind: Type) -> Type:
    return kind.result if isinstance(kind, Awaitable) else UNKNOWN


def _is_known(kind: Type) -> bool:
    return kind not in (UNKNOWN, NONE) and not isinstance(kind, (Union, Namespace))


def _as_base(kind: Type) -> Type:
    match kind:
        case ClassObject():
            return kind
        case NoneValue() | Builtin() | Slot(owner="TypeVar"):
            return PLAIN
        case Namespace(name) if is_standard(name):
            return PLAIN
        case _:
            return UNKNOWN
