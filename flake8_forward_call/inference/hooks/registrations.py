"""Which functions a file registers as hooks of modules, and on which modules, in any way that the source shows.

See https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html, and torch/nn/modules/module.py for the tables.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias, TypeGuard

from flake8_forward_call.inference.hooks.attaching import LAZY_CLASS
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.bindings import Assigned, Imported, Iterated
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.syntax.references import last_name, references_of
from flake8_forward_call.inference.syntax.scopes import Scope, root_of, scopes_of
from flake8_forward_call.inference.types import ClassObject, Function, KnownFunction, alternatives

Definition: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
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
_TABLES = {
    "_forward_hooks": Sort(),
    "_forward_pre_hooks": Sort(),
    "_backward_hooks": Sort(is_backward=True),
    "_backward_pre_hooks": Sort(is_backward=True),
    "_global_forward_hooks": Sort(on_all=True),
    "_global_forward_pre_hooks": Sort(on_all=True),
    "_global_backward_hooks": Sort(is_backward=True, on_all=True),
    "_global_backward_pre_hooks": Sort(is_backward=True, on_all=True),
}

# The words to search for in the project's text, each with another text that such a file contains: without an import, a
# file has no module to register on. The last three are for computed names, and for what PyTorch registers itself.
WORDS = (
    ("import", "forward_hook"),
    ("import", "forward_pre_hook"),
    *((name, "") for name in MAKERS if name.startswith("register_full")),
    ("register_backward_hook", ""),
    *((name, "") for name in _TABLES if "backward" in name),
    ("getattr", '"register_'),
    ("getattr", "'register_"),
    ("LazyModuleMixin", ""),
)

# Names with "hook" that are not hooks of a module's call: those of tensors, optimizers, communication, saving.
_OTHERS = re.compile(r"register_hook|.*(state_dict|step|comm|grad|registration|accumulate).*")

# The methods that fill a table.
_FILLERS = frozenset({"update", "setdefault", "__setitem__"})

# What the hook of a lazy module calls to create its parameters (torch/nn/modules/lazy.py).
_LAZY_HOOKS = frozenset({"initialize_parameters", "_infer_parameters"})

# How many times a bound method is followed from name to name within a file.
_MAX_NAMES = 4

# The minimum and maximum number of a hook's parameters: the module, its arguments, keywords, output.
_FEWEST, _MOST = 2, 4


@dataclass(frozen=True, slots=True, eq=False)
class Registration:
    """A function that is registered as a hook or, if not ``is_certain``, passed to what may register it.

    ``target`` is the module. None means all modules, if the sort says so, or an unknown one. A function that is
    ``handed_to`` something is a hook only if nothing is known about that.
    """

    hook: ast.expr | Definition
    scope: Scope
    target: Placed | None
    sort: Sort
    is_certain: bool = True
    handed_to: ast.expr | None = None


@dataclass(frozen=True, slots=True)
class _Spot:
    """A method that registers, or a table, by the sort of its hooks and its owner."""

    sort: Sort
    owner: Placed | None
    is_certain: bool = True

    def takes(self, hook: ast.expr | Definition, scope: Scope) -> Registration:
        return Registration(hook, scope, None if self.sort.on_all else self.owner, self.sort, self.is_certain)


def speaks_of_hooks(file: File) -> bool:
    """Whether a file calls something with "hook" in its name: for a text that is not a file of the project."""
    return any("hook" in name for name in scopes_of(file).method_calls)


def registrations(asked: Questions, file: File) -> Iterator[Registration]:
    """Yield what a file registers. Raises OutOfBudget."""
    return _Reader(asked, file).read()


def has_shape_of_hook(scope: Scope, skipped: int = 0) -> bool:
    """Whether a function can be called with a module, its arguments, and at most its output and keywords."""
    given = scope.node.args  # type: ignore[union-attr]
    names = scope.positional[skipped:]
    required = len(names) - min(len(given.defaults), len(names))
    return required <= _MOST and (len(names) >= _FEWEST or given.vararg is not None)


class _Reader:
    """Reads the registrations of one file."""

    def __init__(self, asked: Questions, file: File) -> None:
        self._asked = asked
        self._file = file
        self._carriers = frozenset(_carriers(file.tree))  # Names and attributes to which hook methods are assigned.

    def read(self) -> Iterator[Registration]:
        for scope in root_of(self._file).inward():
            for call in sorted(scope.calls, key=lambda one: (one.lineno, one.col_offset)):
                yield from self._by_call(call, scope)
            for store in scope.item_stores:
                yield from self._by_item(store, scope)
            if isinstance(scope.node, Definition) and scope.parent is not None:
                for decorator in scope.node.decorator_list:
                    for spot in self._spots(decorator, scope.parent, MAKERS):
                        yield spot.takes(scope.node, scope.parent)
        for scope in scopes_of(self._file).classes:
            yield from self._of_lazy(scope)
        for name, sort in _TABLES.items():
            for stored in references_of(self._file).stored.get(name, ()):
                if stored.value is not None:
                    spot = _Spot(sort, (stored.owner, stored.scope))
                    yield from (spot.takes(one, stored.scope) for one in _held_in(stored.value))

    def _of_lazy(self, scope: Scope) -> Iterator[Registration]:
        """Yield the method of a lazy class that PyTorch's own forward pre-hook calls on the module."""
        for method in scope.children:
            is_called = isinstance(method.node, Definition) and method.node.name in _LAZY_HOOKS
            if is_called and self._asked.hierarchy.derives_from(self._asked.source_class(scope), LAZY_CLASS):
                assert isinstance(method.node, Definition)
                own = next(
                    (
                        one
                        for one in ast.walk(method.node)
                        if _is_name(one) and [last_name(one)] == method.positional[:1]
                    ),
                    None,
                )
                yield Registration(method.node, scope, None if own is None else (own, method), Sort())

    def _by_call(self, call: ast.Call, scope: Scope) -> Iterator[Registration]:
        given = [*call.args, *(one.value for one in call.keywords)]
        spots = list(self._spots(call.func, scope, MAKERS)) if self._may_give(call.func) else []
        for spot in spots:
            if (
                len(call.args) > 1 and spot.owner is not None and self._is_class(*spot.owner)
            ):  # nn.Module.register_forward_hook(net, hook)
                of_first = replace(spot, owner=(given[0], scope) if given else None)
                yield from (of_first.takes(one, scope) for one in given[1:2])
            else:
                yield from (spot.takes(one, scope) for one in _hook_among(call))
        if spots:
            return
        match call.func:
            case ast.Attribute(value=table, attr=name) if name in _FILLERS:
                for spot in self._spots(table, scope, _TABLES):
                    for value in given[-1:]:
                        yield from (spot.takes(one, scope) for one in _held_in(value))
                return
        handed = [spot for one in given for spot in self._handed(one, scope)]
        if not handed and (not _says_hook(call) or last_name(call.func) in scopes_of(self._file).named):
            return
        for spot in handed or [_Spot(Sort(), None)]:
            for one in (one for value in given for one in _held_in(value)):
                doubtful = replace(spot, is_certain=False).takes(one, scope)
                yield doubtful if handed else replace(doubtful, handed_to=call.func)

    def _by_item(self, store: ast.Assign | ast.AugAssign, scope: Scope) -> Iterator[Registration]:
        """Yield what ``net._forward_hooks[0] = hook`` and ``net._forward_hooks |= {0: hook}`` register."""
        tables = [store.target] if isinstance(store, ast.AugAssign) else store.targets
        for target in tables:
            table = target.value if isinstance(target, ast.Subscript) else target
            for spot in self._spots(table, scope, _TABLES):
                yield from (spot.takes(one, scope) for one in _held_in(store.value))

    def _may_give(self, callee: ast.expr) -> bool:
        """Whether it may be worth evaluating a callee."""
        match callee:
            case ast.Attribute(attr=name) | ast.Name(id=name):
                return name in MAKERS or name in self._carriers
            case _:
                return True

    def _is_class(self, node: ast.expr, scope: Scope) -> bool:
        return any(isinstance(one, ClassObject) for one in alternatives(self._asked.expression(node, scope)))

    def _spots(self, node: ast.expr, scope: Scope, names: dict[str, Sort], depth: int = 0) -> Iterator[_Spot]:
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
                yield _Spot(names[name], _not_super(owner, scope))
            case ast.Call(func=ast.Name(id="getattr"), args=[owner, key, *_]):
                yield from self._by_text(owner, key, scope, names, depth)
            case ast.Name(id=name) | ast.Attribute(attr=name) if name in self._carriers or name in names:
                for binding in self._asked.bound(node, scope):
                    match binding:
                        case Imported(name=str(imported)) if imported in names:
                            yield _Spot(names[imported], None)
                        case Assigned(value=value) | Iterated(iterable=value):
                            yield from self._spots(value, binding.scope, names, depth + 1)
            case ast.Call(args=[inner, *_]) if last_name(node.func) == "partial":
                yield from self._spots(inner, scope, names, depth + 1)
            case ast.IfExp() | ast.BoolOp() | ast.Subscript() | ast.Tuple() | ast.List() | ast.Dict():
                for part in ast.iter_child_nodes(node):
                    if isinstance(part, ast.expr):
                        yield from self._spots(part, scope, names, depth + 1)

    def _by_text(
        self, owner: ast.expr, key: ast.expr, scope: Scope, names: dict[str, Sort], depth: int
    ) -> Iterator[_Spot]:
        """Yield what ``getattr(owner, key)`` can return."""
        texts = list(self._texts(key, scope, depth))
        for text in texts:
            if text is not None and text in names:
                yield _Spot(names[text], (owner, scope))
            elif text is not None and any(re.fullmatch(text, name) for name in names):
                yield _Spot(Sort(), (owner, scope), is_certain=False)
        if None in texts and names is MAKERS:
            yield _Spot(Sort(), (owner, scope), is_certain=False)

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
                bindings = self._asked.bound(node, scope)
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

    def _handed(self, node: ast.expr, scope: Scope) -> Iterator[_Spot]:
        """Yield the method in an argument: ``map(net.register_forward_hook, hooks)``, or its name as a string."""
        match node:
            case ast.Attribute(value=owner, attr=name) if name in MAKERS:
                yield _Spot(MAKERS[name], (owner, scope))
            case ast.Constant(value=str(name)) if name in MAKERS:
                yield _Spot(MAKERS[name], None)


