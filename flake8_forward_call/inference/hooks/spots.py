"""What takes hooks: torch's methods that register a hook, the tables of hooks, and which of them an expression is.

See https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html, and torch/nn/modules/module.py for the tables.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, TypeGuard
from weakref import WeakKeyDictionary

from flake8_forward_call.inference.syntax.bindings import Assigned, Imported, Iterated
from flake8_forward_call.inference.syntax.references import last_name
from flake8_forward_call.inference.usage.origins import bound

if TYPE_CHECKING:
    from flake8_forward_call.inference.evaluating.evaluate import Evaluator
    from flake8_forward_call.inference.project.project import File
    from flake8_forward_call.inference.syntax.scopes import Scope

Placed: TypeAlias = "tuple[ast.expr, Scope]"


@dataclass(frozen=True, slots=True)
class Sort:
    """When the hooks of a method or table run: in each call or only backwards, of one module or of all."""

    is_backward: bool = False
    on_all: bool = False


MAKERS = {
    "register_forward_hook": Sort(),
    "register_forward_pre_hook": Sort(),
    "register_full_backward_hook": Sort(is_backward=True),
    "register_full_backward_pre_hook": Sort(is_backward=True),
    "register_backward_hook": Sort(is_backward=True),
    "register_module_forward_hook": Sort(on_all=True),
    "register_module_forward_pre_hook": Sort(on_all=True),
    "register_module_full_backward_hook": Sort(is_backward=True, on_all=True),
    "register_module_full_backward_pre_hook": Sort(is_backward=True, on_all=True),
    "register_module_backward_hook": Sort(is_backward=True, on_all=True),
}
TABLES = {
    "_forward_hooks": Sort(),
    "_forward_pre_hooks": Sort(),
    "_backward_hooks": Sort(is_backward=True),
    "_backward_pre_hooks": Sort(is_backward=True),
    "_global_forward_hooks": Sort(on_all=True),
    "_global_forward_pre_hooks": Sort(on_all=True),
    "_global_backward_hooks": Sort(is_backward=True, on_all=True),
    "_global_backward_pre_hooks": Sort(is_backward=True, on_all=True),
}

# How many times a bound method is followed from name to name within a file.
_MAX_NAMES = 4


@dataclass(frozen=True, slots=True)
class Spot:
    """A method that registers, or a table, by the sort of its hooks and its owner."""

    sort: Sort
    owner: Placed | None
    is_certain: bool = True


class Spots:
    """Finds the methods and tables of hooks in the expressions of one file."""

    def __init__(self, ev: Evaluator, file: File) -> None:
        self._ev = ev
        self._carriers = _carriers_in(file)  # Names and attributes to which hook methods are assigned.

    def may_give(self, callee: ast.expr) -> bool:
        """Whether it may be worth evaluating a callee."""
        match callee:
            case ast.Attribute(attr=name) | ast.Name(id=name):
                return name in MAKERS or name in self._carriers
            case _:
                return True

    def of(self, node: ast.expr, scope: Scope, names: dict[str, Sort], depth: int = 0) -> Iterator[Spot]:
        """Yield each method or table with one of these names that an expression can be."""
        if depth > _MAX_NAMES:
            return
        match node:
            case (
                ast.Attribute(value=owner, attr=name)
                | ast.Subscript(
                    value=ast.Attribute(value=owner, attr="__dict__")
                    | ast.Call(func=ast.Name(id="vars"), args=[owner]),
                    slice=ast.Constant(value=str(name)),
                )
            ) if name in names:
                yield Spot(names[name], _not_super(owner, scope))
            case ast.Call(func=ast.Name(id="getattr"), args=[owner, key, *_]):
                yield from self._by_text(owner, key, scope, names, depth)
            case ast.Name(id=name) | ast.Attribute(attr=name) if name in self._carriers or name in names:
                for binding in bound(self._ev, node, scope):
                    match binding:
                        case Imported(name=str(imported)) if imported in names:
                            yield Spot(names[imported], None)
                        case Assigned(value=value) | Iterated(iterable=value):
                            yield from self.of(value, binding.scope, names, depth + 1)
            case ast.Call(args=[inner, *_]) if last_name(node.func) == "partial":
                yield from self.of(inner, scope, names, depth + 1)
            case ast.IfExp() | ast.BoolOp() | ast.Subscript() | ast.Tuple() | ast.List() | ast.Dict():
                for part in ast.iter_child_nodes(node):
                    if isinstance(part, ast.expr):
                        yield from self.of(part, scope, names, depth + 1)

    def _by_text(
        self, owner: ast.expr, key: ast.expr, scope: Scope, names: dict[str, Sort], depth: int
    ) -> Iterator[Spot]:
        """Yield what ``getattr(owner, key)`` can return."""
        texts = list(self._texts(key, scope, depth))
        for text in texts:
            if text is not None and text in names:
                yield Spot(names[text], (owner, scope))
            elif text is not None and any(re.fullmatch(text, name) for name in names):
                yield Spot(Sort(), (owner, scope), is_certain=False)
        if None in texts and names is MAKERS:
            yield Spot(Sort(), (owner, scope), is_certain=False)

    def _texts(self, node: ast.expr, scope: Scope, depth: int) -> Iterator[str | None]:
        """Yield each value that a string can have, as a pattern if a part is unknown, None if it is unknown."""
        match node:
            case ast.Constant(value=str(text)):
                yield text
            case ast.JoinedStr(values=parts):
                yield "".join(re.escape(str(one.value)) if isinstance(one, ast.Constant) else ".*" for one in parts)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                yield "".join(
                    re.escape(one.value) if isinstance(one, ast.Constant) and isinstance(one.value, str) else ".*"
                    for one in (left, right)
                )
            case ast.IfExp(body=first, orelse=second):
                yield from self._texts(first, scope, depth + 1)
                yield from self._texts(second, scope, depth + 1)
            case ast.Tuple(elts=several) | ast.List(elts=several):
                for one in several:
                    yield from self._texts(one, scope, depth + 1)
            case ast.Name() if depth < _MAX_NAMES:
                bindings = bound(self._ev, node, scope)
                for binding in bindings:
                    match binding:
                        case Assigned(value=value, path=()) | Iterated(iterable=value, path=()):
                            yield from self._texts(value, binding.scope, depth + 1)
                        case _:
                            yield None
                if not bindings:
                    yield None
            case _:
                yield None

    def handed(self, node: ast.expr, scope: Scope) -> Iterator[Spot]:
        """Yield the method in an argument: ``map(net.register_forward_hook, hooks)``, or its name as a string."""
        match node:
            case ast.Attribute(value=owner, attr=name) if name in MAKERS:
                yield Spot(MAKERS[name], (owner, scope))
            case ast.Constant(value=str(name)) if name in MAKERS:
                yield Spot(MAKERS[name], None)


def _not_super(owner: ast.expr, scope: Scope) -> Placed | None:
    """The owner of a method; for ``super()``, a use of ``self`` elsewhere in the enclosing method."""
    match owner:
        case ast.Call(func=ast.Name(id="super")):
            own = scope.positional[:1]
            selves = (one for one in ast.walk(scope.node) if isinstance(one, ast.Name) and [one.id] == own)
            found = next(selves, None)
            return None if found is None else (found, scope)
        case _:
            return owner, scope


_CARRIERS: WeakKeyDictionary[File, frozenset[str]] = WeakKeyDictionary()


def _carriers_in(file: File) -> frozenset[str]:
    """What ``_carriers`` yields for a file. Each file is read once."""
    found = _CARRIERS.get(file)
    if found is None:
        found = _CARRIERS[file] = frozenset(_carriers(file.tree))
    return found


def _carriers(tree: ast.Module) -> Iterator[str]:
    """Yield the names and attributes to which something that mentions hooks is assigned."""
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=targets, value=value):
                pass
            case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
                targets = [target]
            case ast.AnnAssign(target=target, value=ast.expr() as value) | ast.NamedExpr(target=target, value=value):
                targets = [target]
            case ast.alias(name=name, asname=str(known)) if name in MAKERS or name in TABLES:
                yield known
                continue
            case _:
                continue
        if any(_speaks(one) for one in ast.walk(value)):
            parts = (part for target in targets for part in ast.walk(target))
            yield from (part.id if isinstance(part, ast.Name) else part.attr for part in parts if is_name(part))


def _speaks(node: ast.AST) -> bool:
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name) | ast.Constant(value=str(name)):
            return "_hook" in name
        case _:
            return False


def is_name(node: ast.AST) -> TypeGuard[ast.Name | ast.Attribute]:
    return isinstance(node, (ast.Name, ast.Attribute))
