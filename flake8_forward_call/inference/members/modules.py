"""The type of a name in a file or package: what ``module.name`` and ``from module import name`` give."""

from __future__ import annotations

from functools import partial

from flake8_forward_call.inference.members import lazy, stubs
from flake8_forward_call.inference.members.exports import exports
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.scopes import root_of
from flake8_forward_call.inference.types import NEVER, UNKNOWN, Namespace, Type


def imported_name(asked: Questions, module: str, name: str, level: int, file: File) -> Type:
    """The type of a name that a file imports with ``from module import name``; UNKNOWN if the dots lead nowhere."""
    full = asked.project.imported(file, module, level)
    return UNKNOWN if full is None else asked.member(full, name)


def member(asked: Questions, module: str, name: str) -> Type:
    """The type of ``module.name``, from the project's file of the module or else from the catalogue."""
    file = asked.project.file(module)
    if file is not None:
        found = asked.global_of(file, name)
        if found in (None, NEVER, UNKNOWN):
            found = lazy.member(asked, file, name) or stubs.member(asked, module, name) or found
        # If a package imports its own submodule by name, the name means that submodule anyway.
        return asked.namespace(f"{module}.{name}") if found is None or found == NEVER else found
    return asked.namespace(f"{asked.project.catalogue.namespace(module)}.{name}")


def global_of(asked: Questions, file: File, name: str) -> Type | None:
    """The type of a global name at the end of its file; None if the file does not bind it."""
    flow = flow_of(root_of(file))
    bound = flow.exit.get(name) or tuple(flow.bound.get(name, ()))
    if bound:
        return asked.bound_name(bound, name, root_of(file))
    for star in reversed(root_of(file).stars):
        full = asked.project.imported(file, star.module or "", star.level)
        if full is None or not asked.project.mentions(full, name):
            continue
        source = asked.project.file(full)
        if full != file.name and (source is None or exports(source, name)):
            kind = asked.once(("star", file, name, full), partial(asked.starred, full, name))
            if kind not in (UNKNOWN, NEVER):
                return kind
    return None


def starred(asked: Questions, module: str, name: str) -> Type:
    """What ``from module import *`` binds the name to; NEVER if nothing is known about it.

    A Python module counts only if the file binds the name to it, as ``import torch.nn as nn`` does.
    """
    file = asked.project.file(module)
    found = None if file is None else asked.global_of(file, name)
    if isinstance(found, Namespace):
        return found
    kind = asked.member(module, name)
    return NEVER if isinstance(kind, Namespace) else kind
