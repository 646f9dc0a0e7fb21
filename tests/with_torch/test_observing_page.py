"""The page on observing: its commands print what it shows, with the real torch."""

from __future__ import annotations

from pathlib import Path

import pytest
from documented import File, Shown, printed, steps


def test_every_command_prints_what_the_page_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The torch next to the tests must not be read: a user's environment may have another one.
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:cacheprovider")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    (tmp_path / "pyproject.toml").touch()
    shown, seen = [], []
    for step in steps("observing.md"):
        if isinstance(step, File):
            (tmp_path / step.name).write_text(step.text, encoding="utf-8")
        else:
            shown.append(step)
            seen.append(Shown(step.command, printed(step.command, tmp_path)))
    assert seen == shown
    assert len(shown) > 4
