"""Where Python code iterates in an order that differs between processes, as far as its text shows.

A set has the order of its hashes, and the hashes of strings depend on PYTHONHASHSEED. A folder is listed in any order.
``id()`` and ``hash()`` give different numbers each time. Displays, calls, operators and annotations show what is a set:
for names in the same function, for attributes and functions in the whole package.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

# A word for sets anywhere in an annotation, also in `dict[str, set[str]]`.
_SET = re.compile(r"\b(set|frozenset|Set|AbstractSet|MutableSet|KeysView)\b")

_MAKERS = {"set", "frozenset"}
_METHODS = {"union", "intersection", "difference", "symmetric_difference", "copy"}
_OF_VALUES = {"get", "setdefault", "pop", "values", "items"}

# Functions whose result does not depend on the order. With a key, `min` and `max` return the first of equals.
_INDIFFERENT = {"all", "any", "frozenset", "len", "max", "min", "set", "sorted", "sum"}

# Functions that return the elements of their argument in order.
_TAKERS = {"dict", "enumerate", "filter", "fromkeys", "iter", "join", "list", "map", "max", "min", "next", "reversed",
           "tuple", "zip", "extend", "deque"}  # fmt: skip

_LISTINGS = {"glob", "iglob", "iterdir", "listdir", "rglob", "scandir", "walk"}


@dataclass(slots=True)
class Known:
    """Names of attributes, functions and variables that are or return sets. Private ones only count in their module."""

    attributes: set[str] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)
    variables: set[str] = field(default_factory=set)

    def learn(self, tree: ast.Module) -> None:
        """Add the sets of a module. A second pass may find more, because one name may be assigned to another."""
        for node in ast.walk(tree):
            match node:
                case ast.AnnAssign(target=ast.Attribute(attr=name), annotation=annotation) if _says_set(annotation):
                    self.attributes.add(name)
                case ast.FunctionDef(name=name, returns=ast.expr() as annotation) if _says_set(annotation):
                    is_property = any(ast.unparse(one).endswith("property") for one in node.decorator_list)
                    (self.attributes if is_property else self.functions).add(name)
                case ast.ClassDef(body=body):
                    for statement in body:
                        self._learn_statement(statement, self.attributes)
        for statement in tree.body:
            self._learn_statement(statement, self.variables)

    def _learn_statement(self, statement: ast.stmt, names: set[str]) -> None:
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation) if _says_set(annotation):
                names.add(name)
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if _is_set(value, self):
                names.add(name)

    def public(self) -> Known:
        """The names that other modules may use."""
        return Known(*({name for name in names if not name.startswith("_")} for names in self._all()))

    def __or__(self, other: Known) -> Known:
        return Known(*(own | theirs for own, theirs in zip(self._all(), other._all(), strict=True)))

    def _all(self) -> tuple[set[str], set[str], set[str]]:
        return self.attributes, self.functions, self.variables


def faults_of(trees: Iterable[ast.Module]) -> Iterator[tuple[ast.Module, int, str]]:
    """Yield each such location in modules that may use each other: the module, the row, and the code there."""
    trees = list(trees)
    everywhere = Known()
    own: dict[int, Known] = {}
    for _ in range(2):
        for tree in trees:
            known = everywhere | own.get(id(tree), Known())
            known.learn(tree)
            own[id(tree)] = known
            everywhere |= known.public()
    for tree in trees:
        for row, text in sorted(_faults(tree, own[id(tree)] | everywhere)):
            yield tree, row, text


def _faults(tree: ast.Module, known: Known) -> Iterator[tuple[int, str]]:
    parents = {id(child): node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for nodes, own in _functions(tree, known):
        for node in nodes:
            for taken in _taken(node):
                if _is_set(taken, own) and not _is_indifferent(node, parents):
                    yield taken.lineno, ast.unparse(taken)
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=owner, attr=name)) if name in _LISTINGS:
                if not (ast.unparse(owner) == "ast" or _is_ordered(node, parents)):
                    yield node.lineno, ast.unparse(node)
            case ast.keyword(arg="key", value=ast.Name(id="id" | "hash") as value):
                yield value.lineno, f"key={value.id}"
            case ast.keyword(arg="key", value=ast.Lambda(body=body)):
                for inner in ast.walk(body):
                    match inner:
                        case ast.Call(func=ast.Name(id="id" | "hash")):
                            yield inner.lineno, ast.unparse(inner)


def _says_set(annotation: ast.expr) -> bool:
    return _SET.search(ast.unparse(annotation)) is not None


def _functions(tree: ast.Module, known: Known) -> Iterator[tuple[list[ast.AST], Known]]:
    """Yield the nodes of the module and of each function, with the names of sets there."""
    yield list(_inside(tree)), known
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            nodes = list(_inside(node))
            yield nodes, _own_sets(node, nodes, known)


def _own_sets(function: ast.FunctionDef | ast.AsyncFunctionDef, nodes: list[ast.AST], known: Known) -> Known:
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    annotated = {one.arg for one in arguments if one.annotation is not None and _says_set(one.annotation)}
    bound = {one.id for one in nodes if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
    hidden = bound | {one.arg for one in arguments}
    own = Known(known.attributes, known.functions, (known.variables - hidden) | annotated)
    for _ in range(2):  # In a loop, a name may get a set from another name that is bound further down.
        for node in _inside(function):
            match node:
                case ast.Assign(targets=targets, value=value):
                    for target in targets:
                        own.variables |= set(_sets_of(target, value, own))
                case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation) if _says_set(annotation):
                    own.variables.add(name)
                case ast.NamedExpr(target=ast.Name(id=name), value=value) if _is_set(value, own):
                    own.variables.add(name)
    return own


def _sets_of(target: ast.expr, value: ast.expr, known: Known) -> Iterator[str]:
    match target, value:
        case ast.Name(id=name), _ if _is_set(value, known):
            yield name
        case ast.Tuple(elts=targets), ast.Tuple(elts=values) if len(targets) == len(values):
            for one, given in zip(targets, values, strict=True):
                yield from _sets_of(one, given, known)


def _inside(function: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a function except those of nested functions, which are checked separately."""
    todo = list(ast.iter_child_nodes(function))
    while todo:
        node = todo.pop()
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            todo += ast.iter_child_nodes(node)


