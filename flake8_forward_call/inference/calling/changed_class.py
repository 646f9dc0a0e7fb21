"""Whether an instance gets another class later, by ``x.__class__ = Other``, whose call is not equivalent."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from flake8_forward_call.inference.catalogue import MODULE_CLASS
from flake8_forward_call.inference.definitions import Class, is_foreign
from flake8_forward_call.inference.engine import Answers, unjoined
from flake8_forward_call.inference.project.searching import storing
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.syntax.references import references_to
from flake8_forward_call.inference.syntax.scopes import Scope
from flake8_forward_call.inference.types import ClassObject, Type, Unknown, alternatives, instances
from flake8_forward_call.inference.verdicts.verdict import Sameness, Standing

# If more files than this assign classes, only the file itself is read.
MAX_FILES = 30

# What to search for in the text, each word with another text. The search for stores leaves out those on `self`.
_STORES = ((storing("__class__"), ""), ("__class__", "self.__class__ ="))


@dataclass(frozen=True, slots=True)
class Change:
    """An assignment of another class: the classes whose instances may get it, and the new one if it is known."""

    owners: tuple[Class, ...]
    is_owner_known: bool
    new: Class | None


_CHANGES: Answers[tuple[Change, ...]] = unjoined(())


def may_change(asked: Questions, kind: Type, file: File) -> Class | None:
    """The class of the receiver if such an assignment may be to the receiver, or None. Raises OutOfBudget."""
    for change in (*_changes(asked, None), *_changes(asked, file)):
        for one in instances(kind):
            if _may_be_of(asked, change, one.cls):
                return one.cls
    return None


def _changes(asked: Questions, place: File | None) -> tuple[Change, ...]:
    """The assignments in a file or, for None, in the project, except those that leave the call as it was."""

    def search() -> tuple[Change, ...]:
        files = _files(asked) if place is None else (place,)
        return tuple(change for file in files for change in _in_file(asked, file))

    return asked.engine.once(("changes of class", place), search, _CHANGES)


def _files(asked: Questions) -> Iterator[File]:
    found: dict[File, None] = {}
    for word, beside in _STORES:
        found.update(dict.fromkeys(asked.project.mentioning(word, beside, MAX_FILES) or ()))
    return iter(found)


def _in_file(asked: Questions, file: File) -> Iterator[Change]:
    for stored in references_to(file, "__class__").stored.get("__class__", ()):
        news = list(_new_classes(asked, stored.value, stored.scope))
        if not news:
            continue
        kinds = alternatives(asked.resolved(asked.expression(stored.owner, stored.scope)))
        owners = tuple(dict.fromkeys(one.cls for kind in kinds for one in instances(kind)))
        for new in news:
            yield Change(owners, Unknown() not in kinds and bool(owners), new)


def _new_classes(asked: Questions, value: ast.expr | None, scope: Scope) -> Iterator[Class | None]:
    """Yield the classes that an expression can be and whose call is not equivalent; None if one is unknown."""
    kinds = (Unknown(),) if value is None else alternatives(asked.resolved(asked.expression(value, scope)))
    for kind in kinds:
        if not isinstance(kind, ClassObject):
            yield None
        elif (
            asked.hierarchy.standing(kind.cls) is not Standing.MODULE
            or asked.hierarchy.meaning_of_call(kind.cls) is not Sameness.SAME
        ):
            yield kind.cls


def _may_be_of(asked: Questions, change: Change, cls: Class) -> bool:
    """Whether an instance of a class may be one that gets another class.

    If nothing is known about the new class, it counts only for owners of a class of the project, which is not
    ``nn.Module`` itself. If nothing is known about the owner, it counts only for a class that the new one derives from.
    """
    derives = asked.hierarchy.derives
    for owner in change.owners:
        tells = change.new is not None or not (is_foreign(owner) or owner.dotted == MODULE_CLASS)
        if tells and (derives(owner, cls) or derives(cls, owner)):
            return True
    return not change.is_owner_known and change.new is not None and derives(change.new, cls)
