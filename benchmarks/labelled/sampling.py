"""Which calls of a release are labelled, so that nobody picks them."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from pathlib import Path

from labelled.labels import Site

MOST = 12  # Calls of a release.


def sample(folder: Path) -> list[Site]:
    """All calls of ``forward`` in a release, or some at equal distances in the order of path, row and column."""
    every = sorted(_calls(folder))
    count = min(MOST, len(every))
    return [every[index * len(every) // count] for index in range(count)]


def _calls(folder: Path) -> Iterator[Site]:
    """Yield the calls of an attribute ``forward``, except ``super().forward()``, in files that this Python parses."""
    for path in folder.rglob("*.py"):
        data = path.read_bytes()
        if b".forward" not in data:
            continue
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(data)
        except (SyntaxError, ValueError):
            continue
        lines = data.splitlines()
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "forward":
                name = node.func
                assert name.end_lineno is not None
                assert name.end_col_offset is not None
                before = lines[name.end_lineno - 1][: name.end_col_offset].decode(errors="replace")
                if not _is_super(name.value):
                    place = path.relative_to(folder).as_posix()
                    yield place, name.end_lineno, len(before) - len("forward") + 1


def _is_super(receiver: ast.expr) -> bool:
    return isinstance(receiver, ast.Call) and isinstance(receiver.func, ast.Name) and receiver.func.id == "super"
