"""Results that are kept on disk: when they count again, and that damaged ones do not."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import PROGRAM
from projects import in_folder, order

from flake8_forward_call.scanning import keeping
from flake8_forward_call.scanning.keeping import KeepError, Kept
from flake8_forward_call.scanning.records import Outcome, State
from flake8_forward_call.scanning.stamps import stamp_of

FOUND = Outcome(State.FINDINGS, '{"code": "FWD001"}\n', {"FWD001": 1}, 1.5, "", ("a message",))


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(str(tmp_path / "new" / "state"))


def the_file(tmp_path: Path) -> Path:
    (path,) = (tmp_path / "new" / "state").iterdir()
    return path


def test_result_counts_again_for_the_same_order_and_files(kept: Kept) -> None:
    kept.keep(order("/a"), "s", FOUND)
    assert kept.find(order("/a", timeout=3), "s") == dataclasses.replace(FOUND, is_kept=True)
    assert kept.find(order("/a"), "other") is None
    assert kept.find(order("/b"), "s") is None
    assert kept.find(order("/a", "sarif"), "s") is None
    assert kept.find(dataclasses.replace(order("/a"), arguments=("--isolated",)), "s") is None


@pytest.mark.parametrize("state", [state for state in State if not state.is_complete])
def test_what_is_not_complete_is_tried_again(kept: Kept, state: State) -> None:
    kept.keep(order("/a"), "s", Outcome(state, reason="why"))
    assert kept.find(order("/a"), "s") is None


def test_another_version_of_the_tool_checks_again(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.keep(order("/a"), "s", FOUND)
    monkeypatch.setattr(keeping, "tool", lambda: "another")
    assert kept.find(order("/a"), "s") is None


@pytest.mark.parametrize("change", ["cut", "flip", "empty", "format", "no UTF-8"])
def test_damaged_file_counts_as_missing(kept: Kept, tmp_path: Path, change: str) -> None:
    kept.keep(order("/a"), "s", FOUND)
    path = the_file(tmp_path)
    data = path.read_bytes()
    changed = {
        "cut": data[:-5],
        "flip": data.replace(b"FWD001", b"FWD002"),
        "empty": b"",
        "format": data.replace(b"scan 1 ", b"scan 2 "),
        "no UTF-8": b"\xff" + data,
    }
    path.write_bytes(changed[change])
    assert kept.find(order("/a"), "s") is None


def test_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(KeepError, match=r"^cannot be used: "):
        Kept(str(tmp_path / "file"))


def test_result_that_cannot_be_written_is_told(kept: Kept, tmp_path: Path) -> None:
    kept.keep(order("/a"), "s", FOUND)
    the_file(tmp_path).chmod(0o444)
    with pytest.raises(KeepError, match="read-only"):
        kept.keep(order("/a"), "s", FOUND)


def test_stamp_is_the_same_until_something_changes(tmp_path: Path) -> None:
    root = in_folder(tmp_path / "above" / "a", PROGRAM)
    (root / "__pycache__").mkdir()
    stamps = [stamp_of(str(root))[0]]
    (root / "__pycache__" / "net.pyc").touch()
    (root / "broken").symlink_to("nowhere")
    assert stamp_of(str(root)) == (stamps[0], len(PROGRAM))
    changes: tuple[Callable[[], object], ...] = (
        lambda: (root / "net0.py").write_text(PROGRAM + "\n"),
        (root / "deep").mkdir,
        (root / "deep" / "new.py").touch,
        (root / "deep" / "new.py").unlink,
        (root / ".gitignore").touch,
        lambda: (root.parent / "forward-call.toml").write_text('ignore = ["FWD001"]\n'),
        lambda: os.utime(root / "net0.py", (1, 1)),
    )
    for change in changes:
        change()
        stamps.append(stamp_of(str(root))[0])
    assert len(set(stamps)) == len(changes) - 1, "an empty folder changes nothing"


def test_stamp_of_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        stamp_of(str(tmp_path / "gone"))
