"""The scopes of a file: which names each binds, and which node opens which."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeAlias

from flake8_forward_call.inference.statements.branches import deciding
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.sources.trees import children, children_outside_body

FunctionNode: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
ScopeNode: TypeAlias = ast.Module | ast.ClassDef | FunctionNode

# What stores a value in a name, an attribute or an item.
Storing: TypeAlias = ast.Assign | ast.AnnAssign | ast.For | ast.AsyncFor | ast.comprehension | ast.withitem

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)

# The methods that run when a module instance is called (torch/nn/modules/module.py).
_CALLED_BY = ("__call__", "_call_impl")

_OPENERS = frozenset((*FUNCTIONS, ast.ClassDef))

# The kinds of nodes from which a scope takes something itself. Most nodes are of other kinds.
_TELLING = frozenset((
    ast.Attribute, ast.Call, ast.AugAssign, ast.Assign, ast.AnnAssign, ast.For, ast.AsyncFor, ast.comprehension,
    ast.withitem, ast.Global, ast.Nonlocal, ast.ImportFrom,
))  # fmt: skip


class Scope:
    """A module, class body, function or lambda. Comprehensions belong to the scope that contains them."""

    def __init__(self, node: ScopeNode, parent: Scope | None, file: File) -> None:
        self.node = node
        self.parent = parent
        self.file = file
        self.declared_outer: dict[str, None] = {}  # Named in `global` or `nonlocal`.
        self.stars: list[ast.ImportFrom] = []
        self.children: list[Scope] = []
        self.calls: list[ast.Call] = []
        self.reads: dict[str, None] = {}
        self.item_stores: list[ast.Assign | ast.AugAssign] = []  # `xs[i] = value`, `xs += values`
        self.item_targets: list[Storing] = []  # What stores in items in any other way: `xs[0], y = ...`, loops, `with`.
        self.readings: dict[object, Any] = {}  # What was read from it, each computed once: its flow, its choices.

    @cached_property
    def names_read(self) -> Mapping[str, None]:
        """The names that occur in this scope and in its nested scopes, whether or not they are bound here."""
        return dict.fromkeys((*self.reads, *(name for child in self.children for name in child.names_read)))

    @property
    def is_class(self) -> bool:
        """Whether the scope is a class body, whose names are not visible in its methods."""
        return isinstance(self.node, ast.ClassDef)

    @property
    def is_function(self) -> bool:
        """Whether the scope is a function or lambda."""
        return isinstance(self.node, FUNCTIONS)

    @property
    def positional(self) -> list[str]:
        """The names of a function's positional parameters, in a method the instance first. Empty for other scopes."""
        if not isinstance(self.node, FUNCTIONS):
            return []
        return [one.arg for one in (*self.node.args.posonlyargs, *self.node.args.args)]

    @cached_property
    def deciding(self) -> tuple[str, ...]:
        """The parameters that may decide which ``return`` of a function is reached. Empty for other scopes."""
        return deciding(self.node) if isinstance(self.node, (ast.FunctionDef, ast.AsyncFunctionDef)) else ()

    @property
    def enclosing_class(self) -> Scope | None:
        """The class of which this is a method; None if this is not a function directly in a class body."""
        if self.is_function and self.parent is not None and self.parent.is_class:
            return self.parent
        return None

    def inward(self) -> Iterator[Scope]:
        """Yield this scope and all its nested scopes."""
        waiting = [self]
        while waiting:  # Scopes can be nested too deeply for recursion.
            scope = waiting.pop()
            yield scope
            waiting += reversed(scope.children)

    def outward(self) -> Iterator[Scope]:
        """Yield this scope and its enclosing scopes, innermost first."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent


class ScopeMap:
    """All scopes of a file, and which scope contains a call."""

    def __init__(self, tree: ast.Module, file: File) -> None:
        self.root = Scope(tree, None, file)
        self.opened: dict[int, Scope] = {id(tree): self.root}
        self.standing: dict[int, Scope] = {}
        self.classes: list[Scope] = []
        self.method_calls: dict[str, list[tuple[ast.Call, Scope]]] = {}  # `x.name(...)` by name.
        self.outer_writers: dict[str, list[Scope]] = {}  # By name: the scopes that declare it global or nonlocal.
        self.call_stores: list[tuple[ast.Attribute, Scope]] = []  # `x.__call__`, if it is set or deleted.
        self.renamed: dict[str, dict[str, None]] = {}  # By imported name: its aliases.
        self._file = file
        self._walk(tree)

    @cached_property
    def named(self) -> dict[str, list[Scope]]:
        """The functions and classes of the file by name. Lambdas have an empty name."""
        found: dict[str, list[Scope]] = {}
        for scope in self.root.inward():
            if scope.parent is not None:
                found.setdefault(getattr(scope.node, "name", ""), []).append(scope)
        return found

    def _walk(self, tree: ast.Module) -> None:
        todo: list[tuple[ast.AST, Scope]] = [(child, self.root) for child in tree.body]
        while todo:
            node, scope = todo.pop()
            if isinstance(node, ast.Name):  # A third of all nodes, and they have no children to visit.
                scope.reads[node.id] = None
                continue
            kind = type(node)
            if kind in _OPENERS:
                self._open(node, scope, todo)  # type: ignore[arg-type]
                continue
            if kind in _TELLING:
                self._note(node, scope)
            todo += [(child, scope) for child in children(node)]
        for inner in self.opened.values():  # The first ones in the text were visited last.
            inner.stars.sort(key=lambda star: star.lineno)

    def _open(self, node: FunctionNode | ast.ClassDef, scope: Scope, todo: list[tuple[ast.AST, Scope]]) -> None:
        inner = self.opened[id(node)] = Scope(node, scope, self._file)
        scope.children.append(inner)
        if inner.is_class:
            self.classes.append(inner)
        inside, outside = _parts(node)
        todo += [(child, inner) for child in inside]
        todo += [(child, scope) for child in outside]

    def _note(self, node: ast.AST, scope: Scope) -> None:
        if isinstance(node, ast.Attribute):
            if node.attr in _CALLED_BY and not isinstance(node.ctx, ast.Load):
                self.call_stores.append((node, scope))
        elif isinstance(node, ast.Call):
            self.standing[id(node)] = scope
            scope.calls.append(node)
            if isinstance(node.func, ast.Attribute):
                self.method_calls.setdefault(node.func.attr, []).append((node, scope))
        elif isinstance(node, ast.AugAssign):
            scope.item_stores.append(node)
        elif isinstance(node, Storing):
            if not isinstance(node, ast.AnnAssign) or node.value is not None:
                self._note_targets(node, scope)
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            scope.declared_outer.update(dict.fromkeys(node.names))
            for name in node.names:
                self.outer_writers.setdefault(name, []).append(scope)
        elif isinstance(node, ast.ImportFrom):
            if node.names[0].name == "*":
                scope.stars.append(node)
            for alias in node.names:
                if alias.asname:
                    self.renamed.setdefault(alias.name, {})[alias.asname] = None

    def _note_targets(self, node: Storing, scope: Scope) -> None:
        targets = targets_of(node)
        if isinstance(node, ast.Assign) and any(isinstance(one, ast.Subscript) for one in targets):
            scope.item_stores.append(node)
            targets = [one for one in targets if not isinstance(one, ast.Subscript)]
        if any(isinstance(inner, ast.Subscript) for one in targets for inner in unpacked(one)):
            scope.item_targets.append(node)


def targets_of(node: Storing) -> Sequence[ast.expr]:
    """What a statement, or the part of one, stores in."""
    match node:
        case ast.Assign(targets=targets):
            return targets
        case ast.withitem(optional_vars=target):
            return () if target is None else (target,)
        case _:
            return (node.target,)


def unpacked(target: ast.expr) -> Iterator[ast.expr]:
    """Yield each name, attribute or item in a target: ``a`` and ``xs[0]`` of ``a, *xs[0]``."""
    match target:
        case ast.Tuple(elts=inner) | ast.List(elts=inner):
            for one in inner:
                yield from unpacked(one)
        case ast.Starred(value=value):
            yield from unpacked(value)
        case _:
            yield target


def scopes_of(file: File) -> ScopeMap:
    """The scopes of a file."""
    found: ScopeMap | None = file.readings.get(ScopeMap)
    if found is None:
        found = file.readings[ScopeMap] = ScopeMap(file.tree, file)
    return found


def take_apart(file: File) -> None:
    """Cut all that was read from a file into pieces that do not refer to each other. Nobody may need it any more.

    Then Python frees it at once. Otherwise its collector would have to look for it among all objects of the process.
    """
    known: ScopeMap | None = file.readings.get(ScopeMap)
    scopes = () if known is None else tuple(known.root.inward())
    file.readings.clear()
    for scope in scopes:
        vars(scope).clear()


def root_of(file: File) -> Scope:
    """The module's own scope."""
    return scopes_of(file).root


def _parts(node: FunctionNode | ast.ClassDef) -> tuple[Iterable[ast.AST], Iterable[ast.AST]]:
    """The nodes inside the scope that a node opens, and those that are evaluated in the scope around it."""
    if isinstance(node, ast.Lambda):
        return [node.body], [node.args]
    return node.body, children_outside_body(node)


def plain_parameters(node: FunctionNode) -> list[ast.arg]:
    return [*node.args.posonlyargs, *node.args.args]


def names_of(node: FunctionNode) -> list[ast.arg]:
    """All parameters but the starred ones."""
    return [*plain_parameters(node), *node.args.kwonlyargs]
