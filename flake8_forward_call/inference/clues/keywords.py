"""Calls with keywords that, of all classes of the project with a ``forward``, only modules take."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from flake8_forward_call.inference.classes import bodies
from flake8_forward_call.inference.clues import frameworks
from flake8_forward_call.inference.clues.clue import Told, clue_at
from flake8_forward_call.inference.definitions import SourceClass
from flake8_forward_call.inference.project.searching import taking
from flake8_forward_call.inference.questions import Questions
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.syntax.scopes import FunctionNode, Scope, scopes_of
from flake8_forward_call.inference.types import Instance, Origin, union
from flake8_forward_call.inference.verdicts.verdict import Standing

# If the `forward` of more files may take the keywords, they are common words and say nothing.
_MAX_FILES = 40


def told(asked: Questions, call: ast.Call, scope: Scope) -> Told | None:
    """What the keywords of a call say about its receiver; None if they say nothing. Raises OutOfBudget."""
    keywords = [one.arg for one in call.keywords if one.arg is not None]
    if not keywords or len(keywords) < len(call.keywords) or not frameworks.is_for_torch(asked, scope.file):
        return None
    files = asked.files_mentioning(taking("forward", keywords), scope.file, _MAX_FILES)
    found: list[tuple[SourceClass, FunctionNode]] = []
    for file in files or ():
        for cls, node in _takers(asked, file, call):
            if not _is_protocol(asked, cls):
                found.append((cls, node))
    if not any(_names_all(node, keywords) for _, node in found) or not all(_is_module(asked, cls) for cls, _ in found):
        return None
    named = next(one for one in found if _names_all(one[1], keywords))
    shown = " and ".join(f"`{one}`" for one in keywords[:3])
    text = f"of the classes of this project with a `forward`, only modules take {shown}, such as `{named[0].node.name}`"
    kind = union(Instance(cls, Origin.DECLARED) for cls, _ in found)
    return Told(kind, (clue_at(named[0].scope, named[1], text),))


def _is_module(asked: Questions, cls: SourceClass) -> bool:
    return asked.hierarchy.standing(cls) is Standing.MODULE or bool(asked.users_of_mixin(cls))


def _takers(asked: Questions, file: File, call: ast.Call) -> Iterator[tuple[SourceClass, FunctionNode]]:
    """Yield the classes of a file whose own ``forward`` takes the arguments of a call."""
    for scope in scopes_of(file).classes:
        cls = asked.source_class(scope)
        method = bodies.first_method(cls, "forward")
        if method is not None and _takes(method.node, call):  # type: ignore[arg-type]
            yield cls, method.node  # type: ignore[misc]


def _takes(node: FunctionNode, call: ast.Call) -> bool:
    """Whether a method takes the arguments of a call, as far as their number and names show."""
    given = node.args
    plain = [one.arg for one in (*given.posonlyargs, *given.args)][1:]
    by_name = {one.arg for one in (*given.args, *given.kwonlyargs)}
    starred = any(isinstance(one, ast.Starred) for one in call.args)
    if len(call.args) > len(plain) and given.vararg is None and not starred:
        return False
    keywords = {one.arg for one in call.keywords}
    if given.kwarg is None and not keywords <= by_name:
        return False
    if starred:
        return True
    filled = plain[: len(call.args)]
    required = {*plain[: len(plain) - len(given.defaults)], *_required(given)}
    return keywords.isdisjoint(filled) and required <= {*filled, *keywords}


def _required(given: ast.arguments) -> Iterator[str]:
    for one, default in zip(given.kwonlyargs, given.kw_defaults, strict=True):
        if default is None:
            yield one.arg


def _names_all(node: FunctionNode, keywords: Sequence[str]) -> bool:
    return {*keywords} <= {one.arg for one in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}


def _is_protocol(asked: Questions, cls: SourceClass) -> bool:
    """Whether a class only describes others, which may be modules."""
    return any(asked.dotted(base, cls.scope.parent) in _PROTOCOLS for base in cls.node.bases)


_PROTOCOLS = frozenset({"typing.Protocol", "typing_extensions.Protocol"})
