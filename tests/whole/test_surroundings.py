"""Missing resources: disk space, an output, open files, a cache, a home. The status is clear, without a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import FIXED, MESSAGE, PLACE, PROGRAM, Result, python

from flake8_forward_call.files.cache import VARIABLE

pytestmark = pytest.mark.skipif(os.name == "nt", reason="a shell of Unix is needed")

FOUND = f"net.py:{PLACE}: {MESSAGE}\n"
FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")


@pytest.fixture(autouse=True)
def _in_a_directory_with_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.py").write_text(PROGRAM)


def shell(line: str, **environment: str) -> Result:
    """Run a line in a shell in which `forward_call` is the command."""
    script = f'forward_call() {{ "{sys.executable}" -m flake8_forward_call "$@"; }}\n{line}'
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")} | environment
    done = subprocess.run(["/bin/sh", "-c", script], capture_output=True, timeout=120, check=False, env=kept)
    return Result(done.returncode, done.stdout, done.stderr.decode())


@FULL
@pytest.mark.parametrize(
    "command",
    ["check net.py", "check --output-format json net.py", "fix --diff net.py", "fix - <net.py", "explain", "--help"],
)
def test_output_that_takes_nothing(command: str) -> None:
    done = shell(f"forward_call {command} >/dev/full")
    assert (done.status, done.err.partition(": 0 files")[0].strip()) == (
        2,
        "forward-call: cannot print: No space left on device",
    )
    assert Path("net.py").read_text() == PROGRAM


@FULL
def test_fix_tells_how_far_it_came_when_its_output_takes_nothing() -> None:
    Path("other.py").write_text(PROGRAM)
    done = shell("forward_call fix >/dev/full")
    assert done.status == 2
    assert done.err == "forward-call: cannot print: No space left on device: 1 file fixed, the others are unchanged.\n"
    assert (Path("net.py").read_text(), Path("other.py").read_text()) == (FIXED, PROGRAM)


@FULL
def test_no_stream_that_takes_anything() -> None:
    assert shell("forward_call check net.py >/dev/full 2>&1").status == 2
    assert shell("forward_call check lost.py >/dev/full 2>&1").status == 2


@pytest.mark.parametrize("command", ["check net.py", "fix net.py", "fix - <net.py"])
def test_closed_output(command: str) -> None:
    done = shell(f"forward_call {command} >&-")
    assert (done.status, done.err) == (2, "forward-call: cannot print: standard output is closed\n")
    assert Path("net.py").read_text() == PROGRAM


def test_closed_errors() -> None:
    done = shell("forward_call check net.py lost.py 2>&-")
    assert (done.status, done.out, done.err) == (2, FOUND, "")


@pytest.mark.slow
def test_reader_that_has_had_enough() -> None:
    for number in range(40):
        Path(f"net{number}.py").write_text(PROGRAM)
    reader = "import sys; sys.stdin.readline(); sys.stdin.close()"
    for command in ("check", "fix --diff", "fix"):
        done = shell(f'{{ forward_call {command}; echo $? >status; }} | "{sys.executable}" -c "{reader}"')
        assert "Traceback" not in done.err
        assert "Exception" not in done.err
        assert Path("status").read_text() in {"1\n", "2\n"} if command != "fix" else {"0\n", "2\n"}
    assert {path.read_text() for path in Path().glob("*.py")} <= {PROGRAM, FIXED}
    assert not list(Path().glob(".*"))


def test_few_open_files_are_enough() -> None:
    done = shell("ulimit -n 16; forward_call fix net.py")
    assert (done.status, done.err, Path("net.py").read_text()) == (0, "", FIXED)


def test_no_other_process_is_needed() -> None:
    done = python(
        "import os, sys\n"
        "def refuse(*_, **__): raise OSError(11, 'Resource temporarily unavailable')\n"
        "os.fork = os.posix_spawn = refuse\n"
        "from flake8_forward_call.cli import main\n"
        "sys.exit(main(['fix', 'net.py']))"
    )
    assert (done.status, done.err, Path("net.py").read_text()) == (0, "", FIXED)


@pytest.mark.parametrize("folder", ["net.py", "net.py/sub", "/proc/none", "/dev/null"])
def test_cache_folder_that_cannot_be_one(folder: str) -> None:
    for number in range(100):  # The cache is used from this number of files on.
        Path(f"m{number}.py").write_text("from net import Net\n")
    done = shell("forward_call check .", **{VARIABLE: folder})
    assert (done.status, done.out, done.err) == (1, f"./{FOUND}", "")


def test_no_home_and_no_name() -> None:
    done = shell(f"unset HOME USER LOGNAME XDG_CACHE_HOME {VARIABLE}; forward_call check net.py")
    assert (done.status, done.out, done.err) == (1, FOUND, "")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if not hasattr(os, "geteuid") or os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a disk of a given size cannot be mounted here; tests with a limit to the size of files can run")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_full_disk(small_disk: Path) -> None:
    program = PROGRAM + "# filler\n" * 3000
    net = small_disk / "net.py"
    net.write_text(program)
    (small_disk / "filler").write_bytes(b"x" * (64 - 28 - 4) * 1024)
    done = shell(f"forward_call fix '{net}'")
    assert done.status == 2
    assert done.err == "forward-call: disk/net.py: could not be written and is unchanged: No space left on device\n"
    assert (net.read_text(), sorted(small_disk.iterdir())) == (program, [small_disk / "filler", net])
    (small_disk / "filler").unlink()
    assert shell(f"forward_call fix '{net}'").status == 0
    assert net.read_text() == program.replace("stem.forward(", "stem(")
