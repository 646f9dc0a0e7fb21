"""Which ``return`` a call can reach, if some of its arguments are known: flags, and arguments that are None or not."""

from __future__ import annotations

import ast
import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias


class Given(enum.Enum):
    """What can be known of an argument that is no constant."""

    NOT_NONE = "not None"


# The values of parameters that are known, by name: constants, or that they are not None.
Known: TypeAlias = Mapping[str, object]

_UNKNOWN: Final = object()


@dataclass(frozen=True, slots=True)
class Ways:
    """The ``return`` statements that can be reached, and whether the end of the body can."""

    returns: tuple[ast.Return, ...]
    falls_through: bool


def deciding(node: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[str, ...]:
    """The parameters that tests of the function ask about, or that it passes on in what it returns, in their order."""
    if not any(isinstance(one, (ast.If, ast.Return)) for one in node.body):
        return ()
    asked: set[str] = set()
    todo: list[ast.AST] = list(node.body)
    while todo:
        match todo.pop():
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.expr():
                continue
            case ast.Return(value=ast.Call(args=arguments, keywords=keywords)):
                asked.update(one.id for one in arguments if isinstance(one, ast.Name))
                asked.update(one.value.id for one in keywords if isinstance(one.value, ast.Name))
            case ast.If(test=test, body=body, orelse=orelse):
                asked.update(one.id for one in ast.walk(test) if isinstance(one, ast.Name))
                todo += [*body, *orelse]
            case other:
                todo += ast.iter_child_nodes(other)
    own = node.args
    names = [one.arg for one in (*own.posonlyargs, *own.args, *own.kwonlyargs)]
    return tuple(name for name in names if name in asked)


def ways(node: ast.FunctionDef | ast.AsyncFunctionDef, known: Known) -> Ways:
    """What a call of the function can reach if its arguments have these values."""
    returns: list[ast.Return] = []
    falls_through = _follow(node.body, known, returns)
    return Ways(tuple(returns), falls_through)


def _follow(body: Sequence[ast.stmt], known: Known, returns: list[ast.Return]) -> bool:
    """Collect what is returned; whether the statements that follow can be reached."""
    for node in body:
        match node:
            case ast.Return():
                returns.append(node)
                return False
            case ast.Raise() | ast.Continue() | ast.Break():
                return False
            case ast.If(test=test, body=inner, orelse=orelse):
                holds = truth(test, known)
                branches = [inner] if holds else [orelse] if holds is False else [inner, orelse]
                ends = [_follow(branch, known, returns) for branch in branches]
                if not any(ends):
                    return False
            case ast.With(body=inner) | ast.AsyncWith(body=inner):
                _follow(inner, known, returns)  # Entering or leaving may swallow an error.
            case ast.For(body=inner, orelse=orelse) | ast.AsyncFor(body=inner, orelse=orelse):
                _follow(inner, known, returns)
                _follow(orelse, known, returns)
            case ast.While(body=inner, orelse=orelse):
                _follow(inner, known, returns)
                _follow(orelse, known, returns)
            case ast.Match(cases=cases):
                for case in cases:
                    _follow(case.body, known, returns)
            case ast.Try(body=inner, handlers=handlers, orelse=orelse, finalbody=final):
                for part in (inner, *(one.body for one in handlers), orelse, final):
                    _follow(part, known, returns)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                pass
            case _ if hasattr(node, "handlers"):  # `except*`
                returns += [one for one in ast.walk(node) if isinstance(one, ast.Return)]
    return True


def truth(test: ast.expr, known: Known) -> bool | None:
    """Whether a test holds; None if that is not known."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            inner = truth(operand, known)
            return None if inner is None else not inner
        case ast.BoolOp(op=operator, values=values):
            decisive = isinstance(operator, ast.Or)
            answers = [truth(one, known) for one in values]
            if decisive in answers:
                return decisive
            return None if None in answers else not decisive
        case ast.Compare(left=left, ops=[operator], comparators=[right]):
            return _compared(operator, value(left, known), value(right, known))
        case _:
            found = value(test, known)
            return None if found is _UNKNOWN or found is Given.NOT_NONE else bool(found)


def value(node: ast.expr, known: Known) -> object:
    """The value of a constant or of a parameter that is known; for anything else an object equal to nothing."""
    match node:
        case ast.Constant(value=constant):
            return constant
        case ast.Name(id=name):
            return known.get(name, _UNKNOWN)
        case _:
            return _UNKNOWN


def is_known(found: object) -> bool:
    """Whether ``value`` found one."""
    return found is not _UNKNOWN


def _compared(operator: ast.cmpop, left: object, right: object) -> bool | None:
    if _UNKNOWN in (left, right):
        return None
    if Given.NOT_NONE in (left, right):
        if None not in (left, right):
            return None
        return not isinstance(operator, (ast.Is, ast.Eq)) if isinstance(operator, _SAMENESS) else None
    match operator:
        case ast.Is() | ast.Eq():
            return type(left) is type(right) and left == right
        case ast.IsNot() | ast.NotEq():
            return not (type(left) is type(right) and left == right)
        case _:
            return None


_SAMENESS = (ast.Is, ast.IsNot, ast.Eq, ast.NotEq)
