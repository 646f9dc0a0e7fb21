"""Is a bound ``forward`` that is passed as an argument certainly called, and nothing else done with it?"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from flake8_forward_call.inference.syntax.bindings import Annotated, AnyBinding, Assigned, Entered, Parameter
from flake8_forward_call.inference.types import Builtin, Function, KnownFunction, Namespace, Type, Unknown, alternatives
from flake8_forward_call.inference.verdicts.verdict import Sameness, worst
from flake8_forward_call.visiting.candidates import Candidate

if TYPE_CHECKING:
    from flake8_forward_call.inference.evaluating.evaluate import Evaluator
    from flake8_forward_call.inference.syntax.scopes import Scope

# Which parameter of a function is called: its index, or None if it is keyword-only, and its name.
_Called: TypeAlias = "tuple[int | None, str]"

_TRANSFORMS = ("vmap", "grad", "grad_and_value", "vjp", "jvp", "linearize", "jacrev", "jacfwd", "hessian")
_DERIVATIVES = ("jacobian", "hessian", "vjp", "jvp", "vhp", "hvp")

# The pages: docs.pytorch.org/docs/stable/{checkpoint,func.api,autograd,vmap}.html, docs.python.org/3/library/.
_CALLERS: dict[str, _Called] = {
    "torch.utils.checkpoint.checkpoint": (0, "function"),
    "deepspeed.checkpointing.checkpoint": (0, "function"),
    "torch.vmap": (0, "func"),
    **{f"{package}.{name}": (0, "func") for package in ("torch.func", "functorch") for name in _TRANSFORMS},
    **{f"torch.autograd.functional.{name}": (0, "func") for name in _DERIVATIVES},
    "torch.autograd.gradcheck": (0, "func"),
    "torch.autograd.gradgradcheck": (0, "func"),
    "map": (0, "func"),
    "filter": (0, "function"),
    "sorted": (None, "key"),
    "min": (None, "key"),
    "max": (None, "key"),
    "functools.partial": (0, "func"),
    "functools.reduce": (0, "function"),
    "itertools.starmap": (0, "function"),
    "itertools.accumulate": (1, "func"),
    "threading.Thread": (1, "target"),
    "threading.Timer": (1, "function"),
    "multiprocessing.Process": (1, "target"),
    "torch.multiprocessing.Process": (1, "target"),
    "asyncio.to_thread": (0, "func"),
    "timeit.timeit": (0, "stmt"),
    "timeit.repeat": (0, "stmt"),
    "timeit.Timer": (0, "stmt"),
    "numpy.vectorize": (0, "pyfunc"),
    "pytest.raises": (1, "func"),
}

# Methods that call an argument, in whatever class: no class uses one of these names for anything else.
_METHODS: dict[str, _Called] = {
    "submit": (0, "fn"),
    "apply_async": (0, "func"),
    "map_async": (0, "func"),
    "starmap": (0, "func"),
    "starmap_async": (0, "func"),
    "imap": (0, "func"),
    "imap_unordered": (0, "func"),
    "run_in_executor": (1, "func"),
    "assertRaises": (1, "callable"),
    "assertWarns": (1, "callable"),
}

# The same, plus those that only do so on a pool: `map` of a data set and `apply` of a module are something else.
_POOL_METHODS: dict[str, _Called] = {**_METHODS, "map": (0, "fn"), "apply": (0, "func")}

_POOLS = frozenset(
    {
        "concurrent.futures.Executor",
        "concurrent.futures.ThreadPoolExecutor",
        "concurrent.futures.ProcessPoolExecutor",
        "multiprocessing.Pool",
        "multiprocessing.pool.Pool",
        "multiprocessing.pool.ThreadPool",
        "torch.multiprocessing.Pool",
    }
)

# How many times the argument may be passed on from function to function.
_MAX_HANDS = 4


def certainty(ev: Evaluator, candidate: Candidate, scope: Scope) -> Sameness | None:
    """Whether the function that gets the attribute calls it, and so can get the module instead.

    None if nothing shows that it does, SAME if everything that happens to it is read or documented, PERHAPS if only the
    name of a method suggests it.
    """
    outcome = _outcome(ev, _Handing(candidate.attribute, candidate.call, scope))
    return None if outcome is None or _is_replaced(candidate, scope) else outcome


def _is_replaced(candidate: Candidate, scope: Scope) -> bool:
    """Whether ``forward`` is set to the call's result (``m.forward = partial(m.forward, 1)``) or in the same function.

    If the module replaced the attribute, it would call the new ``forward``, which would call the module endlessly.
    """
    around = {*scope.outward()} - {scope.file.root}
    owner = ast.unparse(candidate.attribute.value)
    for stored in scope.file.references_to("forward").stored.get("forward", ()):
        if stored.value is not None and any(node is candidate.call for node in ast.walk(stored.value)):
            return True
        is_beside = stored.scope is scope or not around.isdisjoint(stored.scope.outward())
        if is_beside and ast.unparse(stored.owner) == owner:
            return True
    return False


@dataclass(frozen=True, slots=True)
class _Handing:
    """An argument of a call, and how many more functions may pass it on."""

    argument: ast.expr
    call: ast.Call
    scope: Scope
    hands: int = _MAX_HANDS


def _outcome(ev: Evaluator, handing: _Handing) -> Sameness | None:
    """What the callee does with the argument."""
    kinds = alternatives(ev.expression(handing.call.func, handing.scope))
    return _at_worst([_by(ev, kind, handing) for kind in kinds])


def _at_worst(outcomes: Sequence[Sameness | None]) -> Sameness | None:
    """The worst of several outcomes: None if one of them is None, or if there are none."""
    certain = [one for one in outcomes if one is not None]
    return worst(*certain) if certain and len(certain) == len(outcomes) else None


def _by(ev: Evaluator, callee: Type, handing: _Handing) -> Sameness | None:
    match callee:
        case Namespace(name) | KnownFunction(name=name) | Builtin(name) if name in _CALLERS:
            return Sameness.SAME if _is_passed(_CALLERS[name], handing) else None
        case Function(node, inner, owner):
            parameter = _parameter(node.args, handing, bound=owner is not None)
            return _only_calls(ev, inner, parameter, handing.hands) if parameter is not None else None
        case Unknown() | Namespace():
            return _by_method(ev, handing)
        case _:
            return None


def _is_passed(called: _Called, handing: _Handing) -> bool:
    """Whether the argument is passed for the parameter that is called."""
    index, name = called
    if any(keyword.value is handing.argument for keyword in handing.call.keywords if keyword.arg == name):
        return True
    return index is not None and _position(handing) == index


def _position(handing: _Handing) -> int | None:
    """The index of the argument if it is positional; None if it is not, or comes after a starred one."""
    for index, one in enumerate(handing.call.args):
        if one is handing.argument:
            return index
        if isinstance(one, ast.Starred):
            break
    return None


def _by_method(ev: Evaluator, handing: _Handing) -> Sameness | None:
    match handing.call.func:
        case ast.Attribute(value=receiver, attr=name) if name in _POOL_METHODS and _is_pool(
            ev, receiver, handing.scope
        ):
            return Sameness.SAME if _is_passed(_POOL_METHODS[name], handing) else None
        case ast.Attribute(attr=name) if name in _METHODS:
            return Sameness.PERHAPS if _is_passed(_METHODS[name], handing) else None
        case _:
            return None


def _is_pool(ev: Evaluator, receiver: ast.expr, scope: Scope) -> bool:
    """Whether an expression is a pool of threads or processes, by the call that created it or its annotation."""
    if isinstance(receiver, ast.Call):
        return ev.dotted(receiver, scope) in _POOLS
    makers = [_maker(one) for one in scope.flow.uses.get(id(receiver), ())]
    return bool(makers) and all(one is not None and ev.dotted(one, scope) in _POOLS for one in makers)


def _maker(binding: AnyBinding) -> ast.expr | None:
    """The expression that shows the class of a binding's value, or None."""
    match binding:
        case Assigned(value=value, path=()) | Entered(context=value, path=()):
            return value
        case Annotated(annotation=annotation) | Parameter(argument=ast.arg(annotation=annotation)):
            return annotation
        case _:
            return None


