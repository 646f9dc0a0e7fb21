"""There are only as many processes as the memory is enough for."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from flake8_forward_call.jobs import memory
from flake8_forward_call.jobs.memory import NEEDED, affordable

not_on_windows = pytest.mark.skipif(sys.platform == "win32", reason="Python cannot tell there")


@pytest.fixture
def projects(tmp_path: Path) -> Path:
    """Two projects with a file each."""
    for name in ("a", "b"):
        (tmp_path / name / "src").mkdir(parents=True)
        (tmp_path / name / "setup.py").touch()
        (tmp_path / name / "src" / "net.py").touch()
    return tmp_path


@pytest.mark.parametrize(
    ("available", "expected"), [(None, 8), (8 * 300, 8), (8 * 299, 8), (7 * 200, 7), (3 * 200, 3), (200, 1), (1, 1)]
)
def test_each_process_needs_room_for_the_largest_project(
    projects: Path, available: int | None, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "total", lambda: None if available is None else available * NEEDED)
    files = [("a/src/net.py", 100), ("b/src/net.py", 150), ("a/setup.py", 0), ("b/setup.py", 50)]
    assert affordable(8, ((str(projects / name), size) for name, size in files)) == expected


def test_file_in_no_project_is_one(projects: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "total", lambda: 300 * NEEDED)
    monkeypatch.setattr(memory, "_project_of", lambda _: None)
    assert affordable(8, [(str(projects / "x.py"), 100), (str(projects / "y.py"), 100)]) == 3


@pytest.mark.skipif(sys.platform == "win32", reason="the current folder cannot be removed there")
@pytest.mark.parametrize("name", ["gone.py", "-", "a\0b.py", "x/" * 5000 + "net.py"])
def test_file_without_a_place_is_a_project_of_its_own(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    monkeypatch.setattr(memory, "total", lambda: 300 * NEEDED)
    assert affordable(8, [(name, 100), (f"{name}.py", 100)]) == 3


@not_on_windows
@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize(
    ("limit", "counts"), [("1048576\n", True), ("max\n", False), (f"{1 << 62}\n", False), ("odd", False), (None, False)]
)
def test_limit_of_a_container_counts(
    limit: str | None, counts: bool, which: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limits = [str(tmp_path / name) for name in ("memory.max", "memory.limit_in_bytes")]
    if limit is not None:
        Path(limits[which]).write_text(limit)
    monkeypatch.setattr(memory, "LIMITS", limits)
    assert memory.total() == (1_048_576 if counts else whole)


@not_on_windows
@pytest.mark.parametrize("error", [ValueError("unrecognized"), OSError("refused")])
def test_memory_may_not_be_known(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: str) -> int:
        raise error

    monkeypatch.setattr(os, "sysconf", refuse)
    assert memory.total() is None
