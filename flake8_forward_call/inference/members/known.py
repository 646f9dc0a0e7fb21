"""What a full dotted name is: a file of the project, a fact of the catalogue, or a name that is not read."""

from __future__ import annotations

from flake8_forward_call.inference.catalogue import MODULE_CLASS, ClassEntry, FunctionEntry, ValueEntry, notation
from flake8_forward_call.inference.definitions import Class, KnownClass
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.types import UNKNOWN, ClassObject, KnownFunction, Namespace, Type


class _KnownClasses(dict[str, KnownClass]):
    """The classes of the catalogue that are in use, by name."""


def namespace(asked: Questions, dotted: str) -> Type:
    """The type of a full dotted name: a class, function or value in the catalogue, a Python module, or unread."""
    if asked.project.file(dotted) is not None:
        return Namespace(dotted)
    entry = asked.project.known(dotted)
    match entry:
        case ClassEntry(name=name):
            return ClassObject(_known_class(asked, name, entry))
        case FunctionEntry(name=name, parameters=given, returns=returns):
            return KnownFunction(name, given, notation.read(returns, name, asked.global_name))
        case ValueEntry(name=name, type=text):
            return notation.read(text, name, asked.global_name)
        case _ if dotted in asked.project.declared.modules:
            return ClassObject(_known_class(asked, dotted, ClassEntry(dotted, (MODULE_CLASS,))))
        case _ if dotted in asked.project.declared.others:
            return ClassObject(_known_class(asked, dotted, ClassEntry(dotted)))
        case _:
            return Namespace(asked.project.catalogue.namespace(dotted))


def global_name(asked: Questions, dotted: str) -> Type:
    """The class with a canonical dotted name of the catalogue, as a type; UNKNOWN if there is none."""
    cls = asked.known_class(dotted)
    return UNKNOWN if cls is None else ClassObject(cls)


def known_class(asked: Questions, dotted: str) -> Class | None:
    """The class with a canonical dotted name, or None."""
    entry = asked.project.catalogue.resolve(dotted)
    return _known_class(asked, entry.name, entry) if isinstance(entry, ClassEntry) else None


def _known_class(asked: Questions, dotted: str, entry: ClassEntry) -> KnownClass:
    known = asked.notes(_KnownClasses)
    if dotted not in known:
        known[dotted] = KnownClass(entry)
    return known[dotted]
