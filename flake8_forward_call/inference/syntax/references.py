"""Where names are used in a file, and how: called, as a decorator, or passed on as a value."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.syntax.scopes import Scope, root_of, scopes_of
from flake8_forward_call.sources.rows import Rows
from flake8_forward_call.sources.trees import children, covers_any

Definition: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True, slots=True, eq=False)
class Called:
    """A call; or a decorator, which is a call that passes the ``definition`` under it."""

    callee: ast.expr
    scope: Scope
    call: ast.Call | None
    definition: Definition | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Handed:
    """A name or call whose value goes elsewhere: stored, returned, or passed to the call ``given_to``."""

    node: ast.Name | ast.Attribute | ast.Call | ast.Lambda
    scope: Scope
    is_returned: bool
    given_to: ast.Call | None


@dataclass(frozen=True, slots=True, eq=False)
class Stored:
    """``owner.name = value``, or the same by a call; no value if it is unpacked or comes from a loop."""

    owner: ast.expr
    value: ast.expr | None
    scope: Scope


# A file that is asked for more names is read as a whole.
_MAX_NAMES = 40

# Nodes that do not call, store or pass on anything themselves. Two of three nodes are such, so they are skipped first.
_SILENT = frozenset(
    {
        ast.Assert,
        ast.AugAssign,
        ast.BinOp,
        ast.BoolOp,
        ast.Expr,
        ast.For,
        ast.FormattedValue,
        ast.If,
        ast.IfExp,
        ast.Import,
        ast.JoinedStr,
        ast.Module,
        ast.Raise,
        ast.Slice,
        ast.Starred,
        ast.Try,
        ast.UnaryOp,
        ast.While,
        ast.With,
        ast.arg,
        ast.comprehension,
        ast.keyword,
        ast.withitem,
    }
)


class References:
    """How a file uses names, by the last part of each: ``f`` for ``m.f(x)``, ``f(x)(y)`` and ``f[x](y)``.

    ``rows``: only statements on one of these rows are read.
    """

    def __init__(self, file: File, rows: Sequence[int] | None = None) -> None:
        self.called: dict[str, list[Called]] = {}
        self.handed: dict[str, list[Handed]] = {}  # The names themselves.
        self.given: dict[str, list[Handed]] = {}  # The results of calling them.
        self.stored: dict[str, list[Stored]] = {}
        self.aliases: dict[str, dict[str, None]] = {}  # For each name, those that it is imported as or assigned to.
        self._opened = scopes_of(file).opened
        self._seen: set[int] = set()  # What was already handled from outside: tuples, lists, targets.
        todo: list[tuple[ast.AST, Scope]] = [(file.tree, root_of(file))]
        while todo:
            node, scope = todo.pop()
            if type(node) is ast.Name:
                continue
            if rows is not None and isinstance(node, ast.stmt) and not covers_any(node, rows):
                continue
            inner = self._opened.get(id(node), scope)
            if type(node) not in _SILENT:
                self._note(node, scope, inner)
            if inner is scope:
                todo.extend([(child, scope) for child in children(node)])
                continue
            outside = set(map(id, _outside(node)))
            todo.extend((child, scope if id(child) in outside else inner) for child in children(node))

    def names_for(self, name: str) -> Iterator[str]:
        """Yield the name and its aliases in this file."""
        yield name
        yield from self.aliases.get(name, ())

    def _note(self, node: ast.AST, scope: Scope, inner: Scope) -> None:
        match node:
            case ast.ImportFrom(names=imported):
                for alias in imported:
                    if alias.asname:
                        self.aliases.setdefault(alias.name, {})[alias.asname] = None
            case ast.Call():
                self._call(node, scope)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                for decorator in node.decorator_list:
                    self._called(Called(decorator, scope, None, node))
            case ast.Return(value=value) | ast.Yield(value=value):
                self._hand(value, scope, is_returned=isinstance(node, ast.Return))
            case ast.Assign(targets=targets, value=value):
                names = [target.id for target in targets if isinstance(target, ast.Name)]
                if isinstance(value, (ast.Name, ast.Attribute)) and len(names) == len(targets) and not scope.is_class:
                    self.aliases.setdefault(last_name(value) or "", {}).update(dict.fromkeys(names))
                else:
                    self._hand(value, scope)
                for target in targets:
                    self._store(target, value, scope)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self._hand(value, scope)
                self._store(target, value, scope)
            case ast.Attribute(ctx=ast.Store(), value=owner, attr=name) if id(node) not in self._seen:
                self.stored.setdefault(name, []).append(Stored(owner, None, scope))
            case ast.Compare(comparators=values):
                self._pass_over(values)
            case ast.Subscript(slice=value) | ast.ExceptHandler(type=ast.expr() as value):  # `Union[A, B]`
                self._pass_over([value])
            case _:
                for value in _values(node):
                    self._hand(value, inner)

    def _call(self, node: ast.Call, scope: Scope) -> None:
        self._called(Called(node.func, scope, node))
        match node.func:
            case ast.Attribute(value=ast.Name() | ast.Attribute() as inner, attr="__call__"):
                self._called(Called(inner, scope, node))
            case ast.Attribute(value=inner, attr="__get__"):
                self._hand(inner, scope, given_to=node)
        for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
            self._hand(argument, scope, given_to=node)
        match node:
            case (
                ast.Call(
                    func=ast.Name(id="setattr") | ast.Attribute(attr="__setattr__"),
                    args=[owner, ast.Constant(value=str(name)), value],
                )
                | ast.Call(
                    func=ast.Attribute(value=owner, attr="__setattr__" | "add_module" | "register_module"),
                    args=[ast.Constant(value=str(name)), value],
                )
            ):
                self.stored.setdefault(name, []).append(Stored(owner, value, scope))

    def _called(self, called: Called) -> None:
        name = asked_name(called.callee) or last_name(called.callee)
        if name is not None:
            self.called.setdefault(name, []).append(called)

    def _hand(
        self, node: ast.expr | None, scope: Scope, *, is_returned: bool = False, given_to: ast.Call | None = None
    ) -> None:
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                self.handed.setdefault(name, []).append(Handed(node, scope, is_returned, given_to))
            case ast.Call():
                asked = asked_name(node)
                if asked is not None:
                    self.handed.setdefault(asked, []).append(Handed(node, scope, is_returned, given_to))
                made_by = last_name(node.func)
                if made_by is not None:
                    self.given.setdefault(made_by, []).append(Handed(node, scope, is_returned, given_to))
            case ast.IfExp() | ast.BoolOp():
                for value in [node.body, node.orelse] if isinstance(node, ast.IfExp) else node.values:
                    self._hand(value, scope, is_returned=is_returned, given_to=given_to)
            case ast.Tuple(elts=values) | ast.List(elts=values) if id(node) not in self._seen:
                self._seen.add(id(node))
                for value in values:
                    self._hand(value, scope, given_to=given_to)

    def _pass_over(self, nodes: list[ast.expr]) -> None:
        for node in nodes:
            if isinstance(node, (ast.Tuple, ast.List)):
                self._seen.add(id(node))
                self._pass_over(node.elts)

    def _store(self, target: ast.expr, value: ast.expr, scope: Scope) -> None:
        if isinstance(target, ast.Attribute):
            self._seen.add(id(target))
            self.stored.setdefault(target.attr, []).append(Stored(target.value, value, scope))


def references_of(file: File) -> References:
    """How a file uses names."""
    found: References | None = file.readings.get(References)
    if found is None:
        found = file.readings[References] = References(file)
    return found


def references_to(file: File, name: str) -> References:
    """The same for one name. Cheaper, because only the statements that mention it are read.

    Most files are asked for very few names.
    """
    if file.text is None or References in file.readings:
        return references_of(file)
    found: dict[str, References] = file.readings.setdefault(references_to, {})
    if name not in found:
        lines = file.readings.get(Rows)
        if lines is None:
            lines = file.readings[Rows] = Rows(file.text)
        rows = lines.mentioning(name)
        if rows is None or len(found) >= _MAX_NAMES:
            return references_of(file)
        found[name] = References(file, rows)
    return found[name]


def _values(node: ast.AST) -> list[ast.expr]:
    """The parts of an expression whose values it stores or returns."""
    match node:
        case ast.Tuple(elts=values, ctx=ast.Load()) | ast.List(elts=values, ctx=ast.Load()) | ast.Set(elts=values):
            return [node] if isinstance(node, (ast.Tuple, ast.List)) else values
        case ast.Dict(keys=keys, values=values):
            return [one for one in (*keys, *values) if one is not None]
        case ast.NamedExpr(value=value) | ast.Lambda(body=value):
            return [value]
        case ast.ListComp(elt=value) | ast.SetComp(elt=value) | ast.GeneratorExp(elt=value):
            return [value]
        case ast.DictComp(key=key, value=value):
            return [key, value]
        case ast.arguments(defaults=defaults, kw_defaults=others):
            return [*defaults, *(one for one in others if one is not None)]
        case _:
            return []


def _outside(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what is evaluated outside the scope that a node opens: its decorators, bases, defaults, annotations."""
    body = getattr(node, "body", ())
    inside = {id(one) for one in (body if isinstance(body, list) else [body])}
    return (child for child in children(node) if id(child) not in inside)


def asked_name(node: ast.expr) -> str | None:
    """The name in ``getattr(x, "name")`` and ``vars(x)["name"]``; None for anything else."""
    match node:
        case ast.Call(func=ast.Name(id="getattr"), args=[_, ast.Constant(value=str(name)), *_]):
            return name
        case ast.Subscript(value=table, slice=ast.Constant(value=str(name))) if any(True for _ in owner_of(table)):
            return name
        case _:
            return None


def last_name(node: ast.expr) -> str | None:
    """The name that an expression ends with, ignoring calls and subscripts; None if it has none."""
    while True:
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                return name
            case ast.Call(func=inner) | ast.Subscript(value=inner):
                node = inner
            case _:
                return None


def owner_of(table: ast.expr) -> Iterator[ast.expr | None]:
    """Yield the owner of a dict of attributes: ``x`` for ``x.__dict__`` and ``vars(x)``, None for ``globals()``."""
    match table:
        case ast.Attribute(value=owner, attr="__dict__") | ast.Call(func=ast.Name(id="vars"), args=[owner]):
            yield owner
        case ast.Call(func=ast.Name(id="globals" | "vars"), args=[]):
            yield None
