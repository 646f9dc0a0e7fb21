"""The verdict on a receiver."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace

from flake8_forward_call.inference.answers import Place
from flake8_forward_call.inference.calling.meant import meant
from flake8_forward_call.inference.catalogue import MODULE_CLASS
from flake8_forward_call.inference.clues.weighing import weigh
from flake8_forward_call.inference.definitions import KnownClass, SourceClass, is_foreign
from flake8_forward_call.inference.engine import OutOfBudget
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.session import session_of
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.syntax.scopes import Scope, scopes_of
from flake8_forward_call.inference.types import (
    UNKNOWN,
    ClassObject,
    Instance,
    NoneValue,
    Origin,
    Slot,
    Type,
    Unknown,
    alternatives,
    union,
)
from flake8_forward_call.inference.verdicts.seen import Seen
from flake8_forward_call.inference.verdicts.seen_classes import classes_of
from flake8_forward_call.inference.verdicts.verdict import (
    NO_MODULE,
    NOT_CALLED,
    NOT_KNOWN,
    TOO_FAR,
    Attachment,
    Sameness,
    Standing,
    Verdict,
    worst,
)
from flake8_forward_call.sources.source import Source
from flake8_forward_call.stack import with_room
from flake8_forward_call.visiting.candidates import Candidate, candidates


@with_room
def judge(source: Source, found: Sequence[Candidate], seen: Sequence[Seen | None] = ()) -> list[Verdict]:
    """The verdicts on the receivers of the candidates, which must be all candidates of the file.

    ``seen`` is what a run has shown about each of them, if there was one.
    """
    session = session_of(source.path)
    file, asked = session.take(source)
    if file.tree is not source.tree:  # The file was already read, because another file imports it.
        found = candidates(file.tree, source.forward_rows)
    verdicts = [judge_one(asked, candidate, file) for candidate in found]
    for index, one in enumerate(seen):
        if one is not None:
            verdicts[index] = _with_run(asked, found[index], file, verdicts[index], one)
    session.keep()
    return verdicts


@with_room
def judge_one(asked: Questions, candidate: Candidate, file: File) -> Verdict:
    """The verdict on the receiver of one candidate in a file. If it exceeds a limit, only this one is unknown."""
    try:
        return _of_candidate(asked, candidate, file)
    except (OutOfBudget, RecursionError):
        return TOO_FAR


def _with_run(asked: Questions, candidate: Candidate, file: File, verdict: Verdict, seen: Seen) -> Verdict:
    """The verdict with what a run has shown about the receiver.

    A receiver that was something else is not reported. One that was a module is, if the source does not already prove
    it: its classes are then known, so the source is asked whether calling them is equivalent.
    """
    if seen.others:
        against = f"the source shows a module, but at run time it was {seen.names}" if _is_shown(verdict) else ""
        reason = f"at run time, the receiver was {seen.names}"
        return Verdict(Standing.NOT_MODULE, Sameness.DIFFERENT, reason, seen=seen, contradiction=against)
    if verdict.standing is Standing.MODULE and not verdict.clues:
        return replace(verdict, seen=seen)
    try:
        kinds = classes_of(asked, seen, file)
        made = _of_run(asked, candidate, file, kinds)
    except (OutOfBudget, RecursionError):
        return replace(verdict, seen=seen)
    against = ""
    if verdict.standing is Standing.NOT_MODULE:
        against = f"the source shows no module, but at run time it was {seen.names}"
    if made.standing is not Standing.MODULE:  # The source says of the class itself that it is none.
        if verdict.standing is Standing.MODULE:
            return replace(verdict, seen=seen)
        return replace(
            verdict, seen=seen, contradiction=f"the source shows no module class, but at run time it was {seen.names}"
        )
    reason, sameness = made.reason, made.sameness
    if sameness is Sameness.SAME:
        doubt = _doubt(candidate, kinds, seen, against)
        reason, sameness = (reason, sameness) if doubt is None else (doubt, Sameness.PERHAPS)
    return replace(made, reason=reason, sameness=sameness, seen=seen, contradiction=against, rests_on_run=True)


def _is_shown(verdict: Verdict) -> bool:
    """Whether the source alone proves that at least one possible receiver is a module."""
    return verdict.standing is Standing.MODULE and not verdict.clues


def _doubt(candidate: Candidate, kinds: Sequence[Type | None], seen: Seen, against: str) -> str | None:
    """Why a rewrite may not be safe although a run has shown that the receiver is a module; None if nothing says so."""
    if against:
        return against
    if not seen.is_current:
        return "the file has changed since the receiver was seen"
    if None in kinds:
        return "the definition of a class that was seen at run time could not be found"
    if not seen.is_plain:
        return "a class that was seen at run time overrides __call__"
    return "the function that it is passed to may do something else with it" if candidate.is_handed else None


def _of_run(asked: Questions, candidate: Candidate, file: File, kinds: Sequence[Type | None]) -> Verdict:
    """The verdict on a receiver with the classes of a run; one that is not found may be any module's.

    Raises OutOfBudget.
    """
    receiver, scope = candidate.attribute.value, scopes_of(file).standing[id(candidate.call)]
    module = asked.known_class(MODULE_CLASS)
    any_module = UNKNOWN if module is None else Instance(module, Origin.DECLARED)
    kind = union(any_module if one is None else one for one in kinds)
    return _of_kind(asked, kind, Place(receiver, scope, candidate.call, kind))


def _of_candidate(asked: Questions, candidate: Candidate, file: File) -> Verdict:
    receiver, scope = candidate.attribute.value, scopes_of(file).standing[id(candidate.call)]
    if not candidate.is_handed:
        verdict = _of_receiver(asked, receiver, scope, candidate.call)
        return (
            verdict if verdict.standing is not Standing.UNKNOWN else _by_clues(asked, receiver, scope, candidate.call)
        )
    certainty = asked.ask(lambda: asked.certainty_of_call(candidate, scope))
    if certainty is None:
        return NOT_CALLED
    verdict = _of_receiver(asked, receiver, scope, candidate.call)
    return replace(verdict, sameness=worst(verdict.sameness, certainty))


def _of_receiver(asked: Questions, receiver: ast.expr, scope: Scope, call: ast.Call) -> Verdict:
    """The verdict on a receiver at its location. Raises OutOfBudget."""
    kind = asked.ask(lambda: _checked(asked, receiver, scope, asked.resolved(asked.expression(receiver, scope))))
    return _of_kind(asked, kind, Place(receiver, scope, call, kind))


def _by_clues(asked: Questions, receiver: ast.expr, scope: Scope, call: ast.Call) -> Verdict:
    """The verdict on a receiver that nothing proves or refutes to be a module. Raises OutOfBudget."""
    told = asked.ask(lambda: weigh(asked, call, receiver, scope, asked.expression(receiver, scope)))
    if told is None:
        return NOT_KNOWN
    verdict = _of_kind(asked, told.kind, Place(receiver, scope, call, told.kind))
    if verdict.standing not in (Standing.MODULE, Standing.PROBABLE) or verdict.sameness is Sameness.DIFFERENT:
        return NOT_KNOWN
    sameness = worst(verdict.sameness, Sameness.PERHAPS)
    reason = f"there is evidence that it is a module, but no proof: {told.clues[0].text}"
    return replace(verdict, sameness=sameness, reason=reason, clues=told.clues)


def _of_kind(asked: Questions, kind: Type, place: Place) -> Verdict:
    """The verdict on a receiver with a type."""
    receiver, scope = place.receiver, place.scope
    call = place.call if getattr(place.call.func, "value", None) is receiver else None
    verdict = asked.ask(lambda: of_type(asked, meant(asked, kind, call)))
    if verdict.standing not in (Standing.MODULE, Standing.PROBABLE) or verdict.sameness is Sameness.DIFFERENT:
        return verdict
    is_safe = verdict.standing is Standing.MODULE and verdict.sameness is Sameness.SAME
    obstacle = asked.obstacle(place, is_safe=is_safe)
    if obstacle is not None and obstacle.is_refuted:
        return NO_MODULE
    if obstacle is not None and worst(verdict.sameness, obstacle.sameness) is not verdict.sameness:
        verdict = replace(verdict, sameness=obstacle.sameness, reason=obstacle.reason)
    if verdict.standing is not Standing.MODULE or verdict.sameness is Sameness.DIFFERENT:
        return verdict
    return replace(verdict, attachments=_hanging(asked, receiver, scope))


def _checked(asked: Questions, receiver: ast.expr, scope: Scope, kind: Type) -> Type:
    """The type of a receiver, with what the constructor has checked in place of what nothing else shows."""
    if Unknown() not in alternatives(kind):
        return kind
    return union(asked.guarded(receiver, scope) if one == Unknown() else one for one in alternatives(kind))


def _hanging(asked: Questions, receiver: ast.expr, scope: Scope) -> tuple[Attachment, ...]:
    """The uses of the receiver's hooks. If finding them exceeds a limit, the verdict has none."""
    try:
        return asked.ask(lambda: asked.attachments(receiver, scope))
    except (OutOfBudget, RecursionError):
        return ()