def may_be_unread(asked: Questions, one: Registration) -> bool:
    """Whether nothing is known about what a hook is passed to, if that matters. Raises OutOfBudget."""
    if one.handed_to is None:
        return True
    kinds = alternatives(asked.expression(one.handed_to, one.scope))
    return not any(isinstance(kind, (Function, KnownFunction, ClassObject)) for kind in kinds)


def _says_hook(call: ast.Call) -> bool:
    """Whether the called name mentions hooks, and these may be hooks of a module's call."""
    name = last_name(call.func) or ""
    return "hook" in name.lower() and not _OTHERS.fullmatch(name)


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


def _hook_among(call: ast.Call) -> Iterator[ast.expr]:
    """Yield the hook that is passed to a method that registers."""
    named = [one.value for one in call.keywords if one.arg == "hook"]
    spread = [one.value for one in call.keywords if one.arg is None]
    for one in (*call.args[:1], *named) or spread:
        yield from _held_in(one.value if isinstance(one, ast.Starred) else one)


def _held_in(value: ast.expr) -> Iterator[ast.expr]:
    """Yield the elements of a container display, or else the value itself."""
    match value:
        case ast.Dict(values=values) | ast.List(elts=values) | ast.Tuple(elts=values) | ast.Set(elts=values):
            for one in values:
                yield from _held_in(one)
        case ast.Call(args=arguments, keywords=keywords) if last_name(value.func) in ("dict", "OrderedDict"):
            for one in (*arguments, *(keyword.value for keyword in keywords)):
                yield from _held_in(one)
        case ast.DictComp(value=inner) | ast.Starred(value=inner):
            yield from _held_in(inner)
        case ast.Constant():
            return
        case _:
            yield value


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
            case ast.alias(name=name, asname=str(known)) if name in MAKERS or name in _TABLES:
                yield known
                continue
            case _:
                continue
        if any(_speaks(one) for one in ast.walk(value)):
            parts = (part for target in targets for part in ast.walk(target))
            yield from (part.id if isinstance(part, ast.Name) else part.attr for part in parts if _is_name(part))


def _speaks(node: ast.AST) -> bool:
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name) | ast.Constant(value=str(name)):
            return "_hook" in name
        case _:
            return False


def _is_name(node: ast.AST) -> TypeGuard[ast.Name | ast.Attribute]:
    return isinstance(node, (ast.Name, ast.Attribute))
