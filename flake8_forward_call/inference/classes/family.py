"""The possible classes of a receiver: those of its type and, if it may be of a subclass, the project's subclasses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flake8_forward_call.inference.classes import mixins
from flake8_forward_call.inference.classes.hierarchy import SourceClass, is_foreign
from flake8_forward_call.inference.types import Instance, Origin, Slot, Type, alternatives
from flake8_forward_call.inference.verdicts.verdict import Sameness, Standing

if TYPE_CHECKING:
    from flake8_forward_call.inference.evaluating.evaluate import Evaluator
    from flake8_forward_call.inference.project.project import File


@dataclass(frozen=True, slots=True)
class Judged:
    """A class, and the answer to a question about it."""

    cls: SourceClass
    sameness: Sameness


def instances(kind: Type) -> Iterator[Instance]:
    """Yield the instances that a type can be, `self` and the bounds of type variables included."""
    for one in alternatives(kind):
        bound = one.bound if isinstance(one, Slot) else one
        for inner in alternatives(bound):
            if isinstance(inner, Instance):
                yield inner


def called(ev: Evaluator, kind: Type) -> Iterator[SourceClass]:
    """Yield the classes of the source whose ``__call__`` a call of the receiver may go through."""
    for one in instances(kind):
        if isinstance(one.cls, SourceClass):
            yield from _with_users(ev, one, one.cls)
            if one.origin is Origin.DECLARED and not is_foreign(one.cls):
                yield from ev.hierarchy.subclasses(one.cls)


def _with_users(ev: Evaluator, one: Instance, cls: SourceClass) -> Iterator[SourceClass]:
    if one.origin is Origin.DECLARED and ev.hierarchy.standing(cls) is not Standing.MODULE:
        yield from mixins.users(ev, cls)
    else:
        yield cls


def at_worst(
    ev: Evaluator, kind: Type, file: File, question: Callable[[Evaluator, SourceClass], Sameness]
) -> Judged | None:
    """The first class with an answer other than SAME, or None; DIFFERENT only if all possible classes answer so.

    If a subclass is possible, the subclasses in ``file`` are asked too, even those of another package's class.
    """
    worst: Judged | None = None
    all_differ = True
    for one in instances(kind):
        is_declared = one.origin is Origin.DECLARED
        own = list(_with_users(ev, one, one.cls)) if isinstance(one.cls, SourceClass) else []
        below = list(ev.hierarchy.subclasses_in(one.cls, file)) if is_declared else []
        all_differ &= bool(own)
        for cls in (*own, *below):
            sameness = question(ev, cls)
            all_differ &= sameness is Sameness.DIFFERENT
            if sameness is not Sameness.SAME and worst is None:
                worst = Judged(cls, sameness)
    if worst is None:
        return None
    return Judged(worst.cls, Sameness.DIFFERENT if all_differ else Sameness.PERHAPS)
