"""How the cost of a check grows with the project: copies of a real package under other names, in one project."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from timed.programs import cost

COPIES = (1, 4, 16, 64)
HEADER = "| copies | files | lines | CPU s, cold | CPU s per 1,000 files | MB, cold | CPU s, warm | MB, warm |"
ALIGNMENT = "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"


def grown(package: Path, folder: Path, copies: Sequence[int], check: Sequence[str]) -> Iterator[str]:
    """Yield the lines of the table. ``folder`` is empty, and gets the copies."""
    yield HEADER
    yield ALIGNMENT
    (folder / "pyproject.toml").touch()
    texts = texts_of(package)
    lines = sum(text.count("\n") for text in texts.values())
    for before, number in pairwise((0, *copies)):
        for one in range(before, number):
            write_copy(texts, package.name, folder / f"{package.name}{one + 1}")
        cache = folder.with_name(f"{folder.name}-cache-{number}")
        cold, warm = cost([*check, str(folder)], cache), cost([*check, str(folder)], cache)
        files = number * len(texts)
        print(f"{number} copies: {cold.cpu:.2f} s", file=sys.stderr, flush=True)
        yield (
            f"| {number} | {files:,} | {number * lines:,} | {cold.cpu:.2f} | {1000 * cold.cpu / files:.2f} "
            f"| {cold.memory:.0f} | {warm.cpu:.2f} | {warm.memory:.0f} |"
        )


def texts_of(package: Path) -> dict[Path, str]:
    """The Python files of a package, by their paths in it."""
    return {path.relative_to(package): path.read_text(encoding="utf-8") for path in sorted(package.rglob("*.py"))}


def write_copy(texts: dict[Path, str], name: str, folder: Path) -> None:
    """Write the files of a package into a folder, which is also the name by which they import each other."""
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(re.sub(rf"\b{name}\b", folder.name, text), encoding="utf-8")
