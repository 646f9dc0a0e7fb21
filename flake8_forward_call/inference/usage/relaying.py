"""Functions of the standard library that call what they get: ``map(f, xs)`` and ``Thread(target=f, args=(x,))``.

Each is read as the call that it makes: ``f(xs[i])`` and ``f(x)``.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.bindings import Assigned
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.references import last_name
from flake8_forward_call.inference.syntax.scopes import Scope, scopes_of
from flake8_forward_call.inference.types import Builtin, Namespace, Unknown, alternatives

# What a call passes to one of its arguments: the arguments, and the keywords.
_Given: TypeAlias = "tuple[list[ast.expr], list[ast.keyword]]"
_Reading: TypeAlias = "Callable[[ast.Call, ast.expr], _Given | None]"


class _Made(dict[int, "tuple[ast.expr, tuple[ast.Call, ...]]"]):
    """The calls that were made up, by the id of what they call, with that."""


def calls(asked: Questions, node: ast.expr, call: ast.Call, scope: Scope) -> Sequence[ast.Call]:
    """The calls of an argument that the call itself makes; none if that is not known."""
    made = asked.notes(_Made)
    if id(node) not in made:
        made[id(node)] = node, tuple(_calls(asked, node, call, scope))
    return made[id(node)][1]


def _calls(asked: Questions, node: ast.expr, call: ast.Call, scope: Scope) -> Iterator[ast.Call]:
    for read in dict.fromkeys(_readings(asked, call, scope)):
        given = read(call, node)
        if given is None:
            continue
        later = list(_calls_of_result(call, scope)) if read is _bound else []
        for args, keywords in (_both(given, one) for one in later) if later else [given]:
            yield ast.copy_location(ast.Call(node, args, keywords), call)


def _readings(asked: Questions, call: ast.Call, scope: Scope) -> Iterator[_Reading]:
    if not _may_relay(call, scope):
        return
    for callee in alternatives(asked.expression(call.func, scope)):
        match callee:
            case Builtin(name) | Namespace(name) if name in _FUNCTIONS:
                yield _FUNCTIONS[name]
            case Unknown() | Namespace() if isinstance(call.func, ast.Attribute) and call.func.attr in _METHODS:
                yield _METHODS[call.func.attr]


def _may_relay(call: ast.Call, scope: Scope) -> bool:
    """Whether the name of a callee may be one of theirs, under any alias. Asked before what it is."""
    name = last_name(call.func)
    if name is None or name in _NAMES:
        return True
    return any(name in other for one, other in scopes_of(scope.file).renamed.items() if one in _NAMES)


def _the_rest(call: ast.Call, node: ast.expr) -> _Given | None:
    """``submit(f, a, key=b)``: the arguments after the function."""
    at = _index(call, node)
    return None if at is None else (call.args[at + 1 :], call.keywords)


def _bound(call: ast.Call, node: ast.expr) -> _Given | None:
    """``partial(f, a, key=b)``: the same, and whatever the result is called with."""
    given = _the_rest(call, node)
    if given is None:
        return None
    anything = ast.copy_location(ast.Name("...", ast.Load()), call)
    return [*given[0], ast.Starred(anything, ast.Load())], [*given[1], ast.keyword(None, anything)]


def _calls_of_result(call: ast.Call, scope: Scope) -> Iterator[ast.Call]:
    """Yield the calls of a name that has what ``partial`` returns, in the scope where it is bound."""
    for name, bindings in flow_of(scope).bound.items():
        if any(isinstance(one, Assigned) and one.value is call for one in bindings):
            for one in scope.calls:
                if isinstance(one.func, ast.Name) and one.func.id == name:
                    yield one


def _both(given: _Given, later: ast.Call) -> _Given:
    """What a call of the result of ``partial`` passes: the later keywords replace the earlier ones."""
    args, keywords = given
    again = {one.arg for one in later.keywords}
    return [*args[:-1], *later.args], [*(one for one in keywords[:-1] if one.arg not in again), *later.keywords]


def _each(call: ast.Call, node: ast.expr) -> _Given | None:
    """``map(f, xs, ys)``: an element of each iterable."""
    at = _index(call, node)
    return None if at is None else ([_element(one) for one in call.args[at + 1 :]], [])


def _each_unpacked(call: ast.Call, node: ast.expr) -> _Given | None:
    """``starmap(f, [(a, b)])``: the parts of each element, if they are written out."""
    at = _index(call, node)
    match call.args[at + 1 : at + 2] if at is not None else []:
        case [ast.List(elts=[ast.Tuple(elts=first), *_]) | ast.Tuple(elts=[ast.Tuple(elts=first), *_]) as rows]:
            return [_element(_element(rows), index) for index in range(len(first))], []
        case _:
            return None


def _folded(call: ast.Call, node: ast.expr) -> _Given | None:
    """``reduce(f, xs)``: two elements."""
    given = _each(call, node)
    return None if given is None or not given[0] else ([given[0][0], given[0][0]], [])


def _as_key(call: ast.Call, node: ast.expr) -> _Given | None:
    """``sorted(xs, key=f)``: an element."""
    is_key = any(one.arg == "key" and one.value is node for one in call.keywords)
    return ([_element(call.args[0])], []) if is_key and len(call.args) == 1 else None


def _in_a_tuple(call: ast.Call, node: ast.expr) -> _Given | None:
    """``Thread(target=f, args=(a,), kwargs={"key": b})``."""
    at = _index(call, node)
    after = [] if at is None else call.args[at + 1 :]
    named = {one.arg: one.value for one in call.keywords}
    args = named.get("args") or next(iter(after), None)
    kwargs = named.get("kwargs") or named.get("kwds") or next(iter(after[1:]), None)
    if not isinstance(args, (ast.Tuple, ast.List, type(None))):
        return None
    positional = [] if args is None else args.elts
    match kwargs:
        case None:
            return positional, []
        case ast.Dict(keys=keys, values=values):
            return positional, [ast.keyword(_text(key), value) for key, value in zip(keys, values, strict=True)]
        case _:
            return None


def _text(key: ast.expr | None) -> str | None:
    return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else None


def _index(call: ast.Call, node: ast.expr) -> int | None:
    return next((at for at, one in enumerate(call.args) if one is node), None)


def _element(node: ast.expr, at: int | None = None) -> ast.expr:
    """An expression for an element: any one, or the one at an index."""
    index: ast.expr = ast.Name("...", ast.Load()) if at is None else ast.Constant(at)
    return ast.copy_location(ast.Subscript(node, ast.copy_location(index, node), ast.Load()), node)


# The pages: docs.python.org/3/library/{functions,functools,itertools,threading,multiprocessing,asyncio-task}.html.
_FUNCTIONS: dict[str, _Reading] = {
    "map": _each,
    "filter": _each,
    **dict.fromkeys(("sorted", "min", "max"), _as_key),
    "functools.reduce": _folded,
    "itertools.starmap": _each_unpacked,
    **dict.fromkeys(("functools.partial", "functools.partialmethod"), _bound),
    **dict.fromkeys(("asyncio.to_thread", "atexit.register"), _the_rest),
    **dict.fromkeys(
        ("threading.Thread", "threading.Timer", "multiprocessing.Process", "torch.multiprocessing.Process"),
        _in_a_tuple,
    ),
}

# Methods of pools and event loops. The pages:
# docs.python.org/3/library/{concurrent.futures,multiprocessing,asyncio-eventloop}.html.
_METHODS: dict[str, _Reading] = {
    **dict.fromkeys(("submit", "run_in_executor", "call_soon", "call_later", "addCleanup", "callback"), _the_rest),
    **dict.fromkeys(("map", "map_async", "imap", "imap_unordered"), _each),
    **dict.fromkeys(("starmap", "starmap_async"), _each_unpacked),
    **dict.fromkeys(("apply", "apply_async"), _in_a_tuple),
}

_NAMES = frozenset((*(name.rpartition(".")[2] for name in _FUNCTIONS), *_METHODS))
