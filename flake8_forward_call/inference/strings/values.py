"""The value of an expression that puts a string together, or takes one apart."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from flake8_forward_call.inference.definitions import Class, SourceClass
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.bindings import Annotated, Assigned, Parameter, Step
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.on_self import set_on_self
from flake8_forward_call.inference.syntax.scopes import Scope, root_of
from flake8_forward_call.inference.syntax.states import key_of, untested
from flake8_forward_call.inference.types import ClassObject, Instance, Origin, Slot, alternatives

# A name goes through a handful of variables. Longer strings, and longer ways, do not name anything.
MAX_DEPTH = 12
MAX_STEPS = 200
MAX_LENGTH = 500

# A string that callers or subclasses decide may have at most so many values.
MAX_VALUES = 24

# The methods of strings that are applied, which are those that do not make a string much longer.
_METHODS = frozenset(
    {"rpartition", "partition", "rsplit", "split", "strip", "lstrip", "rstrip", "replace", "lower", "join",
     "removeprefix", "removesuffix"}
)  # fmt: skip

# A string, a number, or a tuple of strings.
Value: TypeAlias = object


class Strings:
    """The strings in one scope. ``known`` has the values of what only callers decide, by its text: ``path``.

    ``open`` has what was asked for and is not among them: a parameter, or an attribute of the instance.
    """

    def __init__(self, asked: Questions, known: Mapping[str, Value]) -> None:
        self._asked = asked
        self._known = known
        self._steps = 0
        self.open: dict[str, tuple[ast.Name | ast.Attribute, Scope]] = {}

    def text(self, node: ast.expr, scope: Scope) -> str | None:
        """The string that an expression evaluates to; None if it is not known."""
        found = self._value(node, scope, 0)
        return found if isinstance(found, str) else None

    def _value(self, node: ast.expr, scope: Scope, depth: int) -> Value | None:
        self._steps += 1
        if depth > MAX_DEPTH or self._steps > MAX_STEPS:
            return None
        match node:
            case ast.Constant(value=str() | int() as value):
                return value
            case ast.Name(id="__name__"):
                return scope.file.name or None
            case ast.Name(id="__package__"):
                return scope.file.name if scope.file.is_package else scope.file.name.rpartition(".")[0] or None
            case ast.Name():
                return self._named(node, scope, depth)
            case ast.Attribute():
                return self._asked_for(node, scope)
            case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
                return self._value(value, scope, depth + 1)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return self._joined([left, right], scope, depth)
            case ast.JoinedStr(values=values):
                return self._joined(values, scope, depth)
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                items = [self._value(one, scope, depth + 1) for one in elements]
                return None if None in items else tuple(items)
            case ast.Call(func=ast.Attribute(value=owner, attr=name), args=given, keywords=keywords):
                return self._called(owner, name, [*given, *(one.value for one in keywords)], scope, depth)
            case ast.Subscript(value=owner, slice=index):
                return _item(self._value(owner, scope, depth + 1), index)
            case _:
                return None

    def _named(self, node: ast.Name, scope: Scope, depth: int) -> Value | None:
        bindings = [one for one in untested(flow_of(scope).uses.get(id(node), ())) if not one.fallback]
        if not bindings:
            return self._global(node, scope, depth)
        if len(bindings) > 1:
            return None
        match bindings[0]:
            case Assigned(value=value, path=path, scope=home) if value is not node:
                return _unpacked(self._value(value, home, depth + 1), path)
            case Annotated(value=ast.expr() as value, scope=home):
                return self._value(value, home, depth + 1)
            case Parameter(kind="plain"):
                return self._asked_for(node, scope)
            case _:
                return None

    def _global(self, node: ast.Name, scope: Scope, depth: int) -> Value | None:
        """The value of a constant of the module, or of another one that it is imported from."""
        found = self._asked.named_global(node, scope)
        bound = list(untested(flow_of(root_of(found[0])).exit.get(found[1], ()))) if found is not None else []
        match bound:
            case [Assigned(value=value, path=(), scope=home) | Annotated(value=ast.expr() as value, scope=home)]:
                return self._value(value, home, depth + 1)
            case _:
                return None

    def _asked_for(self, node: ast.Name | ast.Attribute, scope: Scope) -> Value | None:
        key = key_of(node)
        if key is None:
            return None
        if key not in self._known:
            self.open[key] = node, scope
        return self._known.get(key)

    def _joined(self, nodes: Sequence[ast.expr], scope: Scope, depth: int) -> str | None:
        texts = [self._value(one, scope, depth + 1) for one in nodes]
        found = "".join(one for one in texts if isinstance(one, str))
        return found if all(isinstance(one, str) for one in texts) and len(found) <= MAX_LENGTH else None

    def _called(self, owner: ast.expr, name: str, given: Sequence[ast.expr], scope: Scope, depth: int) -> Value | None:
        if name not in _METHODS:
            return None
        text = self._value(owner, scope, depth + 1)
        arguments = [self._value(one, scope, depth + 1) for one in given]
        values = [text, *arguments]
        if not isinstance(text, str) or any(one is None or len(str(one)) > MAX_LENGTH for one in values):
            return None
        try:
            found = getattr(text, name)(*arguments)
        except (TypeError, ValueError):
            return None
        return tuple(found) if isinstance(found, list) else found


def _unpacked(value: Value | None, path: tuple[Step, ...]) -> Value | None:
    for step in path:
        if not isinstance(value, tuple):
            return None
        if step.starred is None:
            value = value[step.index] if len(value) == step.count else None
        elif step.index == step.starred:
            value = value[step.index : len(value) - (step.count - 1 - step.index)]
        else:
            at = step.index if step.index < step.starred else len(value) - (step.count - step.index)
            value = value[at] if 0 <= at < len(value) >= step.count - 1 else None
    return value


def _item(value: Value | None, index: ast.expr) -> Value | None:
    if not isinstance(value, (str, tuple)):
        return None
    match index:
        case ast.Slice(lower=lower, upper=upper, step=None):
            ends = [_number(one) for one in (lower, upper)]
            known = all(one is None or number is not None for one, number in zip((lower, upper), ends, strict=True))
            return value[ends[0] : ends[1]] if known else None
        case _:
            at = _number(index)
            return value[at] if at is not None and -len(value) <= at < len(value) else None


def _number(node: ast.expr | None) -> int | None:
    match node:
        case ast.Constant(value=int(number)):
            return number
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(number))):
            return -number
        case _:
            return None


def values_of(asked: Questions, node: ast.Name | ast.Attribute, scope: Scope) -> Sequence[str]:
    """The strings that callers pass for a parameter, or that classes set for an attribute; none if that is open."""
    found = _passed(asked, node, scope) if isinstance(node, ast.Name) else list(_set(asked, node, scope))
    texts = [one for one in dict.fromkeys(found) if one is not None]
    return texts if None not in found and len(texts) <= MAX_VALUES else ()


def _passed(asked: Questions, node: ast.Name, scope: Scope) -> Sequence[str | None]:

    return sorted(asked.texts_of(node, scope) or ())


def _set(asked: Questions, node: ast.Attribute, scope: Scope) -> Iterator[str | None]:
    """Yield what the class of an instance, and its subclasses, set for an attribute; None if it is no constant."""
    for kind in alternatives(asked.expression(node.value, scope)):
        match kind:
            case Slot(bound=(Instance(cls=SourceClass() as cls) | ClassObject(cls=SourceClass() as cls))):
                origin = Origin.DECLARED
            case (
                Instance(cls=SourceClass() as cls, origin=origin) | ClassObject(cls=SourceClass() as cls, origin=origin)
            ):
                pass
            case _:
                yield None
                continue
        yield from (one for one in _constants(asked, cls, node.attr) if one != "")  # Which is there to be replaced.
        if origin is not Origin.CONSTRUCTED:
            for one in asked.hierarchy.project_subclasses(cls):
                if node.attr in flow_of(one.scope).exit:
                    yield from _constants(asked, one, node.attr)


def _constants(asked: Questions, cls: SourceClass, name: str) -> Iterator[str | None]:
    """Yield the strings that a class gives a name, itself or by its bases; none if it only declares the name."""
    order: Sequence[Class | None] = asked.hierarchy.order(cls)
    for one in order:
        if not isinstance(one, SourceClass):
            break
        bindings = [*flow_of(one.scope).exit.get(name, ()), *set_on_self(one.scope).bindings(name)]
        for binding in bindings:
            match binding:
                case Assigned(value=value, path=(), scope=home) | Annotated(value=ast.expr() as value, scope=home):
                    yield Strings(asked, {}).text(value, home)
                case Annotated():
                    pass
                case _:
                    yield None
        if bindings:
            return
    yield None
