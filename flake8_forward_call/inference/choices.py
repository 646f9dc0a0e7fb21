"""Does the code choose between calling a module and calling its ``forward``, with the same arguments?"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from flake8_forward_call.inference.references import last_name

if TYPE_CHECKING:
    from flake8_forward_call.inference.scopes import Scope

# What asks for the kind of an object.
_ASKING = frozenset({"isinstance", "issubclass", "hasattr", "callable", "type"})

_EXITS = (ast.Return, ast.Raise, ast.Continue, ast.Break)

# `except*` is there from Python 3.11 on.
_TRIES: tuple[type[ast.Try], ...] = (ast.Try, getattr(ast, "TryStar", ast.Try))


def is_one_of_two(call: ast.Call, receiver: ast.expr, scope: Scope) -> bool:
    """Whether a call of ``forward`` has a twin, the call of the module itself, on the other way of the same choice."""
    home = next((one for one in scope.outward() if one.parent is None or one.parent.parent is None), scope)
    home = home if home.is_function else scope
    twins = {id(one) for one in _calls_like(receiver, home) if _is_twin(one, call, receiver)}
    if not twins:
        return False
    kinds = {id(one) for one in ast.walk(home.node) if _asks_what_it_is(one, ast.dump(receiver))}
    ways = _other_ways(_way_to(call, home.node), kinds)
    return any(id(node) in twins for other in ways for part in other for node in ast.walk(part))


def _calls_like(receiver: ast.expr, home: Scope) -> Iterator[ast.Call]:
    """Yield the calls of what goes by the name that the receiver ends with."""
    if isinstance(receiver, ast.Attribute):
        yield from (call for call, _ in home.file.scopes.method_calls.get(receiver.attr, ()))
        return
    kind, name = type(receiver), getattr(receiver, "id", None)
    for part in home.inward():
        yield from (one for one in part.calls if type(one.func) is kind and getattr(one.func, "id", None) == name)


def _asks_what_it_is(node: ast.AST, receiver: str) -> bool:
    """Whether branches part what is a module from what is none: then each of the two is called as it can be."""
    match node:
        case ast.If(test=test) | ast.IfExp(test=test):
            return any(
                isinstance(one, ast.Call) and last_name(one.func) in _ASKING and one.args
                and ast.dump(one.args[0]) == receiver
                for one in ast.walk(test)
            )  # fmt: skip
        case ast.Match(subject=subject):
            return ast.dump(subject) == receiver
        case _:
            return False


def _is_twin(one: ast.Call, call: ast.Call, receiver: ast.expr) -> bool:
    return (
        len(one.args) == len(call.args)
        and ast.dump(one.func) == ast.dump(receiver)
        and _arguments(one) == _arguments(call)
    )


def _arguments(call: ast.Call) -> tuple[list[str], list[str]]:
    """What a call passes; keywords in any order."""
    return [ast.dump(one) for one in call.args], sorted(ast.dump(one) for one in call.keywords)


def _way_to(target: ast.AST, top: ast.AST) -> list[ast.AST]:
    """The nodes from the top down to the target, both included; the top alone where it is not below."""
    above: dict[int, ast.AST] = {}
    todo = [top]
    while todo:
        node = todo.pop()
        if node is target:
            break
        for child in ast.iter_child_nodes(node):
            above[id(child)] = node
            todo.append(child)
    way, node = [target], target
    while id(node) in above:
        node = above[id(node)]
        way.append(node)
    return way[::-1]


def _other_ways(way: list[ast.AST], passed_over: set[int]) -> Iterator[Sequence[ast.AST]]:
    """Yield what runs in place of what the way leads into: other branches, and what an early end leaves out.

    The branches of nodes that are ``passed_over``, by their identity, are none.
    """
    for index, (node, child) in enumerate(pairwise(way)):
        if id(node) not in passed_over:
            yield from _beside(node, child)
        for block in _blocks(node):
            if child in block:
                at = block.index(child)
                # A branch that ends leaves out the rest of the block, and the rest runs only where it was not taken.
                above = [one for one in block[:at] if id(one) not in passed_over]
                yield from (branch for one in above for branch in _branches(one) if _ends(branch))
                below = way[index + 2] if index + 2 < len(way) else None
                branches = [] if id(child) in passed_over else _branches(child)
                if any(_leads_into(one, below) and _ends(one) for one in branches):
                    yield block[at + 1 :]


def _beside(node: ast.AST, child: ast.AST) -> Iterator[Sequence[ast.AST]]:
    """Yield the branches of a node that are taken in place of the one that a child is in."""
    if isinstance(node, ast.IfExp):
        if child is not node.test:
            yield [node.orelse if child is node.body else node.body]
        return
    if isinstance(node, _TRIES) and (child in node.body or child in node.orelse):
        yield node.handlers
        return
    branches = _branches(node)
    if any(_leads_into(one, child) for one in branches):
        yield from (one for one in branches if not _leads_into(one, child))


def _branches(node: ast.AST) -> list[list[ast.stmt]]:
    """The blocks of a statement of which one is taken; of a `try`, what is tried is one."""
    match node:
        case ast.If(body=body, orelse=orelse):
            return [body, orelse]
        case ast.Match(cases=cases):
            return [one.body for one in cases]
        case ast.Try(body=body, handlers=handlers):
            return [body, *(one.body for one in handlers)]
        case _:
            return []


def _leads_into(branch: Sequence[ast.AST], child: ast.AST | None) -> bool:
    """Whether a node is of a branch, or the handler or case whose body the branch is."""
    return child in branch or getattr(child, "body", None) is branch


def _ends(branch: Sequence[ast.AST]) -> bool:
    return bool(branch) and isinstance(branch[-1], _EXITS)


def _blocks(node: ast.AST) -> Iterator[Sequence[ast.AST]]:
    for name in ("body", "orelse", "finalbody"):
        block = getattr(node, name, None)
        if isinstance(block, list):
            yield block
