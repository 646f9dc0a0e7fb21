"""The package's folders are rooms: each has few modules, and the architecture page names every room."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import flake8_forward_call

TOP = Path(flake8_forward_call.__file__).parent
PAGE = Path(__file__).parents[2] / "docs/architecture.md"

# As many as a reader can keep in mind at once.
MOST_MODULES, MOST_AT_THE_TOP = 16, 12


def rooms() -> Iterator[Path]:
    """Yield the folders with Python modules below the package's own."""
    yield from sorted({path.parent for path in TOP.rglob("*.py")} - {TOP})


def modules(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.glob("*.py") if path.stem != "__init__")


@pytest.mark.parametrize("room", [pytest.param(room, id=str(room.relative_to(TOP))) for room in rooms()])
def test_room_has_few_modules_says_what_it_is_for_and_is_on_the_page(room: Path) -> None:
    assert len(modules(room)) <= MOST_MODULES
    docstring = ast.get_docstring(ast.parse((room / "__init__.py").read_text(encoding="utf-8")))
    assert docstring is not None
    assert docstring.partition("\n")[0].endswith((".", "?"))
    assert f"`{room.relative_to(TOP).as_posix()}/`" in PAGE.read_text(encoding="utf-8")


def test_the_top_has_few_modules() -> None:
    assert len(modules(TOP)) <= MOST_AT_THE_TOP


def test_page_names_no_room_that_is_gone() -> None:
    page = PAGE.read_text(encoding="utf-8")
    table = page[page.index("## Rooms") :].split("\n\n")[2]
    named = [line.split("`")[1].rstrip("/") for line in table.splitlines()[2:]]
    assert named == [room.relative_to(TOP).as_posix() for room in rooms()]
