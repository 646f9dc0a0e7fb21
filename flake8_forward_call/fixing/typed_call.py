"""``fix --typed-call``: a ``__call__`` with the types of ``forward``, which only type checkers see."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flake8_forward_call.findings.finding import Edit, Place
from flake8_forward_call.fixing.type_checking import FLAG, first_row, flag_for
from flake8_forward_call.sources.source import Source, SourceError
from flake8_forward_call.sources.trees import same_tree

_UNIT = "    "


@dataclass(frozen=True, slots=True)
class Typed:
    """A file with typed calls: its new source, and the names of the classes that got one."""

    source: Source
    classes: list[str]


def typed(source: Source, classes: Sequence[tuple[str, ...]]) -> Typed | None:
    """The file with a typed ``__call__`` for each of the classes that can have one; None if none can.

    A class is given by the names that lead to it. It can have one if its body has a single plain ``forward`` with
    annotations and no ``__call__``. Raises SourceError if the result cannot be proved to differ in nothing else.
    """
    from flake8_forward_call.fixing.rewriter import edited

    tree = source.tree
    found = [(node, method) for node in _named(tree, classes) if (method := _forward_of(node)) is not None]
    if not found:
        return None
    flag, imported = flag_for(source, min(_row_of(tree, node) for node, _ in found))
    edits = [_edit(source, node, method, flag) for node, method in found]
    if imported is not None:
        edits.append(imported)
    new = source.rewritten(edited(source, sorted(edits, key=lambda one: one.start)), edits)
    _prove(source, new, len(found))
    return Typed(new, [node.name for node, _ in found])


def _named(tree: ast.Module, classes: Sequence[tuple[str, ...]]) -> list[ast.ClassDef]:
    """The classes with these names, without names that several classes of the file have."""
    by_name: dict[tuple[str, ...], list[ast.ClassDef]] = {}
    waiting: list[tuple[ast.AST, tuple[str, ...]]] = [(tree, ())]
    while waiting:
        node, names = waiting.pop()
        if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            names = (*names, node.name)
            if isinstance(node, ast.ClassDef):
                by_name.setdefault(names, []).append(node)
        waiting += [(child, names) for child in ast.iter_child_nodes(node)]
    found = [by_name[one][0] for one in dict.fromkeys(classes) if len(by_name.get(one, ())) == 1]
    return sorted(found, key=lambda node: node.lineno)


def _row_of(tree: ast.Module, node: ast.ClassDef) -> int:
    """The first row of the statement at the top of the file that a class is in."""
    around = (one for one in tree.body if first_row(one) <= node.lineno <= (one.end_lineno or one.lineno))
    return first_row(next(around))


def _forward_of(cls: ast.ClassDef) -> ast.FunctionDef | None:
    """The ``forward`` of a class that can have a typed call; None for other classes."""
    methods = [one for one in _own(cls) if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef))]
    forwards = [one for one in methods if one.name == "forward"]
    if len(forwards) != 1 or any(map(_binds_call, _own(cls))):
        return None
    method = forwards[0]
    if not isinstance(method, ast.FunctionDef) or method.decorator_list or method not in cls.body:
        return None
    if getattr(method, "type_params", ()):  # Python 3.12. The parameters would need them.
        return None
    given = method.args
    every = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
    has_types = method.returns is not None or any(one is not None and one.annotation is not None for one in every)
    return method if has_types and (given.posonlyargs or given.args) else None


def _own(cls: ast.ClassDef) -> Iterator[ast.AST]:
    """Yield the nodes of a class body, in branches as well, but not those in its functions and classes."""
    waiting: list[ast.AST] = list(cls.body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            waiting += ast.iter_child_nodes(node)


def _binds_call(node: ast.AST) -> bool:
    if isinstance(node, ast.Name):
        return node.id == "__call__" and isinstance(node.ctx, ast.Store)
    return isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == "__call__"


def _edit(source: Source, cls: ast.ClassDef, method: ast.FunctionDef, flag: str) -> Edit:
    """The edit that adds the call below ``forward``. Raises SourceError if the layout is unusual."""
    first, last = source.lines[method.lineno - 1], source.lines[(method.end_lineno or method.lineno) - 1]
    indent = first[: len(first) - len(first.lstrip(" \t"))]
    outer = source.lines[cls.lineno - 1]
    outside = outer[: len(outer) - len(outer.lstrip(" \t"))]
    if not first.lstrip(" \t").startswith("def") or not indent.startswith(outside):
        raise SourceError("the class has an unusual layout", attempt="type the calls in")
    unit = indent[len(outside) :] or _UNIT
    end = _line_end(last) or _line_end(source.lines[0]) or "\n"
    parameters = ", ".join(_parameters(method.args))
    returns = "" if method.returns is None else f" -> {ast.unparse(method.returns)}"
    lines = (
        "",
        f"{indent}if {flag}:",
        "",
        f"{indent}{unit}def __call__({parameters}){returns}: ...",
    )
    place = Place(method.end_lineno or method.lineno, len(last.rstrip("\r\n")) + 1)
    return Edit(place, place, "".join(f"{end}{line}" for line in lines))


def _line_end(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]


def _parameters(given: ast.arguments) -> Iterator[str]:
    """Yield the parameters of a function as they are written, with the markers between them."""
    plain = [*given.posonlyargs, *given.args]
    defaults: list[ast.expr | None] = [*[None] * (len(plain) - len(given.defaults)), *given.defaults]
    for number, (one, default) in enumerate(zip(plain, defaults, strict=True), 1):
        yield _parameter(one, default)
        if number == len(given.posonlyargs):
            yield "/"
    if given.vararg is not None:
        yield f"*{_parameter(given.vararg, None)}"
    elif given.kwonlyargs:
        yield "*"
    yield from map(_parameter, given.kwonlyargs, given.kw_defaults)
    if given.kwarg is not None:
        yield f"**{_parameter(given.kwarg, None)}"


def _parameter(one: ast.arg, default: ast.expr | None) -> str:
    if one.annotation is None:
        return one.arg if default is None else f"{one.arg}={ast.unparse(default)}"
    declared = f"{one.arg}: {ast.unparse(one.annotation)}"
    return declared if default is None else f"{declared} = {ast.unparse(default)}"


def _prove(old: Source, new: Source, number: int) -> None:
    """Raise SourceError unless the trees without typed calls, and the new one without the import, are the same.

    What follows from the order of statements, such as the docstring and imports from ``__future__``, must be too.
    """
    try:
        (before, had), (after, has) = _stripped(old.text), _stripped(new.text)
        if len(after.body) == len(before.body) + 1:
            added = next(one for one in after.body if ast.unparse(one) == f"from typing import {FLAG}")
            after.body.remove(added)
        is_same = has == had + number and same_tree(before, after) and _compiles(new) >= _compiles(old)
    except (SyntaxError, ValueError, StopIteration, RecursionError, MemoryError):
        is_same = False
    if not is_same:
        raise SourceError("the result has another syntax tree than it should", attempt="type the calls in")


def _compiles(source: Source) -> tuple[bool, bool]:
    """Whether the text compiles, and whether it has a docstring."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:  # Nothing is run. Programs in notebooks may await at their top level.
            compile(source.text, "<text>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        except SyntaxError:
            return False, False
    return True, ast.get_docstring(source.tree, clean=False) is not None


def _stripped(text: str) -> tuple[ast.Module, int]:
    """The tree of a text without its typed calls, and their number."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(text)
    number = 0
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            kept = [one for one in node.body if not _is_typed_call(one)]
            number, node.body = number + len(node.body) - len(kept), kept
    return tree, number


def _is_typed_call(node: ast.stmt) -> bool:
    match node:
        case ast.If(test=ast.Name() | ast.Attribute(), body=[ast.FunctionDef(name="__call__") as method], orelse=[]):
            return [ast.unparse(one) for one in method.body] == ["..."]
        case _:
            return False
