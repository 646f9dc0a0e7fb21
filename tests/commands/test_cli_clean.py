"""``forward-call clean``: it removes what the tool has stored, and nothing else."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from command_line import PROGRAM, forward_call

from flake8_forward_call.files.cache import VARIABLE, Store


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder with two records."""
    monkeypatch.chdir(tmp_path)
    found = tmp_path / "kept"
    monkeypatch.setenv(VARIABLE, str(found))
    Path("net.py").write_text(PROGRAM)
    for name in ("a", "b"):
        Store(str(found)).write("kind", name, [name])
    return found


def test_the_cache_is_gone(folder: Path) -> None:
    done = forward_call("clean")
    assert (done.status, done.err, done.out) == (0, "", "Removed 2 records (0.0 MB) from kept.\n")
    assert not folder.exists()
    assert forward_call("clean").out == "No records in kept.\n"


def test_what_the_tool_did_not_write_stays(folder: Path, tmp_path: Path) -> None:
    (record,) = sorted(folder.iterdir())[:1]
    odd = {
        "notes.txt": b"mine",
        "notes.forward-call": b"mine",
        f"{'0' * 40}.forward-call": b"mine",
        "unfinished-x.forward-call": b"mine",
    }
    for name, data in odd.items():
        (folder / name).write_bytes(data)
    (tmp_path / "target").write_bytes(record.read_bytes())
    (folder / f"{'1' * 40}.forward-call").symlink_to(tmp_path / "target")
    (folder / f"{'2' * 40}.forward-call").mkdir()
    done = forward_call("clean", "--quiet")
    assert (done.status, done.out, done.err) == (0, "", "")
    assert {path.name for path in folder.iterdir()} == {*odd, f"{'1' * 40}.forward-call", f"{'2' * 40}.forward-call"}
    assert (tmp_path / "target").exists()


def test_another_folder_can_be_named(folder: Path) -> None:
    Store(str(folder.parent / "other")).write("kind", "a", [1])
    assert forward_call("clean", "--cache-dir", "other").out == "Removed 1 record (0.0 MB) from other.\n"
    assert folder.exists()


def test_the_folder_is_that_of_the_settings(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE)
    Path("pyproject.toml").write_text("[tool.forward-call]\ncache-dir = 'kept'\n")
    assert forward_call("clean").out == "Removed 2 records (0.0 MB) from kept.\n"


def test_a_cache_that_is_turned_off_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "")
    done = forward_call("clean")
    assert (done.status, done.err) == (0, "")
    assert "The cache is turned off" in done.out


@pytest.mark.skipif(sys.platform == "win32", reason="modes say nothing there")
def test_a_folder_that_others_can_write_to_is_left_alone(folder: Path) -> None:
    os.chmod(folder, 0o777)  # noqa: PTH101
    done = forward_call("clean")
    assert (done.status, done.out) == (2, "")
    assert "kept: cannot be removed: it is not a folder that only the user can write to" in done.err
    assert len(list(folder.iterdir())) == 2


def test_a_file_in_its_place_is_told(folder: Path) -> None:
    assert forward_call("clean", "--cache-dir", "net.py").status == 2
    assert Path("net.py").read_text() == PROGRAM
