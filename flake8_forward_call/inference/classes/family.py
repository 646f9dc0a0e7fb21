"""The possible classes of a receiver: those of its type and, if it may be of a subclass, the project's subclasses."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flake8_forward_call.inference.answers import Judged
from flake8_forward_call.inference.definitions import SourceClass, is_foreign
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.types import Instance, Origin, Type, instances
from flake8_forward_call.inference.verdicts.verdict import Sameness, Standing


def called(asked: Questions, kind: Type) -> Iterator[SourceClass]:
    """Yield the classes of the source whose ``__call__`` a call of the receiver may go through."""
    for one in instances(kind):
        if isinstance(one.cls, SourceClass):
            yield from _with_users(asked, one, one.cls)
            if one.origin is Origin.DECLARED and not is_foreign(one.cls):
                yield from asked.hierarchy.subclasses(one.cls)


def _with_users(asked: Questions, one: Instance, cls: SourceClass) -> Iterator[SourceClass]:
    if one.origin is Origin.DECLARED and asked.hierarchy.standing(cls) is not Standing.MODULE:
        yield from asked.users_of_mixin(cls)
    else:
        yield cls


def at_worst(
    asked: Questions, kind: Type, file: File, question: Callable[[Questions, SourceClass], Sameness]
) -> Judged | None:
    """The first class with an answer other than SAME, or None; DIFFERENT only if all possible classes answer so.

    If a subclass is possible, the subclasses in ``file`` are asked too, even those of another package's class.
    """
    worst: Judged | None = None
    all_differ = True
    for one in instances(kind):
        is_declared = one.origin is Origin.DECLARED
        own = list(_with_users(asked, one, one.cls)) if isinstance(one.cls, SourceClass) else []
        below = list(asked.hierarchy.subclasses_in(one.cls, file)) if is_declared else []
        all_differ &= bool(own)
        for cls in (*own, *below):
            sameness = question(asked, cls)
            all_differ &= sameness is Sameness.DIFFERENT
            if sameness is not Sameness.SAME and worst is None:
                worst = Judged(cls, sameness)
    if worst is None:
        return None
    return Judged(worst.cls, Sameness.DIFFERENT if all_differ else Sameness.PERHAPS)
