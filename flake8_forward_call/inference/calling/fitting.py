"""Does a call fit the overrides of ``__call__`` on its way to ``forward``, and arrive there as a direct call would?"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import takewhile

from flake8_forward_call.inference.calling.delegation import Onward, calls_onward, of_parent
from flake8_forward_call.inference.catalogue import MODULE_CLASS
from flake8_forward_call.inference.classes import bodies
from flake8_forward_call.inference.definitions import SourceClass
from flake8_forward_call.inference.engine import Answers, unjoined
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.bindings import Assigned, Defined
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.scopes import FunctionNode, Scope, scopes_of
from flake8_forward_call.inference.syntax.states import untested
from flake8_forward_call.inference.verdicts.verdict import Sameness, worst


@dataclass(frozen=True, slots=True)
class Override:
    """An override of ``__call__`` on the way to ``forward``: its class, and the calls that pass its arguments on."""

    cls: SourceClass
    node: FunctionNode
    onwards: Sequence[Onward]


_OVERRIDES: Answers[tuple[Override, ...]] = unjoined(())


def passes_self(call: ast.Call, scope: Scope) -> bool:
    """Whether a call passes a keyword ``self``, which ``Module.__call__`` does not accept."""
    for keyword in call.keywords:
        if keyword.arg == "self" or (keyword.arg is None and _has_self(keyword.value, scope)):
            return True
    return False


def _has_self(value: ast.expr, scope: Scope) -> bool:
    match value:
        case ast.Dict(keys=keys, values=values):
            return any(
                _has_self(one, scope) if key is None else isinstance(key, ast.Constant) and key.value == "self"
                for key, one in zip(keys, values, strict=True)
            )
        case ast.Call(func=ast.Name(id="dict"), keywords=keywords):
            return any(one.arg == "self" for one in keywords)
        case ast.Name():
            reached = untested(flow_of(scope).uses.get(id(value), ()))
            return any(isinstance(one, Assigned) and one.value is not value and not isinstance(one.value, ast.Name)
                       and _has_self(one.value, scope) for one in reached)  # fmt: skip
        case _:
            return False


def overrides(asked: Questions, cls: SourceClass) -> Sequence[Override]:
    """The overrides of ``__call__`` that a call of an instance goes through, down to ``Module``."""
    return asked.engine.once(("overrides of call", cls), lambda: tuple(_overrides(asked, cls)), _OVERRIDES)


def _overrides(asked: Questions, cls: SourceClass) -> Iterator[Override]:
    own_calls = asked.own_calls
    for one in takewhile(lambda one: one is None or one.dotted != MODULE_CLASS, asked.hierarchy.order(cls)):
        for binding in flow_of(one.scope).exit.get("__call__", ()) if isinstance(one, SourceClass) else ():
            if isinstance(binding, Defined) and isinstance(binding.definition, ast.FunctionDef):
                assert isinstance(one, SourceClass)
                node, inner = binding.definition, scopes_of(one.scope.file).opened[id(binding.definition)]
                onward = of_parent(node, partial(own_calls.names_base, one, inner))
                yield Override(one, node, calls_onward(node, inner, onward))


def fit(asked: Questions, cls: SourceClass, override: Override, call: ast.Call | None) -> Sameness:
    """Whether a call that goes through an override arrives at ``forward`` as a direct call would.

    ``call`` is None if its arguments are unknown, because the function that gets ``forward`` makes the call.
    """
    forward = _forward(asked, cls)
    given = Signature(override.node)
    wanted = None if forward is None else Signature(forward)
    if wanted is not None and given.is_like(wanted):
        return Sameness.SAME
    if call is None:
        return Sameness.SAME if given.passes_anything else Sameness.PERHAPS
    return worst(*(_fits(call, given, wanted, one) for one in override.onwards))


def _forward(asked: Questions, cls: SourceClass) -> FunctionNode | None:
    for one in asked.hierarchy.order(cls):
        if not isinstance(one, SourceClass):
            return None
        if "forward" in flow_of(one.scope).exit:
            found = bodies.first_method(one, "forward")
            return None if found is None else found.node  # type: ignore[return-value]
    return None


class Signature:
    """The parameters of a method without the first."""

    def __init__(self, node: FunctionNode) -> None:
        arguments = node.args
        plain = [*arguments.posonlyargs, *arguments.args]
        defaults: list[ast.expr | None] = [None] * (len(plain) - len(arguments.defaults)) + list(arguments.defaults)
        self.positional = [one.arg for one in plain][1:]
        self.by_name = [one.arg for one in arguments.args if one.arg in self.positional]
        self.keywords = [one.arg for one in arguments.kwonlyargs]
        self.defaults = {
            one.arg: ast.dump(default)
            for one, default in (
                *zip(plain[1:], defaults[1:], strict=True),
                *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
            )
            if default is not None
        }
        self.takes_more = arguments.vararg is not None
        self.takes_names = arguments.kwarg is not None

    def is_like(self, other: Signature) -> bool:
        """Whether every call means the same to both."""
        return vars(self) == vars(other)

    @property
    def passes_anything(self) -> bool:
        return self.takes_more and self.takes_names and not self.defaults and not self.keywords

    def may_take(self, call: ast.Call) -> bool:
        """Whether a call does not certainly fail for its number of arguments or the names of its keywords."""
        positional = [str(index) for index, one in enumerate(call.args) if not isinstance(one, ast.Starred)]
        named = {one.arg: one.arg for one in call.keywords if one.arg is not None}
        if len(positional) == len(call.args) and len(named) == len(call.keywords):
            return self.bound(positional, named) is not None
        takes_names = self.takes_names or all(one in self.by_name or one in self.keywords for one in named)
        return takes_names and (self.takes_more or len(positional) <= len(self.positional))

    def bound(self, positional: Sequence[str], named: Mapping[str, str]) -> dict[str, str] | None:
        """The value of each parameter, as a string that represents it; None if the call does not fit."""
        if len(positional) > len(self.positional) and not self.takes_more:
            return None
        found = dict(zip(self.positional, positional, strict=False))
        for index, one in enumerate(positional[len(self.positional) :]):
            found[f"*{index}"] = one
        for name, value in named.items():
            if name in self.by_name or name in self.keywords:
                if name in found:
                    return None
                found[name] = value
            elif self.takes_names:
                found[f"**{name}"] = value
            else:
                return None
        for name in (*self.positional, *self.keywords):
            if name not in found:
                if name not in self.defaults:
                    return None
                found[name] = self.defaults[name]
        return found


def _fits(call: ast.Call, given: Signature, wanted: Signature | None, onward: Onward) -> Sameness:
    if any(isinstance(one, ast.Starred) for one in call.args) or any(one.arg is None for one in call.keywords):
        return _fits_starred(call, given)
    positional = [f"argument {index}" for index, _ in enumerate(call.args)]
    named = {str(one.arg): f"keyword {one.arg}" for one in call.keywords}
    directly = None if wanted is None else wanted.bound(positional, named)
    if wanted is not None and directly is None:
        return Sameness.SAME  # The direct call is wrong already.
    first = given.bound(positional, named)
    if first is None:
        return Sameness.DIFFERENT
    positional_on, named_on = _handed_on(first, given, onward)
    if wanted is None:
        # The override's author chose between position and name. A default may differ from that of `forward`.
        handed = [*positional_on, *named_on.values()]
        return Sameness.SAME if sorted(handed) == sorted([*positional, *named.values()]) else Sameness.PERHAPS
    return Sameness.SAME if wanted.bound(positional_on, named_on) == directly else Sameness.DIFFERENT


def _handed_on(values: Mapping[str, str], given: Signature, onward: Onward) -> tuple[list[str], dict[str, str]]:
    """The positional and the keyword arguments that an override passes on, which are unchanged parameters."""
    positional = [values[one.id] for one in onward.given if isinstance(one, ast.Name) and one.id in values]
    if any(isinstance(one, ast.Starred) for one in onward.given):
        positional += [value for name, value in values.items() if name.startswith("*") and name[1:].isdigit()]
    named = {
        one.arg: values[one.value.id]
        for one in onward.call.keywords
        if one.arg is not None and isinstance(one.value, ast.Name) and one.value.id in values
    }
    if any(one.arg is None for one in onward.call.keywords):
        named |= {name[2:]: value for name, value in values.items() if name.startswith("**")}
    return positional, named


def _fits_starred(call: ast.Call, given: Signature) -> Sameness:
    """Whether a call with an unknown number of arguments goes through an override unchanged."""
    has_more = any(isinstance(one, ast.Starred) for one in call.args)
    has_names = any(one.arg is None for one in call.keywords)
    fits = not given.defaults and not given.keywords
    fits &= given.takes_more or not has_more
    fits &= given.takes_names or not has_names
    return Sameness.SAME if fits and (given.takes_more or not given.positional) else Sameness.PERHAPS