def _parameter(arguments: ast.arguments, handing: _Handing, *, bound: bool) -> str | None:
    """The name of the parameter that the argument is passed for; None if it is unclear because of stars."""
    plain = [*arguments.posonlyargs, *arguments.args][1 if bound else 0 :]
    index = _position(handing)
    if index is not None:
        return plain[index].arg if index < len(plain) else None
    name = next((one.arg for one in handing.call.keywords if one.value is handing.argument), None)
    return name if name in {one.arg for one in (*arguments.args, *arguments.kwonlyargs)} else None


def _only_calls(ev: Evaluator, function: Scope, name: str, hands: int) -> Sameness | None:
    """The outcome for a function's parameter: None unless it is called and nothing else is done with it."""
    if not hands or len(function.flow.bound.get(name, ())) != 1:
        return None
    outcomes: list[Sameness | None] = []
    understood: set[int] = set()
    for scope in function.inward():
        if scope is not function and name in scope.flow.bound:
            return None
        for call in scope.calls:
            if _is(call.func, name):
                understood.add(id(call.func))
                outcomes.append(Sameness.SAME)
            for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
                if _is(argument, name):
                    understood.add(id(argument))
                    outcomes.append(_outcome(ev, _Handing(argument, call, scope, hands - 1)))
    for node in ast.walk(function.node):
        if isinstance(node, ast.Compare) and all(map(_is_none, node.comparators)):
            understood.add(id(node.left))
    if any(_is(node, name) and id(node) not in understood for node in ast.walk(function.node)):
        return None
    return _at_worst(outcomes)


def _is(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
