"""Modules, and what is in them, by a dotted name that is given as a string: ``getattr(import_module(home), name)``.

The string is often taken apart in a helper that gets it as a parameter. So a call of such a helper is read with the
strings that it passes.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.strings.finders import FINDERS
from flake8_forward_call.inference.strings.values import Strings, Value, values_of
from flake8_forward_call.inference.syntax.bindings import Assigned, Parameter
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.scopes import Scope, names_of, scopes_of
from flake8_forward_call.inference.syntax.states import untested
from flake8_forward_call.inference.types import (
    UNKNOWN,
    Builtin,
    ClassObject,
    Function,
    Instance,
    Namespace,
    Type,
    each,
    union,
)

# How many helpers deep a string is followed that one passes on to the next.
MAX_HELPERS = 4

# A module goes through a few variables on its way to what is asked of it.
MAX_NAMES = 50

# The last parts of the names of all functions that get such strings.
NAMES = frozenset({"import_module", "__import__"}) | {one.rpartition(".")[2] for one in FINDERS}


def found(asked: Questions, node: ast.Call | ast.Subscript, scope: Scope) -> Type:
    """What an expression gives by a string: ``import_module(...)``, or ``getattr`` on what that gives; else UNKNOWN."""
    return _Look(asked, {}).of_each(node, scope)


def returned(asked: Questions, function: Function, call: ast.Call, scope: Scope) -> Type | None:
    """What a helper that gets strings returns to a call; None if it does not look up anything by them."""
    if not (_looks_up(function.scope) or _passes_on(function, call)):
        return None
    kind = _Look(asked, {}).of_each(call, scope)
    return None if kind == UNKNOWN else kind


def _passes_on(function: Function, call: ast.Call) -> bool:
    """Whether a call passes a dotted name to a function that may pass it on in what it returns."""
    given = (*call.args, *(one.value for one in call.keywords))
    if not any(isinstance(one, ast.Constant) and isinstance(one.value, str) and _is_dotted(one.value) for one in given):
        return False
    return any(isinstance(one.value, ast.Call) for one in flow_of(function.scope).returned.values())


def _is_dotted(text: str) -> bool:
    return "." in text and all(part.isidentifier() for part in text.replace(":", ".").split("."))


class _Look:
    """A look at code with the values of the strings that its callers decide."""

    def __init__(self, asked: Questions, known: Mapping[str, Value], depth: int = 0) -> None:
        self._asked = asked
        self._strings = Strings(asked, known)
        self._depth = depth
        self._names: dict[int, Type | None] = {}  # What names give, by the id of the node: None while it is asked.

    def of_each(self, node: ast.expr, scope: Scope) -> Type:
        """What an expression gives for each value of the one string that callers or subclasses decide."""
        kind = self.value(node, scope)
        if kind is not None or len(self._strings.open) != 1:
            return UNKNOWN if kind is None else kind
        ((key, (asked, home)),) = self._strings.open.items()
        kinds = [
            _Look(self._asked, {key: text}, self._depth).value(node, scope) or UNKNOWN
            for text in values_of(self._asked, asked, home)
        ]
        return union(kinds) if kinds else UNKNOWN

    def value(self, node: ast.expr, scope: Scope) -> Type | None:
        """What an expression gives; None if it looks up nothing, or the string is not known."""
        match node:
            case ast.Name():
                return self._bound(node, scope)
            case ast.Call(func=ast.Name(id="getattr"), args=[owner, key, *_]):
                return self._member(self.value(owner, scope), key, scope)
            case ast.Subscript(value=ast.Attribute(value=owner, attr="__dict__"), slice=key):
                return self._member(self.value(owner, scope), key, scope)
            case ast.Subscript(value=ast.Call(func=ast.Name(id="vars"), args=[owner]), slice=key):
                return self._member(self.value(owner, scope), key, scope)
            case ast.Subscript(value=ast.Attribute(attr="modules") as table, slice=key):
                text = self._strings.text(key, scope)
                is_table = text and self._asked.expression(table, scope) == Namespace("sys.modules")
                return self._named(text, scope) if is_table and text else None
            case ast.Call():
                return self._called(node, scope)
            case _:
                return None

    def _bound(self, node: ast.Name, scope: Scope) -> Type | None:
        """What a name is bound to; None if one of its bindings gives nothing, or leads back to the name."""
        if id(node) in self._names or len(self._names) > MAX_NAMES:
            return self._names.get(id(node))
        self._names[id(node)] = None
        kinds: list[Type] = []
        for one in untested(flow_of(scope).uses.get(id(node), ())):
            if one.fallback:
                continue
            kind = self.value(one.value, one.scope) if isinstance(one, Assigned) and not one.path else None
            if kind is None:
                return None
            kinds.append(kind)
        self._names[id(node)] = union(kinds) if kinds else None
        return self._names[id(node)]

    def _member(self, owner: Type | None, key: ast.expr, scope: Scope) -> Type | None:
        name = None if owner is None else self._strings.text(key, scope)
        return None if name is None or owner is None else each(owner, lambda one: self._asked.attribute(one, name))

    def _called(self, node: ast.Call, scope: Scope) -> Type | None:
        made = self.value(node.func, scope) if isinstance(node.func, (ast.Name, ast.Call)) else None
        if made is not None:
            return each(made, lambda one: Instance(one.cls, one.origin) if isinstance(one, ClassObject) else UNKNOWN)
        match self._asked.expression(node.func, scope):
            case Namespace("importlib.import_module"):
                return self._module(node, scope)
            case Builtin("__import__"):
                return self._imported(node, scope)
            case Namespace(name) if name in FINDERS and node.args:
                text = self._strings.text(node.args[0], scope)
                home, _, last = (text or "").replace(":", ".").rpartition(".")
                return self._asked.attribute(self._named(home, scope), last) if home else None
            case Function() as function:
                return self.returned(function, node, scope)
            case _:
                return None

    def _module(self, node: ast.Call, scope: Scope) -> Type | None:
        arguments = [*node.args, *(one.value for one in node.keywords if one.arg == "package")]
        arguments = arguments or [one.value for one in node.keywords if one.arg == "name"]
        texts = [self._strings.text(one, scope) for one in arguments[:2]]
        if not texts or not texts[0]:
            return None
        inner = texts[0].lstrip(".")
        level = len(texts[0]) - len(inner)
        if not level:
            return self._named(inner, scope)
        package = (texts[1] if len(texts) > 1 else None) or ""
        parts = package.split(".")
        if not package or level > len(parts):
            return None
        return self._asked.namespace(".".join([*parts[: len(parts) - level + 1], *filter(None, [inner])]))

    def _imported(self, node: ast.Call, scope: Scope) -> Type | None:
        """What ``__import__`` returns: the module itself only if it is told what is wanted from it."""
        text = self._strings.text(node.args[0], scope) if node.args else None
        if text is None:
            return None
        wanted = len(node.args) > _WANTED or any(one.arg == "fromlist" for one in node.keywords)
        return self._named(text if wanted else text.partition(".")[0], scope)

    def _named(self, dotted: str, scope: Scope) -> Type:
        return self._asked.namespace(self._asked.project.imported(scope.file, dotted, 0) or dotted)

    # Helpers

    def returned(self, function: Function, call: ast.Call, scope: Scope) -> Type | None:
        """What a function returns to a call."""
        node, inner = function.node, function.scope
        if self._depth >= MAX_HELPERS or not isinstance(node, ast.FunctionDef) or flow_of(inner).yielded:
            return None
        known = dict(self._given(function, call, scope))
        if not known:
            return None
        at_failure = _within_handlers(node)
        values = [one.value for key, one in flow_of(inner).returned.items() if key not in at_failure]
        look = _Look(self._asked, known, self._depth + 1)
        kinds = [None if one is None else look.value(one, inner) for one in values]
        return None if not kinds or None in kinds else union(filter(None, kinds))

    def _given(self, function: Function, call: ast.Call, scope: Scope) -> Iterator[tuple[str, str]]:
        """Yield the parameters for which a call passes a string that is known, with that string."""
        own = names_of(function.node)[function.owner is not None :]
        given = dict(zip((one.arg for one in own), call.args, strict=False))
        if any(isinstance(one, ast.Starred) for one in call.args):
            return
        given.update((one.arg, one.value) for one in call.keywords if one.arg is not None)
        for argument in own:
            bound = list(flow_of(function.scope).bound.get(argument.arg, {}))
            if len(bound) != 1 or not isinstance(binding := bound[0], Parameter):
                continue  # The function sets it, so that its value where it is used is another one.
            if argument.arg in given:
                text = self._strings.text(given[argument.arg], scope)
            else:
                text = None if binding.default is None else self._strings.text(binding.default, function.scope)
            if text is not None:
                yield argument.arg, text


# The arguments of ``__import__`` before the list of what is wanted.
_WANTED = 3


def _within_handlers(node: ast.FunctionDef) -> set[int]:
    """The ids of the ``return`` statements that give a stand-in for what could not be imported."""
    inside: Sequence[ast.AST] = [one for one in ast.walk(node) if isinstance(one, ast.ExceptHandler)]
    return {id(one) for handler in inside for one in ast.walk(handler) if isinstance(one, ast.Return)}


def _looks_up(scope: Scope) -> bool:
    """Whether a call in the scope may find something by a dotted name that is given as a string."""
    found: bool | None = scope.readings.get(_looks_up)
    if found is None:
        renamed = scopes_of(scope.file).renamed
        names = NAMES.union(*(renamed.get(name, ()) for name in NAMES))
        found = any(getattr(one.func, "id", getattr(one.func, "attr", "")) in names for one in scope.calls)
        scope.readings[_looks_up] = found
    return found
