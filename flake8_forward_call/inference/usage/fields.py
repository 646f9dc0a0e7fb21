"""What callers pass for a field of a class with a generated constructor: a dataclass, a named tuple, an attrs class."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from flake8_forward_call.inference.classes import bodies
from flake8_forward_call.inference.definitions import SourceClass, is_foreign
from flake8_forward_call.inference.questions import MAX_FILES, Questions
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.syntax.references import last_name, references_to
from flake8_forward_call.inference.syntax.scopes import Scope
from flake8_forward_call.inference.types import (
    UNKNOWN,
    ClassObject,
    Instance,
    Namespace,
    Slot,
    Type,
    Unknown,
    alternatives,
)

# The functions and methods that copy an instance with other values for some fields. The pages:
# docs.python.org/3/library/dataclasses.html, collections.html and copy.html, www.attrs.org/en/stable/api.html.
_COPIERS = ("replace", "evolve", "_replace", "__replace__")


def passed(asked: Questions, cls: SourceClass, name: str) -> Iterator[Type]:
    """Yield what the project passes for a field where it creates or copies instances, and UNKNOWN for what is not read.

    Nothing if the constructor of the class is not generated, or if nobody passes the field.
    """
    if not _is_generated(asked, cls):
        return
    if asked.project.is_open(cls.scope.file):
        yield UNKNOWN
    for one in dict.fromkeys((cls, *asked.hierarchy.project_subclasses(cls))):
        yield from _created(asked, cls, one, name)
    for copier in _COPIERS:
        for file in asked.files_mentioning(copier, cls.scope.file, MAX_FILES, name) or ():
            yield from _copied(asked, cls, name, copier, file)


def _is_generated(asked: Questions, cls: SourceClass) -> bool:
    """Whether a decorator, or a base that is not read, may create the constructor from the annotations of the class."""
    order = asked.hierarchy.order(cls)
    if bodies.method_in(order, "__init__") is not None:
        return False
    own = [one for one in order if isinstance(one, SourceClass) and not is_foreign(one)]
    return any(
        one.node.decorator_list or any(_is_unread(asked, base, one.scope.parent) for base in one.node.bases)
        for one in own
    )


def _is_unread(asked: Questions, base: ast.expr, scope: Scope | None) -> bool:
    kinds = () if scope is None else alternatives(asked.expression(base, scope))
    return any(isinstance(one, (Namespace, Unknown)) for one in kinds)


def _created(asked: Questions, cls: SourceClass, made: SourceClass, name: str) -> Iterator[Type]:
    """Yield what is passed for a field where a class, or a subclass, is called by its name."""

    def is_it(kind: Type) -> bool:
        return _is_class(asked, cls, kind)

    names = _positional(asked, made)
    for place in asked.places(made.node.name, made.scope.file, is_it):
        if place is None:
            yield UNKNOWN
            continue
        file, known = place
        for called in references_to(file, known).called.get(known, ()):
            if called.call is not None and any(map(is_it, alternatives(asked.expression(called.callee, called.scope)))):
                yield from _argument(asked, called.call, called.scope, name, names)
        for handed in references_to(file, known).handed.get(known, ()):
            if asked.goes_on(handed, is_it):
                yield UNKNOWN


def _argument(asked: Questions, call: ast.Call, scope: Scope, name: str, names: Sequence[str]) -> Iterator[Type]:
    given = asked.passed(call, scope, [*names, name])
    if name in given:
        yield asked.resolved(given[name])
    elif any(isinstance(one, ast.Starred) for one in call.args) or any(one.arg is None for one in call.keywords):
        yield UNKNOWN


def _positional(asked: Questions, cls: SourceClass) -> list[str]:
    """The fields of a class in the order of its constructor's parameters: those of its bases first."""
    found: dict[str, None] = {}
    for one in reversed(asked.hierarchy.order(cls)):
        for node in one.node.body if isinstance(one, SourceClass) else ():
            match node:
                case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation):
                    if last_name(annotation) != "ClassVar":
                        found[name] = None
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call()):  # `name = attr.ib(...)`
                    found[name] = None
    return list(found)


def _copied(asked: Questions, cls: SourceClass, name: str, copier: str, file: File) -> Iterator[Type]:
    """Yield what a file passes for a field where it copies an instance."""
    for called in references_to(file, copier).called.get(copier, ()):
        for keyword in called.call.keywords if called.call is not None else ():
            if keyword.arg != name or called.call is None:
                continue
            if copier.startswith("_") and isinstance(called.callee, ast.Attribute):
                owner: ast.expr | None = called.callee.value
            else:
                owner = next(iter(called.call.args), None)
            kind = asked.resolved(asked.expression(keyword.value, called.scope))
            kinds = () if owner is None else alternatives(asked.resolved(asked.expression(owner, called.scope)))
            if any(_is_class(asked, cls, _class_of(one)) for one in kinds):
                yield kind
            elif owner is None or UNKNOWN in kinds:
                yield kind if asked.hierarchy.is_module(kind) else UNKNOWN


def _class_of(kind: Type) -> Type:
    match kind:
        case Instance(cls) | Slot(bound=Instance(cls)):
            return ClassObject(cls)
        case _:
            return UNKNOWN


def _is_class(asked: Questions, cls: SourceClass, kind: Type) -> bool:
    """Whether a value is the class or a subclass of it."""
    match kind:
        case ClassObject(cls=SourceClass() as other) | Slot(bound=ClassObject(cls=SourceClass() as other)):
            return asked.hierarchy.derives(other, cls)
        case _:
            return False
