"""The architecture page names no module, room or test that does not exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import flake8_forward_call

TOP = Path(flake8_forward_call.__file__).parent
REPOSITORY = TOP.parent
PAGE = (REPOSITORY / "docs/architecture.md").read_text(encoding="utf-8")


def modules_in_the_table() -> list[str]:
    section = PAGE[PAGE.index("## How inference decides") :]
    rows = section[section.index("| modules |") :].split("\n\n")[0].splitlines()[2:]
    return [name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])]


@pytest.mark.parametrize("name", modules_in_the_table())
def test_module_in_the_table_of_inference_exists(name: str) -> None:
    assert any(path.stem == name for path in (TOP / "inference").rglob("*.py"))


def test_each_path_on_the_page_exists() -> None:
    paths = set(re.findall(r"`([\w./]+/(?:\w+\.\w+)?)`", PAGE))
    homes = (REPOSITORY, TOP, TOP / "inference", REPOSITORY / "tests")
    assert paths
    assert [path for path in sorted(paths) if not any((home / path).exists() for home in homes)] == []