def of_type(asked: Questions, kind: Type) -> Verdict:
    """The verdict on a type: a module only if every alternative except ``None`` is, probable if some are unknown."""
    several = [one for one in alternatives(kind) if not isinstance(one, NoneValue)]
    several = [UNKNOWN if _is_slip(asked, one, several) else one for one in several]
    verdict = _of_all([_of_alternative(asked, one) for one in several])
    if verdict.standing is Standing.MODULE and any(isinstance(one, Unknown) for one in several):
        # A test or an annotation that only names `nn.Module` does not say which values there are.
        shown = [
            one
            for one in several
            if not _is_any_module(one) and _of_alternative(asked, one).standing is verdict.standing
        ]
        return verdict if shown else replace(verdict, standing=Standing.PROBABLE)
    return verdict


def _is_any_module(kind: Type) -> bool:
    return isinstance(kind, Instance) and kind.origin is Origin.DECLARED and kind.cls.dotted == MODULE_CLASS


def _is_slip(asked: Questions, kind: Type, several: Sequence[Type]) -> bool:
    """Whether an annotation such as ``type[Net]`` is in doubt, because a ``Net`` comes there as well.

    Many write that for an instance. No code can do the same with both.
    """
    if not isinstance(kind, ClassObject) or kind.origin is not Origin.DECLARED:
        return False
    derives = asked.hierarchy.derives
    instances = [one for one in several if isinstance(one, Instance)]
    return any(derives(one.cls, kind.cls) or derives(kind.cls, one.cls) for one in instances)


