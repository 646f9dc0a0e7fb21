"""The package's folders are rooms with few modules, and the architecture page names each. Tests have the same rooms."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import flake8_forward_call

TOP = Path(flake8_forward_call.__file__).parent
TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs/architecture.md"

# As many as a reader can keep in mind at once.
MOST_MODULES, MOST_AT_THE_TOP = 16, 12
MOST_TESTS = 20

# What tests are about, besides the package's rooms, and what they share.
OTHER_ROOMS = {"benchmarks", "ci", "docs", "support", "whole"}


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


def folders_of_tests() -> dict[str, list[str]]:
    """The Python files in each folder of tests, by the folder's path; the programs of the fixtures are no tests."""
    found: dict[str, list[str]] = {}
    for path in sorted(TESTS.rglob("*.py")):
        folder = path.parent.relative_to(TESTS)
        if "fixtures" not in folder.parts:
            found.setdefault(folder.as_posix(), []).append(path.name)
    return found


def rooms_of_tests() -> dict[str, list[str]]:
    """The same without those that need what the default run does not have, such as torch."""
    return {folder: names for folder, names in folders_of_tests().items() if not folder.startswith("with_")}


def test_tests_are_in_the_rooms_of_the_package() -> None:
    ours = {room.relative_to(TOP).as_posix() for room in rooms()}
    assert rooms_of_tests().keys() - {"."} <= ours | OTHER_ROOMS
    assert {room for room in ours if "/" not in room} | OTHER_ROOMS <= rooms_of_tests().keys()


def test_rooms_of_tests_only_have_tests_and_what_these_share_is_in_one_place() -> None:
    found = rooms_of_tests()
    assert found.pop(".") == ["conftest.py"]
    shared = found.pop("support")
    assert not [name for name in shared if name.startswith("test_")]
    assert not [name for names in found.values() for name in names if not name.startswith("test_")]


@pytest.mark.parametrize("folder", folders_of_tests())
def test_folder_of_tests_has_few_files(folder: str) -> None:
    assert len(folders_of_tests()[folder]) <= MOST_TESTS
