"""Which functions a file registers as hooks of modules, and on which modules, in any way that the source shows."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from flake8_forward_call.inference.hooks.attaching import LAZY_CLASS
from flake8_forward_call.inference.hooks.spots import MAKERS, TABLES, Placed, Sort, Spot, Spots, is_name
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.syntax.references import last_name, references_of
from flake8_forward_call.inference.syntax.scopes import Scope, root_of, scopes_of
from flake8_forward_call.inference.types import ClassObject, Function, KnownFunction, alternatives

Definition: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef

# The words to search for in the project's text, each with another text that such a file contains: without an import, a
# file has no module to register on. The last three are for computed names, and for what PyTorch registers itself.
WORDS = (
    ("import", "forward_hook"),
    ("import", "forward_pre_hook"),
    *((name, "") for name in MAKERS if name.startswith("register_full")),
    ("register_backward_hook", ""),
    *((name, "") for name in TABLES if "backward" in name),
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

_TENSOR = "torch._tensor.Tensor"

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


def _registered(spot: Spot, hook: ast.expr | Definition, scope: Scope) -> Registration:
    """What it means that a spot gets a hook."""
    return Registration(hook, scope, None if spot.sort.on_all else spot.owner, spot.sort, spot.is_certain)


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
        self._spots = Spots(asked, file)

    def read(self) -> Iterator[Registration]:
        for scope in root_of(self._file).inward():
            for call in sorted(scope.calls, key=lambda one: (one.lineno, one.col_offset)):
                yield from self._by_call(call, scope)
            for store in scope.item_stores:
                yield from self._by_item(store, scope)
            if isinstance(scope.node, Definition) and scope.parent is not None:
                for decorator in scope.node.decorator_list:
                    for spot in self._spots.of(decorator, scope.parent, MAKERS):
                        yield _registered(spot, scope.node, scope.parent)
        for scope in scopes_of(self._file).classes:
            yield from self._of_lazy(scope)
        for name, sort in TABLES.items():
            for stored in references_of(self._file).stored.get(name, ()):
                if stored.value is not None:
                    spot = Spot(sort, (stored.owner, stored.scope))
                    if not self._is_of_tensor(spot):
                        yield from (_registered(spot, one, stored.scope) for one in _held_in(stored.value))

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
                        if is_name(one) and [last_name(one)] == method.positional[:1]
                    ),
                    None,
                )
                yield Registration(method.node, scope, None if own is None else (own, method), Sort())

    def _by_call(self, call: ast.Call, scope: Scope) -> Iterator[Registration]:
        given = [*call.args, *(one.value for one in call.keywords)]
        spots = list(self._spots.of(call.func, scope, MAKERS)) if self._spots.may_give(call.func) else []
        for spot in spots:
            if (
                len(call.args) > 1 and spot.owner is not None and self._is_class(*spot.owner)
            ):  # nn.Module.register_forward_hook(net, hook)
                of_first = replace(spot, owner=(given[0], scope) if given else None)
                yield from (_registered(of_first, one, scope) for one in given[1:2])
            else:
                yield from (_registered(spot, one, scope) for one in _hook_among(call))
        if spots:
            return
        match call.func:
            case ast.Attribute(value=table, attr=name) if name in _FILLERS:
                for spot in self._tables(table, scope):
                    for value in given[-1:]:
                        yield from (_registered(spot, one, scope) for one in _held_in(value))
                return
        handed = [spot for one in given for spot in self._spots.handed(one, scope)]
        if not handed and (not _says_hook(call) or last_name(call.func) in scopes_of(self._file).named):
            return
        for spot in handed or [Spot(Sort(), None)]:
            for one in (one for value in given for one in _held_in(value)):
                doubtful = _registered(replace(spot, is_certain=False), one, scope)
                yield doubtful if handed else replace(doubtful, handed_to=call.func)

    def _by_item(self, store: ast.Assign | ast.AugAssign, scope: Scope) -> Iterator[Registration]:
        """Yield what ``net._forward_hooks[0] = hook`` and ``net._forward_hooks |= {0: hook}`` register."""
        tables = [store.target] if isinstance(store, ast.AugAssign) else store.targets
        for target in tables:
            table = target.value if isinstance(target, ast.Subscript) else target
            for spot in self._tables(table, scope):
                yield from (_registered(spot, one, scope) for one in _held_in(store.value))

    def _tables(self, table: ast.expr, scope: Scope) -> Iterator[Spot]:
        """Yield the tables of modules that an expression can be."""
        yield from (spot for spot in self._spots.of(table, scope, TABLES) if not self._is_of_tensor(spot))

    def _is_of_tensor(self, spot: Spot) -> bool:
        """Whether a table is that of ``self`` in a class of tensors, whose tables have the same names.

        See torch/_tensor.py. Other owners are not evaluated, because that may lead anywhere.
        """
        owner, scope = spot.owner or (None, None)
        around = None if scope is None else scope.enclosing_class
        if scope is None or around is None or not isinstance(owner, ast.Name) or [owner.id] != scope.positional[:1]:
            return False
        return self._asked.hierarchy.derives_from(self._asked.source_class(around), _TENSOR)

    def _is_class(self, node: ast.expr, scope: Scope) -> bool:
        return any(isinstance(one, ClassObject) for one in alternatives(self._asked.expression(node, scope)))


def may_be_unread(asked: Questions, one: Registration) -> bool:
    """Whether nothing is known about what a hook is passed to, if that matters. Raises OutOfBudget."""
    if one.handed_to is None:
        return True
    kinds = alternatives(asked.expression(one.handed_to, one.scope))
    return not any(isinstance(kind, (Function, KnownFunction, ClassObject)) for kind in kinds)


def _says_hook(call: ast.Call) -> bool:
    """Whether the called name mentions hooks, and these may be hooks of a module's call."""
    name = last_name(call.func) or ""
    return "hook" in name.lower() and not is_of_others(name)


def is_of_others(name: str) -> bool:
    """Whether the name of a function says that its hooks are not those of a module's call."""
    return "hook" in name.lower() and _OTHERS.fullmatch(name) is not None


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
