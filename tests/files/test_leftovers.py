"""The next run removes the files that a killed run left behind, and nothing else."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from command_line import FIXED, PROGRAM, forward_call

from flake8_forward_call.files import temporary

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows locks open files in another way")

# A run that stops in the middle of writing a file, when all its files have their names on disk.
STOPPING = """
import os, sys, time
from pathlib import Path
from flake8_forward_call import cli
def stop(*_):
    print("here", flush=True)
    time.sleep(60)
{where}
sys.exit(cli.main(["fix", "."]))
"""
WHERE = {"while it writes": "os.fsync = stop", "before it puts the file in place": "Path.replace = stop"}


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "net.py").write_text(PROGRAM)
    monkeypatch.chdir(tmp_path)
    temporary.clear.cache_clear()
    return tmp_path


def started(where: str) -> subprocess.Popen[str]:
    """A run that has reached the point where it waits."""
    command = [sys.executable, "-c", STOPPING.format(where=where)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "here\n"
    return process


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob(".forward-call-*"))


@pytest.mark.slow
@pytest.mark.parametrize("where", WHERE.values(), ids=list(WHERE))
def test_what_a_killed_run_left_is_gone_after_the_next(where: str, project: Path) -> None:
    with started(where) as process:
        process.send_signal(signal.SIGKILL)
    assert len(left(project)) == 1
    assert (project / "net.py").read_text() == PROGRAM
    assert forward_call("fix", ".").status == 0
    assert (left(project), (project / "net.py").read_text()) == ([], FIXED)


@pytest.mark.slow
def test_what_a_run_that_lives_is_writing_is_left_alone(project: Path) -> None:
    with started(WHERE["before it puts the file in place"]) as process:
        before = left(project)
        assert len(before) == 1
        assert forward_call("fix", ".").status == 0
        assert left(project) == before
        process.kill()


def made(folder: Path, name: str = "") -> Path:
    """A file as a killed run leaves it, with its inode number in the name, or with another name."""
    path = folder / "new"
    path.write_text(PROGRAM)
    return path.rename(folder / (name or f".forward-call-abcd_123-{path.stat().st_ino:x}.tmp"))


def test_only_what_carries_its_own_number_is_removed(project: Path) -> None:
    ours = made(project)
    others = [
        made(project, ".forward-call-abcd_123.tmp"),
        made(project, ".forward-call-abcd_123-1.tmp"),
        made(project, f".forward-call-abcd_123-{ours.stat().st_ino:x}.tmp.txt"),
        made(project, f".forward-call-ABC-{ours.stat().st_ino:x}.tmp"),
        made(project, ".forward-call-.tmp"),
    ]
    assert forward_call("fix", ".").status == 0
    assert not ours.exists()
    assert all(path.read_text() == PROGRAM for path in others)


def test_links_folders_pipes_and_second_names_are_left_alone(project: Path) -> None:
    precious = project / "precious"
    precious.write_text("precious")
    number = f"{precious.stat().st_ino:x}"
    (project / f".forward-call-link-{number}.tmp").symlink_to(precious)
    (project / f".forward-call-hard-{number}.tmp").hardlink_to(precious)
    (project / ".forward-call-folder-1.tmp").mkdir()
    pipe = project / "pipe"
    os.mkfifo(pipe)
    pipe.rename(project / f".forward-call-pipe-{pipe.stat().st_ino:x}.tmp")
    before = left(project)
    assert len(before) == 4
    assert forward_call("fix", ".").status == 0
    assert (left(project), precious.read_text()) == (before, "precious")


def test_empty_file_that_had_no_number_yet_is_removed_when_it_is_old(project: Path) -> None:
    old, new = project / ".forward-call-11111111.tmp", project / ".forward-call-22222222.tmp"
    for path in (old, new):
        path.touch()
    os.utime(old, (time.time() - 3600,) * 2)
    assert forward_call("fix", ".").status == 0
    assert left(project) == [new.name]


def test_what_belongs_to_somebody_else_is_left_alone(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = made(project)
    monkeypatch.setattr(os, "geteuid", lambda: path.stat().st_uid + 1)
    temporary.clear(project)
    assert path.exists()


def test_only_folders_that_are_written_to_are_cleared(project: Path) -> None:
    (project / "sub").mkdir()
    path = made(project / "sub")
    assert forward_call("fix", ".").status == 0
    assert path.exists()
    (project / "sub/net.py").write_text(PROGRAM)
    assert forward_call("fix", ".").status == 0
    assert not path.exists()


def test_check_removes_nothing(project: Path) -> None:
    path = made(project)
    assert forward_call("check", ".").status == 1
    assert path.exists()


def test_folder_that_cannot_be_searched_is_no_failure(project: Path) -> None:
    shutil.rmtree(project)
    temporary.clear(project)
