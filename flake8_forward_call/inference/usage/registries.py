"""What a registry returns: a decorator registers classes, and ``MODELS.build(config)`` creates instances by name.

The name is only known at run time. But if all classes that the project registers are modules, the result is a module.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_forward_call.inference.answers import Global
from flake8_forward_call.inference.catalogue import MODULE_CLASS
from flake8_forward_call.inference.members.exports import exports
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.bindings import Imported
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.references import Called, references_of
from flake8_forward_call.inference.syntax.scopes import Scope, root_of, scopes_of
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

# The methods of registries that create an instance of a registered class.
_MAKERS = frozenset({"build", "create", "make", "instantiate"})

# The largest model zoos register classes in some hundreds of files.
MAX_FILES = 600


def made(asked: Questions, callee: ast.expr, scope: Scope) -> Type:
    """The result of a call such as ``MODELS.build(config)``: a module of unknown class, or UNKNOWN."""
    if not isinstance(callee, ast.Attribute) or callee.attr not in _MAKERS:
        return UNKNOWN
    registry = named_global(asked, callee.value, scope)
    if registry is None:
        return UNKNOWN
    return asked.once(("registry", *registry), lambda: _held(asked, registry))


def _held(asked: Questions, registry: Global) -> Type:
    module = asked.known_class(MODULE_CLASS)
    kinds = [_standing(asked, called) for called in _registered(asked, registry)]
    found = {standing for standing, _ in filter(None, kinds)}
    if module is None or Standing.MODULE not in found or Standing.NOT_MODULE in found:
        return UNKNOWN
    if any(meaning is Sameness.DIFFERENT for _, meaning in filter(None, kinds)):
        return Instance(module, Origin.OPAQUE)  # It may be of a class that overrides `__call__`.
    held = Instance(module, Origin.FOREIGN)  # What the project itself registers was checked above.
    return union([held, UNKNOWN]) if Standing.UNKNOWN in found else held


def _standing(asked: Questions, called: Called) -> tuple[Standing, Sameness] | None:
    """What the instances of a registered class are, and what calling them means.

    None if they have no ``forward``, so they are not receivers.
    """
    if not isinstance(called.definition, ast.ClassDef):
        return Standing.UNKNOWN, Sameness.UNREAD
    cls = asked.source_class(scopes_of(called.scope.file).opened[id(called.definition)])
    standing = asked.hierarchy.standing(cls)
    if standing is Standing.MODULE:
        return standing, asked.hierarchy.meaning_of_call(cls)
    if standing is Standing.NOT_MODULE and asked.attribute(ClassObject(cls), "forward") == UNKNOWN:
        return None
    return standing, Sameness.UNREAD


def _registered(asked: Questions, registry: Global) -> Iterator[Called]:
    """Yield each decorator ``@MODELS.register...`` in the project, with the decorated class or function."""
    home, name = registry
    for file in asked.files_mentioning(name, home, MAX_FILES, "register") or ():
        for known in references_of(file).called:
            if known.startswith("register"):
                for called in references_of(file).called[known]:
                    owner = _owner(called.callee)
                    if called.definition is None or owner is None:
                        continue
                    if named_global(asked, owner, called.scope) == registry:
                        yield called


def _owner(decorator: ast.expr) -> ast.expr | None:
    """The registry in ``@MODELS.register`` or ``@MODELS.register(...)``."""
    node = decorator.func if isinstance(decorator, ast.Call) else decorator
    return node.value if isinstance(node, ast.Attribute) else None


def named_global(asked: Questions, node: ast.expr, scope: Scope) -> Global | None:
    """The global that an expression names, through imports; None if it is not one of the project's."""
    match node:
        case ast.Name(id=name):
            nearest = next((one for one in scope.outward() if name in flow_of(one).bound and not one.is_class), None)
            return _starred(asked, scope.file, name) if nearest is None else _followed(asked, nearest, name)
        case ast.Attribute(value=value, attr=name):
            for one in alternatives(asked.expression(value, scope)):
                file = asked.project.file(one.name) if isinstance(one, Namespace) else None
                if file is not None:
                    return _followed(asked, root_of(file), name)
    return None


def _starred(asked: Questions, file: File, name: str) -> Global | None:
    """The global that ``from module import *`` binds to a name."""
    for star in root_of(file).stars:
        full = file.absolute(star.module or "", star.level)
        source = None if full is None or not asked.project.mentions(full, name) else asked.project.file(full)
        if source is not None and exports(source, name) and name in flow_of(root_of(source)).bound:
            return _followed(asked, root_of(source), name)
    return None


def _followed(asked: Questions, scope: Scope, name: str) -> Global | None:
    seen: set[tuple[Scope, str]] = set()
    while (scope, name) not in seen:
        seen.add((scope, name))
        bound = tuple(flow_of(scope).bound.get(name, ()))
        imported = {(one.module, one.name, one.level) for one in bound if isinstance(one, Imported)}
        if not imported and len(bound) == 1:
            return (scope.file, name) if scope.parent is None else None
        if len(imported) != 1 or any(not isinstance(one, Imported) for one in bound):
            return None
        ((module, inner, level),) = imported
        full = asked.project.imported(scope.file, module, level)
        source = None if full is None else asked.project.file(full)
        if inner is None or source is None:
            return None
        scope, name = root_of(source), inner
    return None
