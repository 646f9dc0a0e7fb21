"""The temporary folder of ``--diff-base`` is gone after every run, or after the next one if a run was killed."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import PROGRAM, forward_call

from flake8_forward_call.files import scratch

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="Windows has neither these signals nor locks of folders"),
]

# A git that waits when it is asked for the common ancestor.
WAITING = """#!/bin/sh
case "$*" in *merge-base*) : > "{waits}"; exec sleep 60 ;; esac
exec "{git}" "$@"
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository as the current folder, and an empty folder for temporary files."""
    for variable in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(variable)
    (tmp_path / "repository").mkdir()
    monkeypatch.chdir(tmp_path / "repository")
    subprocess.run(["git", "init", "--quiet"], check=True)
    author = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    subprocess.run(["git", *author, "commit", "--quiet", "--allow-empty", "--message", "A"], check=True)
    Path("net.py").write_text(PROGRAM)
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def run(tmp_path: Path, temporary: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A run that waits for git, in a process group of its own."""
    program = tmp_path / "bin/git"
    program.parent.mkdir()
    waits = tmp_path / "git-waits"
    program.write_text(WAITING.format(git=shutil.which("git"), waits=waits))
    program.chmod(0o755)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    environment["PATH"] = f"{program.parent}{os.pathsep}{environment['PATH']}"
    process = subprocess.Popen(
        [sys.executable, "-m", "flake8_forward_call", "check", "--diff-base", "HEAD", "."],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, start_new_session=True,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while not waits.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert list(temporary.glob("forward-call-*/tree"))
    yield process
    kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """End a process and its children, if there are any, without giving them time for anything."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def is_ours(folder: Path) -> bool:
    return folder.name.endswith(f"-{folder.stat().st_ino:x}")


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_interrupted_run_says_so_and_leaves_nothing(name: str, run: subprocess.Popen[bytes], temporary: Path) -> None:
    run.send_signal(getattr(signal, name))
    out, err = run.communicate(timeout=60)
    assert (run.returncode, out) == (2, b"")
    assert err.decode() == "forward-call: Interrupted: not all files were checked.\n"
    assert list(temporary.iterdir()) == []


def test_run_that_ends_leaves_nothing(temporary: Path) -> None:
    assert forward_call("check", "--diff-base", "HEAD", ".").status == 1
    assert list(temporary.iterdir()) == []


def test_what_a_killed_run_leaves_is_removed_by_the_next(run: subprocess.Popen[bytes], temporary: Path) -> None:
    kill(run)
    [left] = temporary.iterdir()
    assert is_ours(left)
    references = sorted(Path(".git/refs").rglob("*"))
    assert forward_call("check", "--diff-base", "HEAD", ".").status == 1
    assert list(temporary.iterdir()) == []
    assert sorted(Path(".git/refs").rglob("*")) == references  # They were links.


def test_folder_of_a_running_process_is_left_alone(run: subprocess.Popen[bytes], temporary: Path) -> None:
    [used] = temporary.iterdir()
    assert forward_call("check", "--diff-base", "HEAD", ".").status == 1
    assert list(temporary.iterdir()) == [used]
    assert run.poll() is None


def left_behind(temporary: Path, name: str = "") -> Path:
    """A folder as a killed run leaves it, with its inode number in the name, or with another name."""
    folder = temporary / "new"
    folder.mkdir()
    (folder / "config").touch()
    return folder.rename(temporary / (name or f"forward-call-abcd_123-{folder.stat().st_ino:x}"))


def test_only_a_folder_with_its_own_number_is_removed(temporary: Path) -> None:
    ours = left_behind(temporary)
    number = f"{ours.stat().st_ino:x}"
    others = [
        left_behind(temporary, f"forward-call-efgh_456-{number}"),
        left_behind(temporary, "forward-call-efgh_456"),
        left_behind(temporary, f"forward-call-ABC-{number}"),
        left_behind(temporary, "forward-call-"),
    ]
    file = temporary / "file"
    file.touch()
    others.append(file.rename(temporary / f"forward-call-abc-{file.stat().st_ino:x}"))
    link = temporary / f"forward-call-link-{others[0].stat().st_ino:x}"
    link.symlink_to(others[0])
    made, remove = scratch.make()
    assert sorted(temporary.iterdir()) == sorted([made, link, *others])
    assert not ours.exists()
    assert (others[0] / "config").exists()
    remove()
    assert not made.exists()


def test_empty_folder_without_a_number_is_left_alone(temporary: Path) -> None:
    """Nothing proves that it is from this tool."""
    folder = temporary / "forward-call-11111111"
    folder.mkdir()
    os.utime(folder, (time.time() - 3600,) * 2)
    _, remove = scratch.make()
    remove()
    assert list(temporary.iterdir()) == [folder]


def test_folder_of_another_user_is_left_alone(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = left_behind(temporary)
    monkeypatch.setattr(os, "geteuid", lambda: folder.stat().st_uid + 1)
    _, remove = scratch.make()
    remove()
    assert list(temporary.iterdir()) == [folder]
