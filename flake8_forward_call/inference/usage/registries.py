"""What a registry returns: a decorator registers classes, and ``MODELS.build(config)`` creates instances by name.

The name is only known at run time. But if all classes that the project registers are modules, the result is a module.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

from flake8_forward_call.inference.catalogue import MODULE_CLASS
from flake8_forward_call.inference.evaluating import attributes
from flake8_forward_call.inference.syntax.bindings import Imported
from flake8_forward_call.inference.types import (
    UNKNOWN,
    ClassObject,
    Instance,
    Namespace,
    Origin,
    Type,
    alternatives,
    union,
)
from flake8_forward_call.inference.verdicts.verdict import Sameness, Standing

if TYPE_CHECKING:
    from flake8_forward_call.inference.evaluating.evaluate import Evaluator
    from flake8_forward_call.inference.project.project import File
    from flake8_forward_call.inference.syntax.references import Called
    from flake8_forward_call.inference.syntax.scopes import Scope

# The methods of registries that create an instance of a registered class.
_MAKERS = frozenset({"build", "create", "make", "instantiate"})

# The largest model zoos register classes in some hundreds of files.
MAX_FILES = 600

# Where a global is assigned: the file, and the name in it.
_Global: TypeAlias = "tuple[File, str]"


def made(ev: Evaluator, callee: ast.expr, scope: Scope) -> Type:
    """The result of a call such as ``MODELS.build(config)``: a module of unknown class, or UNKNOWN."""
    if not isinstance(callee, ast.Attribute) or callee.attr not in _MAKERS:
        return UNKNOWN
    registry = named_global(ev, callee.value, scope)
    if registry is None:
        return UNKNOWN
    return ev.once(("registry", *registry), lambda: _held(ev, registry))


def _held(ev: Evaluator, registry: _Global) -> Type:
    module = ev.known_class(MODULE_CLASS)
    kinds = [_standing(ev, called) for called in _registered(ev, registry)]
    found = {standing for standing, _ in filter(None, kinds)}
    if module is None or Standing.MODULE not in found or Standing.NOT_MODULE in found:
        return UNKNOWN
    if any(meaning is Sameness.DIFFERENT for _, meaning in filter(None, kinds)):
        return Instance(module, Origin.OPAQUE)  # It may be of a class that overrides `__call__`.
    held = Instance(module, Origin.FOREIGN)  # What the project itself registers was checked above.
    return union([held, UNKNOWN]) if Standing.UNKNOWN in found else held


def _standing(ev: Evaluator, called: Called) -> tuple[Standing, Sameness] | None:
    """What the instances of a registered class are, and what calling them means.

    None if they have no ``forward``, so they are not receivers.
    """
    if not isinstance(called.definition, ast.ClassDef):
        return Standing.UNKNOWN, Sameness.UNREAD
    cls = ev.source_class(called.scope.file.scopes.opened[id(called.definition)])
    standing = ev.hierarchy.standing(cls)
    if standing is Standing.MODULE:
        return standing, ev.hierarchy.meaning_of_call(cls)
    if standing is Standing.NOT_MODULE and attributes.attribute(ev, ClassObject(cls), "forward") == UNKNOWN:
        return None
    return standing, Sameness.UNREAD


def _registered(ev: Evaluator, registry: _Global) -> Iterator[Called]:
    """Yield each decorator ``@MODELS.register...`` in the project, with the decorated class or function."""
    home, name = registry
    for file in ev.files_mentioning(name, home, MAX_FILES, "register") or ():
        for known in file.references.called:
            if known.startswith("register"):
                for called in file.references.called[known]:
                    owner = _owner(called.callee)
                    if called.definition is None or owner is None:
                        continue
                    if named_global(ev, owner, called.scope) == registry:
                        yield called


def _owner(decorator: ast.expr) -> ast.expr | None:
    """The registry in ``@MODELS.register`` or ``@MODELS.register(...)``."""
    node = decorator.func if isinstance(decorator, ast.Call) else decorator
    return node.value if isinstance(node, ast.Attribute) else None


def named_global(ev: Evaluator, node: ast.expr, scope: Scope) -> _Global | None:
    """The global that an expression names, through imports; None if it is not one of the project's."""
    match node:
        case ast.Name(id=name):
            nearest = next((one for one in scope.outward() if name in one.flow.bound and not one.is_class), None)
            return _starred(ev, scope.file, name) if nearest is None else _followed(ev, nearest, name)
        case ast.Attribute(value=value, attr=name):
            for one in alternatives(ev.expression(value, scope)):
                file = ev.project.file(one.name) if isinstance(one, Namespace) else None
                if file is not None:
                    return _followed(ev, file.root, name)
    return None


def _starred(ev: Evaluator, file: File, name: str) -> _Global | None:
    """The global that ``from module import *`` binds to a name."""
    for star in file.root.stars:
        full = file.absolute(star.module or "", star.level)
        source = None if full is None or not ev.project.mentions(full, name) else ev.project.file(full)
        if source is not None and source.exports(name) and name in source.root.flow.bound:
            return _followed(ev, source.root, name)
    return None


def _followed(ev: Evaluator, scope: Scope, name: str) -> _Global | None:
    seen: set[tuple[Scope, str]] = set()
    while (scope, name) not in seen:
        seen.add((scope, name))
        bound = tuple(scope.flow.bound.get(name, ()))
        imported = {(one.module, one.name, one.level) for one in bound if isinstance(one, Imported)}
        if not imported and len(bound) == 1:
            return (scope.file, name) if scope.parent is None else None
        if len(imported) != 1 or any(not isinstance(one, Imported) for one in bound):
            return None
        ((module, inner, level),) = imported
        full = ev.project.imported(scope.file, module, level)
        source = None if full is None else ev.project.file(full)
        if inner is None or source is None:
            return None
        scope, name = source.root, inner
    return None
