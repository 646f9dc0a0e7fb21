"""Whether a called module is the one on which a hook is registered."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from flake8_forward_call.inference.hooks import hooks
from flake8_forward_call.inference.hooks.identity import Holding
from flake8_forward_call.inference.hooks.spots import Placed
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.bindings import Assigned, Iterated, Parameter
from flake8_forward_call.inference.syntax.references import last_name
from flake8_forward_call.inference.syntax.scopes import FunctionNode, Scope, scopes_of
from flake8_forward_call.inference.types import ClassObject, Instance, Origin, Slot, Type, Unknown, alternatives
from flake8_forward_call.inference.verdicts.verdict import Sameness


@dataclass(frozen=True, slots=True)
class Called:
    """What is called: an expression with its scope, and its type."""

    holding: Holding
    kind: Type


def meeting(asked: Questions, place: Called, target: Placed) -> Sameness:
    """DIFFERENT if the module that is called is the target, PERHAPS if it may be, SAME if it is another one.

    Raises OutOfBudget.
    """
    held, other = place.holding, Holding(asked, *target)
    keys, theirs = _keys(asked, held), _keys(asked, other)
    if not (keys | held.wider).isdisjoint(theirs) or is_same_text(asked, held.node, held.scope, target):
        return Sameness.DIFFERENT if held.fits(other) else Sameness.SAME
    whole = _whole(asked, *target)
    if whole is not None:
        tree = Holding(asked, *whole)
        if any(not one.wider.isdisjoint(_keys(asked, tree)) for one in (held, *held.above)):
            return Sameness.DIFFERENT if held.fits(other) else Sameness.SAME
    if not _may_be_of_one_class(asked, place.kind, other.kind):
        return Sameness.SAME
    if not keys.isdisjoint(other.wider):
        return Sameness.PERHAPS
    if _are_made_apart(asked, held, other) or _have_names_side_by_side(asked, held, other):
        return Sameness.SAME
    return Sameness.PERHAPS


def is_read(asked: Questions, target: Placed) -> bool:
    """Whether everything that the target can be was read."""
    return not any(isinstance(_bound(one), Unknown) for one in alternatives(Holding(asked, *target).kind))


def _bound(kind: Type) -> Type:
    return kind.bound if isinstance(kind, Slot) else kind


def _keys(asked: Questions, one: Holding) -> frozenset[tuple[object, ...]]:
    """The keys of an expression, and those of what is assigned to the attribute: ``self.net = net`` in its class."""
    found = set(one.keys)
    if isinstance(one.node, ast.Attribute):
        for binding in asked.bound(one.node, one.scope):
            match binding:
                case Assigned(value=ast.Name() | ast.Attribute() as value, path=()):
                    found |= Holding(asked, value, binding.scope).keys
    return frozenset(found)


def is_same_text(asked: Questions, node: ast.expr, scope: Scope, target: Placed) -> bool:
    """Whether two expressions have the same text, and their names have the same meaning."""
    if scope.file is not target[1].file or ast.dump(node) != ast.dump(target[0]):
        return False
    first, second = Holding(asked, node, scope).keys, Holding(asked, *target).keys
    return not first.isdisjoint(second) or not (first or second)


def _whole(asked: Questions, node: ast.expr, scope: Scope) -> Placed | None:
    """The module if a hook is registered on all its parts, by a loop or by ``module.apply(function)``; or None."""
    for binding in asked.bound(node, scope) if isinstance(node, ast.Name) else ():
        match binding:
            case Iterated():
                return hooks.whole_tree(asked, node, scope)
            case Parameter(function=function):
                for call, where in scopes_of(scope.file).method_calls.get("apply", ()):
                    if any(_hands(one, function) for one in call.args):
                        assert isinstance(call.func, ast.Attribute)
                        return call.func.value, where
    return None


def _hands(argument: ast.expr, function: FunctionNode) -> bool:
    return argument is function or (last_name(argument) or "") == getattr(function, "name", None)


def _may_be_of_one_class(asked: Questions, kind: Type, other: Type) -> bool:
    theirs = list(map(_bound, alternatives(other)))
    if any(isinstance(one, Unknown) for one in theirs):
        return True
    pairs = (
        (a, b)
        for a in map(_bound, alternatives(kind))
        for b in theirs
        if isinstance(a, Instance) and isinstance(b, Instance)
    )
    return any(_may_be_one(asked, a, b) for a, b in pairs)


def _may_be_one(asked: Questions, first: Instance, second: Instance) -> bool:
    below = first.origin is not Origin.CONSTRUCTED and asked.hierarchy.derives(second.cls, first.cls)
    above = second.origin is not Origin.CONSTRUCTED and asked.hierarchy.derives(first.cls, second.cls)
    return first.cls is second.cls or below or above


def _are_made_apart(asked: Questions, *holdings: Holding) -> bool:
    """Whether two modules are created by two different calls of classes."""
    first, second = (list(asked.origins(one.node, one.scope)) for one in holdings)
    if not first or not second or not all(_makes(asked, *one) for one in (*first, *second)):
        return False
    return not {id(node) for node, _ in first} & {id(node) for node, _ in second}


def _makes(asked: Questions, node: ast.expr, scope: Scope) -> bool:
    if not isinstance(node, ast.Call):
        return False
    return all(isinstance(one, ClassObject) for one in alternatives(asked.expression(node.func, scope)))


def _have_names_side_by_side(asked: Questions, held: Holding, other: Holding) -> bool:
    """Whether two names are in the same class or function, where a module usually has one name.

    Not if one is created from the other: ``self.inner = unwrapped(net)``.
    """
    if _home(held.scope) is not _home(other.scope):
        return False
    name = ast.dump(other.node)
    made = (node for node, _ in asked.origins(held.node, held.scope))
    return not any(ast.dump(part) == name for node in made for part in ast.walk(node))


def _home(scope: Scope) -> Scope:
    """The class or outermost function that contains a scope, or else the module."""
    return next(one for one in scope.outward() if one.is_class or one.parent is None or one.parent.parent is None)