def _is_set(node: ast.expr, known: Known) -> bool:
    """Whether an expression is a set, or a container of sets."""
    match node:
        case ast.Set() | ast.SetComp():
            return True
        case ast.Name(id=name):
            return name in known.variables
        case ast.Attribute(attr=name):
            return name in known.attributes
        case ast.Subscript(value=value):
            return _is_set(value, known)
        case ast.Call(func=ast.Subscript(value=ast.Name(id=name))):  # `set[str]()`
            return name in _MAKERS
        case ast.Call(func=ast.Name(id=name)):
            return name in _MAKERS or name in known.functions
        case ast.Call(func=ast.Attribute(value=owner, attr=name)):
            return name in known.functions or (name in _METHODS | _OF_VALUES and _is_set(owner, known))
        case ast.BinOp(left=left, op=ast.BitOr() | ast.BitAnd() | ast.Sub() | ast.BitXor(), right=right):
            return any(map(_is_keys, (left, right))) or _is_set(left, known) or _is_set(right, known)
        case ast.IfExp(body=body, orelse=orelse):
            return _is_set(body, known) or _is_set(orelse, known)
        case ast.BoolOp(values=values):
            return any(_is_set(one, known) for one in values)
        case _:
            return False


def _is_keys(node: ast.expr) -> bool:
    """Whether it is ``d.keys()``, which is ordered alone, but gives a set in an operation with another."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("keys", "items")


def _taken(node: ast.AST) -> Iterable[ast.expr]:
    """The expressions over which a node iterates."""
    match node:
        case (
            ast.For(iter=value) | ast.AsyncFor(iter=value) | ast.comprehension(iter=value) | ast.YieldFrom(value=value)
        ):
            return [value]
        case ast.Starred(value=value):
            return [value]
        case ast.Call(func=ast.Name(id="min" | "max"), keywords=[]):
            return []
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=arguments) if name in _TAKERS:
            return arguments
        case ast.AugAssign(op=ast.Add(), value=value):
            return [value]
        case ast.Assign(targets=[ast.Tuple(elts=[_, _, *_])], value=value):
            return [value]
        case _:
            return []


def _is_indifferent(node: ast.AST, parents: dict[int, ast.AST]) -> bool:
    """Whether the order of an iteration has no effect, because it goes into another set, ``any`` or ``sorted``."""
    while True:
        outer = parents.get(id(node))
        match outer:
            case ast.SetComp() | ast.Set():
                return True
            case ast.GeneratorExp() | ast.Starred() | ast.Tuple() | ast.List() | ast.ListComp():
                node = outer
            case ast.Call(func=ast.Name(id="min" | "max"), keywords=[_, *_]):
                return False
            case ast.Call(func=ast.Name(id=name)) if name in _INDIFFERENT:
                return True
            case ast.Call(func=ast.Name(id="map" | "filter" | "list" | "tuple" | "iter")):
                node = outer
            case ast.Call(func=ast.Attribute(attr="isdisjoint" | "issubset" | "issuperset" | "update" | "union")):
                # Methods of a set. The `update` of a dict takes a mapping, or `dict.fromkeys`, which has its own check.
                return True
            case _:
                return False


def _is_ordered(node: ast.AST, parents: dict[int, ast.AST]) -> bool:
    """Whether a listing is sorted at once, or its order has no effect."""
    outer = parents.get(id(node))
    match outer:
        case ast.Call(func=ast.Name(id=name)) if name in _INDIFFERENT:
            return True
        case ast.comprehension():
            made = parents[id(outer)]
            return isinstance(made, ast.SetComp) or _is_indifferent(outer, parents)
        case ast.withitem(optional_vars=ast.Name(id=name)):
            block = parents[id(outer)]
            names = [one for one in ast.walk(block) if isinstance(one, ast.Name) and one.id == name]
            reads = [one for one in names if isinstance(one.ctx, ast.Load)]
            return all(_is_ordered(one, parents) for one in reads)
        case _:
            return False
