"""The verdict on a receiver."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from flake8_forward_call.candidates import candidates
from flake8_forward_call.inference import sites
from flake8_forward_call.inference.evaluate import Evaluator, OutOfBudget
from flake8_forward_call.inference.hierarchy import SourceClass, is_foreign
from flake8_forward_call.inference.project import File
from flake8_forward_call.inference.scopes import Scope
from flake8_forward_call.inference.session import session_of
from flake8_forward_call.inference.types import (
    Instance,
    NoneValue,
    Origin,
    Slot,
    Type,
    Unknown,
    alternatives,
)
from flake8_forward_call.inference.verdict import NO_MODULE, NOT_KNOWN, Sameness, Standing, Verdict, worst
from flake8_forward_call.source import Source


def judge(source: Source, calls: Sequence[ast.Call]) -> list[Verdict]:
    """The verdict on the receiver of each of the calls, which are all that the file has but those on ``super()``.

    Raises RecursionError where the tree is nested deeper than the interpreter's stack.
    """
    session = session_of(source.path)
    file = session.take(source)
    if file.tree is not source.tree:  # It was read before, because another file imports it.
        calls = [candidate.node for candidate in candidates(file.tree) if not candidate.is_super]
    return [_judge(session.evaluator, call, file) for call in calls]


def _judge(ev: Evaluator, call: ast.Call, file: File) -> Verdict:
    assert isinstance(call.func, ast.Attribute)
    receiver, scope = call.func.value, file.scopes.standing[id(call)]
    try:
        kind = ev.ask(lambda: ev.expression(receiver, scope))
        verdict = ev.ask(lambda: of_type(ev, kind, scope))
        if verdict.standing is not Standing.MODULE:
            return verdict
        if ev.ask(lambda: sites.runs_inside_call(ev, receiver, scope)):
            return Verdict(verdict.standing, Sameness.DIFFERENT, "the call is part of what __call__ does")
    except OutOfBudget:
        return NOT_KNOWN
    if sites.stands_in_hook(receiver, scope):
        return Verdict(verdict.standing, Sameness.DIFFERENT, "the call stands in a hook of the same module")
    return verdict


def of_type(ev: Evaluator, kind: Type, scope: Scope) -> Verdict:
    """The verdict on a type: a module only if every alternative but ``None`` is one."""
    verdicts = [_of_alternative(ev, one, scope) for one in alternatives(kind) if not isinstance(one, NoneValue)]
    if not verdicts:
        return NOT_KNOWN
    for standing in (Standing.UNKNOWN, Standing.NOT_MODULE):
        for verdict in verdicts:
            if verdict.standing is standing:
                return verdict
    doubt = worst(*(verdict.sameness for verdict in verdicts))
    return next(verdict for verdict in verdicts if verdict.sameness is doubt)


def _of_alternative(ev: Evaluator, kind: Type, scope: Scope) -> Verdict:
    match kind:
        case Slot(bound=bound):
            return of_type(ev, bound, scope)
        case Instance():
            return _of_instance(ev, kind, scope)
        case Unknown():
            return NOT_KNOWN
        case _:
            return NO_MODULE


def _of_instance(ev: Evaluator, kind: Instance, scope: Scope) -> Verdict:
    cls = kind.cls
    standing = ev.hierarchy.standing(cls)
    if standing is not Standing.MODULE:
        return NO_MODULE if standing is Standing.NOT_MODULE else NOT_KNOWN
    if kind.origin is Origin.OPAQUE:
        return Verdict(standing, Sameness.UNREAD, "the receiver's own class was not read")
    same = ev.hierarchy.meaning_of_call(cls)
    if kind.origin is Origin.DECLARED and isinstance(cls, SourceClass) and not is_foreign(cls):
        # An instance of a subclass may come here, and is called by the subclass's rules.
        same = worst(same, ev.hierarchy.meaning_to_heirs(cls))
    elif kind.origin is Origin.DECLARED and ev.hierarchy.comes_without_hooks(cls):
        return Verdict(standing, Sameness.DIFFERENT, "the module may have come over RPC without its hook tables")
    return Verdict(standing, same, f"{cls.dotted} derives from torch.nn.Module")
