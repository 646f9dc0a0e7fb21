"""The packages that ``.pth`` files add to the path, such as editable installs.

A line of such a file is a folder, or a statement to run. No statement is run here. For an editable install, setuptools
writes a statement that imports a finder, and the finder's file contains its table as a literal.
"""

from __future__ import annotations

import ast
import os
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flake8_forward_call.files.reading import read_bytes

# Path files have up to a few dozen lines, and a finder has a table of a few hundred names. Larger ones are damaged.
MAX_BYTES = 1_000_000
MAX_LINES = 1_000

_FINDER = re.compile(r"import\s+(__editable__\w+_finder)\b")


@dataclass(frozen=True, slots=True)
class Added:
    """Folders with packages, and packages by name with their folder or file."""

    folders: tuple[Path, ...] = ()
    packages: tuple[tuple[str, Path], ...] = ()


def added_by_path_files(site: Path) -> Added:
    """The folders and packages that the ``.pth`` files in a folder add. Damaged files add nothing."""
    folders: list[Path] = []
    packages: list[tuple[str, Path]] = []
    try:
        names = sorted(name for name in os.listdir(site) if name.endswith(".pth"))  # noqa: PTH208
    except (OSError, ValueError):
        return Added()
    for name in names:
        for line in _text(site / name).splitlines()[:MAX_LINES]:
            finder = _FINDER.match(line)
            if finder is not None:
                packages += _table(site / f"{finder[1]}.py")
            elif line.strip() and not line.startswith(("#", "import ", "import\t")):
                place = Path(os.path.normpath(site / line.rstrip()))
                if os.path.isdir(place):  # noqa: PTH112 (Path.is_dir() raises if access is denied.)
                    folders.append(place)
    return Added(tuple(folders), tuple(packages))


def _table(finder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the packages in a finder's tables: ``MAPPING = {"name": "folder"}``, and ``NAMESPACES`` with lists."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(_text(finder))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in tree.body:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id="MAPPING" | "NAMESPACES")], value=ast.Dict() as table)
                | ast.AnnAssign(target=ast.Name(id="MAPPING" | "NAMESPACES"), value=ast.Dict() as table)
            ):
                yield from _pairs(table)


def _pairs(table: ast.Dict) -> Iterator[tuple[str, Path]]:
    try:
        pairs = ast.literal_eval(table)
    except (ValueError, TypeError, RecursionError, MemoryError):
        return
    for name, places in pairs.items():
        for place in places if isinstance(places, list) else [places]:
            if isinstance(name, str) and isinstance(place, str) and os.path.isabs(place):  # noqa: PTH117
                yield name, Path(place)


def _text(path: Path) -> str:
    try:
        return read_bytes(path, MAX_BYTES).decode("utf-8-sig", "surrogateescape")
    except OSError:
        return ""