def _of_all(verdicts: Sequence[Verdict]) -> Verdict:
    if not verdicts:
        return NOT_KNOWN
    refuted = next((one for one in verdicts if one.standing is Standing.NOT_MODULE), None)
    if refuted is not None:
        return refuted
    certain = [one for one in verdicts if one.standing is Standing.MODULE]
    doubtful = [one for one in verdicts if one.standing is not Standing.MODULE]
    doubt = worst(*(one.sameness for one in certain))
    if not doubtful:
        return next(one for one in certain if one.sameness is doubt)
    likely = next((one for one in doubtful if one.standing is Standing.PROBABLE), None)
    if not certain:
        return likely or doubtful[0]
    if doubt is Sameness.DIFFERENT:
        return NOT_KNOWN  # The receiver is unknown, and the rewrite could be wrong even if it is a module.
    # One proven value is enough to bypass the hooks of that module.
    reason = "some of its possible values could not be resolved" if likely is None else likely.reason
    return Verdict(Standing.MODULE, worst(Sameness.PERHAPS, doubt), reason)


def _of_alternative(asked: Questions, kind: Type) -> Verdict:
    match kind:
        case Slot(owner="Self", bound=Instance() as bound):
            return _of_declared(asked, bound)
        case Slot(bound=bound):
            return of_type(asked, bound)
        case Instance(origin=Origin.DECLARED):
            return _of_declared(asked, kind)
        case Instance():
            return _of_instance(asked, kind)
        case Unknown():
            return NOT_KNOWN
        case _:
            return NO_MODULE


def _of_declared(asked: Questions, kind: Instance) -> Verdict:
    """The verdict on ``self`` or an annotated value. For a mixin, it is the verdict on the classes that use it."""
    cls = kind.cls
    if isinstance(cls, SourceClass) and asked.hierarchy.standing(cls) is not Standing.MODULE:
        users = asked.users_of_mixin(cls)
        if users:
            return _of_all([_of_instance(asked, Instance(one, Origin.DECLARED)) for one in users])
        if asked.hierarchy.standing(cls) is Standing.NOT_MODULE and asked.is_for_others(cls, "forward"):
            return NOT_KNOWN
    return _of_instance(asked, kind)


def _of_instance(asked: Questions, kind: Instance) -> Verdict:
    cls = kind.cls
    standing = asked.hierarchy.standing(cls)
    if standing is Standing.UNKNOWN and isinstance(cls, SourceClass) and asked.behaves_like_module(cls):
        return Verdict(Standing.PROBABLE, Sameness.PERHAPS, asked.unread_part(cls))
    if standing is not Standing.MODULE:
        return NO_MODULE if standing is Standing.NOT_MODULE else NOT_KNOWN
    if kind.origin in (Origin.OPAQUE, Origin.FOREIGN):
        return _of_unread(asked, kind)
    meaning, culprit = asked.hierarchy.call_of(cls)
    if kind.origin is Origin.DECLARED and isinstance(cls, SourceClass) and not is_foreign(cls):
        # The value may be an instance of a subclass, and then the `__call__` of the subclass applies.
        below, subclass = asked.hierarchy.meaning_to_subclasses(cls)
        if worst(meaning, below) is not meaning:
            meaning, culprit = below, subclass
    elif kind.origin is Origin.DECLARED and asked.hierarchy.comes_without_hooks(cls):
        return Verdict(
            standing, Sameness.DIFFERENT, "the module may have been sent over RPC, which drops its hook tables"
        )
    if culprit is not None:
        return Verdict(standing, meaning, asked.hierarchy.objection(culprit))
    unread = "" if meaning is Sameness.SAME else ", but an unresolved base class may override __call__"
    return Verdict(standing, meaning, f"{cls.label} derives from torch.nn.Module{unread}")


def _of_unread(asked: Questions, kind: Instance) -> Verdict:
    """The verdict on a module whose exact class was not read. If `__call__` varies in the project, it is a guess."""
    reason = "its exact class is unknown"
    if kind.origin is Origin.FOREIGN and isinstance(kind.cls, KnownClass) and kind.cls.entry.same_below:
        return Verdict(Standing.MODULE, Sameness.SAME, f"no subclass of {kind.cls.label} overrides __call__")
    if kind.origin is Origin.OPAQUE and asked.hierarchy.other_calls_abound():
        return Verdict(Standing.PROBABLE, Sameness.UNREAD, f"{reason}, and modules in this project override __call__")
    return Verdict(Standing.MODULE, Sameness.UNREAD, f"it is an instance of {kind.cls.label}, but {reason}")
