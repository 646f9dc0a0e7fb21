"""The classes that a run has shown, as the source defines them."""

from __future__ import annotations

from flake8_forward_call.inference.definitions import Class
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.types import ClassObject, Instance, Origin, Type, alternatives
from flake8_forward_call.inference.verdicts.seen import Seen


def classes_of(asked: Questions, seen: Seen, file: File) -> list[Type | None]:
    """The types of the modules that were seen in a file; None for a class whose definition is not found."""
    classes = [_class(asked, name, file) for name, _ in seen.modules]
    return [None if cls is None else Instance(cls, Origin.DECLARED) for cls in classes]


def _class(asked: Questions, dotted: str, file: File) -> Class | None:
    """The class that a running program calls by a dotted name."""
    parts = dotted.split(".")
    if "<locals>" in parts:
        return None
    if parts[0] == "__main__":
        return _member(asked, file.name, parts[1:])
    for index in range(len(parts) - 1, 0, -1):
        found = _member(asked, ".".join(parts[:index]), parts[index:])
        if found is not None:
            return found
    return None


def _member(asked: Questions, module: str, names: list[str]) -> Class | None:
    kind = asked.member(module, names[0])
    for name in names[1:]:
        kind = asked.attribute(kind, name)
    classes = [one.cls for one in alternatives(kind) if isinstance(one, ClassObject)]
    return classes[0] if len(classes) == 1 else None
