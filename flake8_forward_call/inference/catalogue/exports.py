"""The names that the Python modules of a package export, and what each of them leads to."""

from __future__ import annotations

import ast
import json
from typing import Any

from flake8_forward_call.inference.catalogue.facts import DOTTED
from flake8_forward_call.inference.catalogue.package import outward
from flake8_forward_call.inference.members.exports import exports
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.bindings import Assigned
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.scopes import root_of
from flake8_forward_call.inference.types import ClassObject, Function, KnownFunction, Namespace, Type


def global_names(asked: Questions, file: File, seen: set[str]) -> set[str]:
    """The names that a module binds, including those of its star imports."""
    if file.name in seen:
        return set()
    seen.add(file.name)
    names = {name for name in flow_of(root_of(file)).bound if name.isidentifier()}
    for star in root_of(file).stars:
        full = file.absolute(star.module or "", star.level)
        source = None if full is None else asked.project.file(full)
        if source is not None:
            names |= {name for name in global_names(asked, source, seen) if exports(source, name)}
    return names


def canonical_name(kind: Type) -> str | None:
    """The dotted name where a class, function or Python module is defined; None for anything else."""
    match kind:
        case ClassObject(cls):
            return cls.dotted
        case Function(node, scope) if not isinstance(node, ast.Lambda):
            return f"{scope.file.name}.{node.name}"
        case Namespace(name) | KnownFunction(name=name):
            return name
        case _:
            return None


def is_offered(file: File, name: str) -> bool:
    """Whether a module exports a name, and did not just import it for its own use."""
    bound = flow_of(root_of(file)).bound
    if "__all__" in bound and exports(file, name):
        return True
    if name.startswith("_"):
        return False
    if file.is_package or any(isinstance(one, Assigned) for one in bound.get(name, ())):
        return True
    return "__all__" not in bound and not any(
        isinstance(one, (ast.ClassDef, ast.FunctionDef)) for one in file.tree.body
    )


def is_led_to(dotted: str, offered: dict[str, str | list[str]]) -> bool:
    """Whether an outer package exports the same under the same name, so that a look-up finds it there."""
    module, _, name = dotted.rpartition(".")
    for outer in outward(module):
        target = offered.get(f"{outer}.{name}")
        if isinstance(target, str) and target.startswith(f"{module}."):
            return target == offered[dotted]
    return False


def is_public(dotted: str) -> bool:
    """Whether no part of a dotted name starts with an underscore."""
    return not any(part.startswith("_") for part in dotted.split("."))


def reachable(facts: dict[str, Any], exported: set[str]) -> dict[str, Any]:
    """The facts that a public name leads to: directly, by a re-export, as a base, or in a type."""
    todo = [name for name in facts if is_public(name) or name in exported]
    reached: set[str] = set()
    while todo:
        name = todo.pop()
        if name not in reached:
            reached.add(name)
            todo.extend(one for one in DOTTED.findall(json.dumps(facts[name])) if one in facts)
    return {name: fact for name, fact in facts.items() if name in reached}
