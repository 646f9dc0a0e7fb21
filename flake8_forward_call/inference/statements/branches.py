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
    MODULE = "Module"  # Also not None, and no instance of a class of Python's own.
    LIST = "list"
    TUPLE = "tuple"
    DICT = "dict"
    SET = "set"
    TEXT = "str"


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
            case ast.Return(value=ast.IfExp(test=test)):
                asked.update(one.id for one in ast.walk(test) if isinstance(one, ast.Name))
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
        case ast.Call(func=ast.Name(id="isinstance"), args=[ast.Name(id=name), classes], keywords=[]):
            return _is_instance(known.get(name, _UNKNOWN), classes)
        case _:
            found = value(test, known)
            return None if found is _UNKNOWN or isinstance(found, Given) else bool(found)


def _is_instance(found: object, classes: ast.expr) -> bool | None:
    """Whether a value is an instance of Python's own classes; None if that is not known, or for other classes."""
    names = [getattr(one, "id", "") for one in (classes.elts if isinstance(classes, ast.Tuple) else [classes])]
    own = found.value if isinstance(found, Given) else type(found).__name__
    if found in (_UNKNOWN, Given.NOT_NONE) or not set(names) <= _CLASSES:
        return None
    return own in names or (own == "bool" and "int" in names)


# The classes of constants and displays, and the plain ones that none of these is an instance of.
_CLASSES = frozenset({"str", "bytes", "int", "float", "bool", "complex", "list", "tuple", "dict", "set", "frozenset"})


def value(node: ast.expr, known: Known) -> object:
    """The value of a constant or of a parameter that is known; for anything else an object equal to nothing."""
    match node:
        case ast.Constant(value=constant):
            return constant
        case ast.Name(id=name):
            return known.get(name, _UNKNOWN)
        case ast.List() | ast.ListComp():
            return Given.LIST
        case ast.Tuple():
            return Given.TUPLE
        case ast.Dict() | ast.DictComp():
            return Given.DICT
        case ast.Set() | ast.SetComp():
            return Given.SET
        case ast.JoinedStr():
            return Given.TEXT
        case _:
            return _UNKNOWN


def is_known(found: object) -> bool:
    """Whether ``value`` found one."""
    return found is not _UNKNOWN


def _compared(operator: ast.cmpop, left: object, right: object) -> bool | None:
    if _UNKNOWN in (left, right):
        return None
    if isinstance(left, Given) or isinstance(right, Given):
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
