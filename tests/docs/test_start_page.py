"""The first page for new users: its commands have the output that it shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from documented import DOCS, File, Shown, printed, steps

pytestmark = pytest.mark.slow

PAGE = "start.md"
INSTALL = "python -m pip install ."


def test_every_command_prints_what_the_page_shows(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    shown, seen = [], []
    for step in steps(PAGE):
        if isinstance(step, File):
            (tmp_path / "project" / step.name).write_text(step.text, encoding="utf-8")
        elif step.command != INSTALL:
            shown.append(step)
            seen.append(Shown(step.command, printed(step.command, tmp_path / "project")))
    assert seen == shown
    assert {step.command.split()[1] for step in shown if step.command.startswith("forward-call")} == {
        "check",
        "explain",
        "fix",
    }


def test_the_package_is_installed_first_and_from_the_clone() -> None:
    assert next(step for step in steps(PAGE) if isinstance(step, Shown)) == Shown(INSTALL, "")
    (name,) = re.findall(r'^name = "(.*)"$', (DOCS.parent / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert f"with `{name}`." in (DOCS / PAGE).read_text(encoding="utf-8")
