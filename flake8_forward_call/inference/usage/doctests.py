"""The examples in a file's docstrings as a program of their own, whose calls count like those of any other file.

doctest runs the examples with the globals of their module: https://docs.python.org/3/library/doctest.html
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from flake8_forward_call.inference.places.layout import real
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.scopes import root_of
from flake8_forward_call.sources.source import Source, SourceError

# More examples in one file, or longer ones, are not read. No file of torch or MONAI has a tenth of that.
_MAX_EXAMPLES = 2_000
_MAX_CHARACTERS = 200_000

_PROMPT = ">>>"
_EXAMPLE = re.compile(r"^[ \t]*>>>(?: (.*))?$", re.MULTILINE)
_CONTINUED = re.compile(r"[ \t]*\.\.\.(?: (.*))?")


class _Doctests(list[File]):
    """The program of a file's examples, if it has any."""


def with_doctests(files: Iterable[File], word: str) -> Iterator[File]:
    """Yield each file and, if it has examples that contain the word, the program of its examples."""
    for file in files:
        yield file
        if word.isidentifier():
            yield from (one for one in _doctests_of(file) if one.text is not None and word in one.text)


def _doctests_of(file: File) -> list[File]:
    """The program of the examples; nothing for most files, whose text is looked at only once."""
    found: _Doctests | None = file.readings.get(_Doctests)
    if found is None:
        found = file.readings[_Doctests] = _Doctests(_read(file))
    return found


def _read(file: File) -> Iterator[File]:
    if file.text is None or _PROMPT not in file.text or file.cells:
        return
    lines = file.text.split("\n")
    examples = list(_examples(lines))
    size = sum(len(line) for _, code in examples for line in code)
    if not examples or len(examples) > _MAX_EXAMPLES or size > _MAX_CHARACTERS:
        return
    rows = _rows(examples)
    tree = _tree(rows)
    if tree is None:
        rows = _rows([one for one in examples if _tree(one[1]) is not None])
        tree = _tree(rows)
    if tree is None or not rows or rows[0]:
        return
    yield _program(file, rows, tree)


def examples_of(source: Source, host: File | None) -> File:
    """The examples of a file as a program; ``host`` is the file, if it can be parsed. Raises SourceError."""
    rows = source.text.split("\n")
    path = real(source.path)
    if host is None or rows[0].strip():
        return File(path, source.tree, text=source.text)
    return _program(host, rows, source.tree)


def _program(file: File, rows: list[str], tree: ast.Module) -> File:
    """The program with these rows, of which the first is empty, and the names that it uses of its file."""
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    used = [name for name in flow_of(root_of(file)).bound if name in names]
    if used and file.name:
        importing = [f"from {file.name} import {', '.join(used)}", *rows[1:]]
        if (found := _tree(importing)) is not None:
            tree, rows = found, importing
    return File(file.path, tree, is_installed=file.is_installed, text="\n".join(rows))


def _examples(lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield each example: the index of its first line, and its lines without the prompts."""
    at = 0
    while at < len(lines):
        match = _EXAMPLE.match(lines[at].rstrip("\r"))
        at += 1
        if match is None:
            continue
        start, code = at - 1, [match[1] or ""]
        while at < len(lines) and (more := _CONTINUED.fullmatch(lines[at].rstrip("\r"))) is not None:
            code.append(more[1] or "")
            at += 1
        yield start, code


def _rows(examples: list[tuple[int, list[str]]]) -> list[str]:
    """The program of the examples, each on the rows that it has in the file."""
    rows = [""] * (examples[-1][0] + len(examples[-1][1]) if examples else 0)
    for at, code in examples:
        rows[at : at + len(code)] = code
    return rows


def _tree(rows: list[str]) -> ast.Module | None:
    try:
        return Source("", "\n".join([*rows, ""])).tree
    except (SourceError, RecursionError):
        return None
