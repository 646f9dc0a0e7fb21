"""Files on a real disk: links, owners, odd names, closed folders. Nothing is lost, and everything is reported."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import FIXED, MESSAGE, PLACE, PROGRAM, Result, flake8, forward_call

pytestmark = pytest.mark.skipif(os.name == "nt", reason="links, owners and modes are other things on Windows")

IS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
SETPRIV = shutil.which("setpriv")
# The capabilities with which root bypasses file modes.
POWERS = "-dac_override,-dac_read_search,-fowner,-chown"


@pytest.fixture(autouse=True)
def _in_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(*names: str | Path) -> None:
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(PROGRAM)


def as_anybody(*args: str) -> Result:
    """Run the command as a user to whom file modes apply, unlike root."""
    if IS_ROOT and SETPRIV is None:
        pytest.skip("root cannot lay down its powers without setpriv")
    lay_down = [str(SETPRIV), f"--bounding-set={POWERS}", f"--inh-caps={POWERS}"] if IS_ROOT else []
    command = [*lay_down, sys.executable, "-m", "flake8_forward_call", *args]
    done = subprocess.run(command, capture_output=True, timeout=120, check=False)
    return Result(done.returncode, done.stdout, done.stderr.decode())


def test_linked_file_in_a_directory_is_written_once_and_the_link_stays() -> None:
    write("pkg/net.py")
    Path("pkg/link.py").symlink_to("net.py")
    Path("pkg/other.py").symlink_to("link.py")
    done = forward_call("fix", "pkg")
    assert (done.status, done.err) == (0, "")
    assert done.lines[-1] == "Fixed 1 call in 1 file; no findings remain."
    assert [Path(f"pkg/{name}.py").is_symlink() for name in ("link", "net", "other")] == [True, False, True]
    assert Path("pkg/net.py").read_text() == FIXED


def test_links_that_lead_nowhere_are_passed_over_in_a_directory_and_told_by_name() -> None:
    write("pkg/net.py")
    Path("pkg/loop.py").symlink_to("loop.py")
    Path("pkg/.#net.py").symlink_to("somebody@host.1234")  # Emacs locks a file in this way.
    Path("pkg/up").symlink_to("..")
    done = forward_call("check", "pkg")
    assert (done.status, done.out, done.err) == (1, f"pkg/net.py:{PLACE}: {MESSAGE}\n", "")
    named = forward_call("fix", "pkg/loop.py", "pkg/.#net.py")
    assert (named.status, named.out) == (2, "")
    assert named.err.splitlines() == [
        "forward-call: pkg/loop.py: Too many levels of symbolic links",
        "forward-call: pkg/.#net.py: no such file or directory",
    ]


def test_file_with_hard_links_is_reported_and_left_alone() -> None:
    write("net.py", "good.py")
    Path("backup").hardlink_to("net.py")
    assert forward_call("check", "net.py").out == f"net.py:{PLACE}: {MESSAGE}\n"
    done = forward_call("fix")
    assert (done.status, done.err.count("\n")) == (2, 1)
    assert "net.py: has 2 names (hard links); replace it with a copy first" in done.err
    assert f"./net.py:{PLACE}: {MESSAGE}" in done.lines
    assert [Path(name).read_text() for name in ("net.py", "backup", "good.py")] == [PROGRAM, PROGRAM, FIXED]
    assert Path("backup").samefile("net.py")


@pytest.mark.skipif(not IS_ROOT, reason="only root can give a file away")
@pytest.mark.parametrize("mode", [0o644, 0o4755, 0o2755, 0o1644, 0o6711])
def test_owner_group_and_special_bits_of_a_real_file_are_kept(mode: int) -> None:
    write("net.py")
    os.chown("net.py", 1234, 5678)
    Path("net.py").chmod(mode)
    assert forward_call("fix", "net.py").status == 0
    status = Path("net.py").stat()
    assert (status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)) == (1234, 5678, mode)
    assert Path("net.py").read_text() == FIXED


@pytest.mark.slow
@pytest.mark.skipif(not IS_ROOT, reason="only root can give a file away")
def test_owner_that_cannot_be_kept_on_a_real_disk() -> None:
    write("net.py")
    os.chown("net.py", 1234, 5678)
    Path("net.py").chmod(0o666)
    done = as_anybody("fix", "net.py")
    assert (done.status, Path("net.py").read_text()) == (2, PROGRAM)
    assert done.err == "forward-call: net.py: belongs to another user or group, which could not be kept\n"


@pytest.mark.skipif(sys.platform != "linux", reason="Python reads extended attributes on Linux only")
def test_attribute_of_a_real_file_is_kept() -> None:
    write("net.py")
    try:
        os.setxattr("net.py", "user.origin", b"here")
    except OSError as error:
        pytest.skip(f"this file system has no attributes: {error}")
    assert forward_call("fix", "net.py").status == 0
    assert (os.getxattr("net.py", "user.origin"), Path("net.py").read_text()) == (b"here", FIXED)


@pytest.mark.slow
def test_folder_that_takes_no_new_file() -> None:
    write("shut/net.py", "good.py")
    Path("shut").chmod(0o555)
    done = as_anybody("fix", ".")
    Path("shut").chmod(0o755)
    assert done.status == 2
    assert done.err == "forward-call: ./shut/net.py: could not be written and is unchanged: Permission denied\n"
    assert (Path("shut/net.py").read_text(), Path("good.py").read_text()) == (PROGRAM, FIXED)


@pytest.mark.slow
def test_what_may_not_be_read_is_told_and_the_rest_is_fixed() -> None:
    write("good.py", "shut/net.py", "net.py", "listed/net.py")
    Path("link.py").symlink_to("shut/net.py")
    Path("net.py").chmod(0o200)
    Path("shut").chmod(0)
    Path("listed").chmod(0o444)  # The names in it can be read, but not the files.
    check, fix = as_anybody("check", "."), as_anybody("fix", ".")
    for path in ("shut", "listed"):
        Path(path).chmod(0o755)
    assert (check.status, fix.status) == (2, 2)
    assert check.out == f"./good.py:{PLACE}: {MESSAGE}\n"
    for done in (check, fix):
        assert sorted(done.err.splitlines()) == [
            "forward-call: ./link.py: cannot be read: Permission denied",
            "forward-call: ./listed/net.py: cannot be read: Permission denied",
            "forward-call: ./net.py: cannot be read: Permission denied",
            "forward-call: ./shut: cannot be read: Permission denied",
        ]
    assert Path("good.py").read_text() == FIXED


ODD_NAMES = ["a b.py", "-x.py", "it's.py", 'quo"te.py', "line\nend.py", "esc\x1b[31m.py", "sep\u2028.py", "%s{}.py"]


@pytest.mark.parametrize("name", [*ODD_NAMES, pytest.param("not\udcffutf8.py", id="not UTF-8")])
def test_odd_name_is_printed_in_one_line_and_its_file_fixed(name: str) -> None:
    try:
        write(name)
    except OSError as error:  # macOS.
        pytest.skip(f"no file can have this name here: {error}")
    done = forward_call("check")
    assert (done.status, done.err, len(done.lines)) == (1, "", 1)
    assert done.out.rstrip("\n").isprintable()
    assert [
        Path(each["filename"]).name for each in json.loads(forward_call("check", "--output-format", "json").out)
    ] == [name.replace("\udcff", "\\udcff")]  # Not every JSON parser accepts lone surrogates.
    for args in (["fix", "."], ["fix", "--", name]):
        write(name)
        fixed = forward_call(*args)
        assert (fixed.status, fixed.err, len(fixed.lines)) == (0, "", 3)
        assert (Path(name).read_text(), os.listdir()) == (FIXED, [name])  # noqa: PTH208


def test_odd_name_of_what_is_not_there_is_told_in_one_line() -> None:
    done = forward_call("check", "line\nend\x1b.py")
    assert done.err == "forward-call: line\\nend\\x1b.py: no such file or directory\n"


def test_name_that_is_too_long() -> None:
    name = "n" * 5000
    done = forward_call("check", name)
    assert (done.status, done.err) == (2, f"forward-call: {name}: File name too long\n")
    assert forward_call(name).err.startswith("forward-call: no command 'nnn")


def test_current_directory_that_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write("net.py")
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    for args in (["check", "x.py"], ["fix"], ["fix", "--diff", tmp_path / "net.py"], ["check", "-"]):
        done = forward_call(*args)
        assert (done.status, done.out) == (2, "")
        assert done.err == "forward-call: the current directory is gone: No such file or directory\n"


def test_leavings_of_a_run_that_was_killed_are_looked_at_by_nobody() -> None:
    write("net.py", ".forward-call-1a2b3c4d.tmp")
    done = forward_call("fix", ".")
    assert (done.status, done.lines[-1]) == (0, "Fixed 1 call in 1 file; no findings remain.")
    assert Path(".forward-call-1a2b3c4d.tmp").read_text() == PROGRAM
    assert flake8(".").out == ""
