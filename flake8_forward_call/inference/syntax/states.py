"""States: which bindings are in effect at a point of the walk over a scope, and how branches are joined."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator
from typing import TypeAlias

from flake8_forward_call.inference.syntax.bindings import AnyBinding, Binding, Narrowed, Test
from flake8_forward_call.sources.trees import written

# By name, or by dotted chain such as "self.net": the bindings that may have set the value.
State: TypeAlias = dict[str, tuple[AnyBinding, ...]]


def key_of(node: ast.AST) -> str | None:
    """``a``, ``a.b`` or ``a.b['c']`` as text, if the node is a chain that the flow analysis tracks; else None."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attr):
            base = key_of(value)
            return None if base is None else f"{base}.{attr}"
        case ast.Subscript(value=value, slice=ast.Constant(value=constant)):
            base = key_of(value)
            return None if base is None else f"{base}[{written(constant)}]"
        case _:
            return None


def bases_of(key: str) -> Iterator[str]:
    """Yield all owners of a key that is an attribute or item: ``a`` and ``a.b`` for ``a.b['c']``."""
    for index, character in enumerate(key):
        if character in ".[":
            yield key[:index]


def join(states: Iterable[State | None]) -> State | None:
    """The state where several branches join. A branch that is never taken is None and adds nothing."""
    ways = [state for state in states if state is not None]
    if len(ways) < 2:
        return dict(ways[0]) if ways else None
    joined: State = {}
    first, *others = ways
    for key, bindings in first.items():
        for other in others:
            if other.get(key) is not bindings:
                break
        else:  # Most branches leave most names unchanged.
            joined[key] = bindings if len(bindings) < 2 else rejoined(bindings)
            continue
        if not _is_chain(key) or all(key in other for other in others):
            joined[key] = _merged(key, ways)
    for other in others:
        for key in other:
            if key not in joined and key not in first and not _is_chain(key):
                joined[key] = _merged(key, ways)
    return joined


def _is_chain(key: str) -> bool:
    """Whether a key is an attribute or item: if a branch does not set it, its class does, which covers all branches."""
    return "." in key or "[" in key


def _merged(key: str, ways: Iterable[State]) -> tuple[AnyBinding, ...]:
    return rejoined(tuple(dict.fromkeys(binding for state in ways for binding in state.get(key, ()))))


def rejoined(bindings: Collection[AnyBinding]) -> tuple[AnyBinding, ...]:
    """The bindings, all different, in which the two outcomes of one test are replaced by the tested bindings."""
    if not any(isinstance(one, Narrowed) for one in bindings):
        return tuple(bindings)  # If it is a tuple, this is the same one, which is compared faster.
    found = dict.fromkeys(bindings)
    tested: dict[tuple[Test, tuple[AnyBinding, ...]], Narrowed] = {}
    for one in list(found):
        if isinstance(one, Narrowed):
            other = tested.setdefault((one.test, one.previous), one)
            if other is not one and other.positive is not one.positive:
                del found[one], found[other]
                found.update(dict.fromkeys(one.previous))
    return tuple(found)


def widened(state: State, head: State) -> State:
    """The state without the narrowings by tests in a loop, because the state at its head must not grow forever.

    Narrowings by tests before the loop, which are in the state at its head, are kept.
    """
    return {
        key: found if head.get(key) is found else tuple(dict.fromkeys(_widened(found, head.get(key, ()))))
        for key, found in state.items()
    }


def _widened(bindings: Iterable[AnyBinding], head: Collection[AnyBinding]) -> Iterator[AnyBinding]:
    for one in bindings:
        if isinstance(one, Narrowed) and one not in head:
            yield from _widened(one.previous, head)
        else:
            yield one


def untested(bindings: Iterable[AnyBinding]) -> Iterator[Binding]:
    """Yield the bindings without their narrowings."""
    for one in bindings:
        if isinstance(one, Narrowed):
            yield from untested(one.previous)
        else:
            yield one
