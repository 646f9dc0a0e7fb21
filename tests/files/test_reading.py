"""Only regular files of a limited size are read, whatever is at the names that the tool looks for."""

from __future__ import annotations

import ast
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import FIXED, MESSAGE, PLACE, PROGRAM, Result, forward_call
from special_files import KINDS

import flake8_forward_call
from flake8_forward_call.files.reading import NotPlainError, TooLargeError, is_missing, read_bytes, read_head
from flake8_forward_call.inference.session import look_again

PACKAGE = Path(flake8_forward_call.__file__).parent
KIND = pytest.mark.parametrize("kind", KINDS)

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no such files in folders")


def in_time(*args: str, kind: str = "device", module: str = "flake8_forward_call") -> Result:
    """Run the command with a time limit; for the endless device, in a separate process."""
    if kind == "device" or module != "flake8_forward_call":
        command = [sys.executable, "-m", module, *args]
        done = subprocess.run(command, capture_output=True, timeout=60, check=False, stdin=subprocess.DEVNULL)
        return Result(done.returncode, done.stdout, done.stderr.decode())
    before = signal.signal(signal.SIGALRM, _end)
    signal.alarm(60)
    try:
        return forward_call(*args)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _end(_signal: int, _frame: object) -> None:
    pytest.fail("it waits")


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    look_again({})
    (tmp_path / ".git").mkdir()
    (tmp_path / "net.py").write_text(PROGRAM)
    monkeypatch.chdir(tmp_path)
    return tmp_path


# The reader


@KIND
def test_what_is_no_plain_file_is_refused_and_named(kind: str, tmp_path: Path) -> None:
    name, make = KINDS[kind]
    make(tmp_path / "x.py")
    with pytest.raises(NotPlainError, match=f"^is {name}, not a regular file$"):
        read_bytes(tmp_path / "x.py")
    with pytest.raises(NotPlainError):
        read_head(tmp_path / "x.py", 1)


def test_file_of_the_size_that_is_allowed_is_read_and_one_byte_more_is_not(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"a" * 1_000_000)
    assert len(read_bytes(tmp_path / "x", 1_000_000)) == 1_000_000
    (tmp_path / "x").write_bytes(b"a" * 1_000_001)
    with pytest.raises(TooLargeError, match=r"^is larger than 1 MB$"):
        read_bytes(tmp_path / "x", 1_000_000)
    assert read_head(tmp_path / "x", 3) == b"aaa"


def test_file_that_grows_while_it_is_read_is_read_up_to_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x").write_bytes(b"a")
    asked: list[int] = []

    def endless(_descriptor: int, count: int) -> bytes:
        asked.append(count)
        return b"a" * count

    monkeypatch.setattr(os, "read", endless)
    with pytest.raises(TooLargeError):
        read_bytes(tmp_path / "x", 1_000_000)
    assert sum(asked) == 1_000_001


def test_link_is_followed_unless_it_is_not_to_be(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("net.py")
    assert read_bytes(tmp_path / "link") == PROGRAM.encode()
    with pytest.raises(NotPlainError, match=r"^is a link$"):
        read_bytes(tmp_path / "link", follow=False)


def test_path_that_can_be_none_is_an_error_like_any_other() -> None:
    with pytest.raises(OSError, match="null"):
        read_bytes("a\0b")
    assert is_missing("a\0b")


def test_file_whose_size_is_not_told_is_read() -> None:
    if not Path("/proc/self/status").exists():
        pytest.skip("there is no such file here")
    assert read_bytes("/proc/self/status").startswith(b"Name:")


# The calls that open files, and where they are allowed: in the reader; where the tool writes or locks its own files, or
# reads one of this package; and in the builder of the catalogue, which users do not run.
OPENING = {"open", "read_bytes", "read_text", "fdopen", "copyfile", "copytree"}
ALLOWED = {
    "cli.py": {"open"},  # The null device, if nobody reads the output.
    "files/cache.py": {"open"},
    "files/repository.py": {"copyfile", "copytree"},
    "files/reading.py": {"open"},
    "report/page/frame.py": {"read_text"},
    "files/scratch.py": {"open"},
    "files/temporary.py": {"open"},
    "files/writing.py": {"fdopen"},
    "inference/catalogue/__init__.py": {"read_bytes"},
    "inference/catalogue/build.py": {"open", "read_text"},
    "inference/catalogue/builder.py": {"read_bytes"},
}


def opening(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """The calls that open a file, by name and row. Calls of the reader's own function have no dot."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute) and node.func.attr in OPENING:
                yield node.func.attr, node.lineno
            elif isinstance(node.func, ast.Name) and node.func.id == "open":
                yield "open", node.lineno


@pytest.mark.slow
def test_no_module_opens_files_but_the_reader() -> None:
    found = {
        f"{path.relative_to(PACKAGE).as_posix()}:{row}: {name}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for name, row in opening(ast.parse(path.read_bytes()))
        if name not in ALLOWED.get(path.relative_to(PACKAGE).as_posix(), ())
    }
    assert found == set()


def test_a_module_that_opens_a_file_would_be_noticed() -> None:
    program = "open('a')\nPath('a').read_text()\nos.open('a', 0)\nread_bytes('a')\nself.read('a')\n"
    assert [name for name, _ in opening(ast.parse(program))] == ["open", "read_text", "open"]


# The command


@pytest.mark.parametrize("kind", [kind for kind in KINDS if "folder" not in kind])
def test_one_that_is_named_is_told_in_one_line(kind: str, project: Path) -> None:
    name, make = KINDS[kind]
    make(project / "x.py")
    done = in_time("check", "x.py", kind=kind)
    assert (done.status, done.out, done.err.count("\n")) == (2, "", 1)
    assert f"x.py: is {name}" in done.err


@pytest.mark.slow
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "folder"])
def test_one_in_a_folder_is_skipped_and_counted(kind: str, project: Path) -> None:
    KINDS[kind][1](project / "x.py")
    done = in_time("check", ".", kind=kind)
    assert (done.status, done.out) == (1, f"./net.py:{PLACE}: {MESSAGE}\n")
    assert "1 file skipped: not a regular file" in done.err
    fixed = in_time("fix", ".", kind=kind)
    assert (fixed.status, (project / "net.py").read_text()) == (0, FIXED)


IMPORTING = PROGRAM.replace(
    "from torch import nn\n", "from torch import nn\nimport lib\nfrom pkg import mod\nimport dist\n"
)


@pytest.mark.slow
@KIND
def test_one_in_place_of_what_inference_reads_says_nothing(kind: str, project: Path) -> None:
    make = KINDS[kind][1]
    (project / "net.py").write_text(IMPORTING.replace("nn.Linear(8, 4)", "nn.Linear(8, 4)\n        self.other = lib.a"))
    site = project / ".venv/lib/python3.11/site-packages"
    (project / "pkg").mkdir()
    (site / "dist-1.0.dist-info").mkdir(parents=True)
    (site / "__editable___a_finder.pth").write_text("import __editable___a_finder; __editable___a_finder.install()")
    for name in ("lib.py", "pkg/__init__.py", "pkg/mod.pyi", "setup.cfg", "tox.ini", ".gitignore", ".venv/pyvenv.cfg"):
        make(project / name)
    for name in ("a.pth", "dist.py", "__editable___a_finder.py", "dist-1.0.dist-info/RECORD"):
        make(site / name)
    done = in_time("check", "net.py", kind=kind)
    assert (done.status, done.out, done.err) == (1, f"net.py:15:26: {MESSAGE}\n", "")
    if kind not in ("pipe", "device"):
        return
    flake8 = in_time("--isolated", "-j", "1", "--select", "FWD", "net.py", module="flake8")
    assert flake8.out == f"net.py:15:26: {MESSAGE}\n"


@pytest.mark.slow
@KIND
def test_one_in_place_of_the_settings_is_told_by_both_doors(kind: str, project: Path) -> None:
    name, make = KINDS[kind]
    (project / "sub").mkdir()
    (project / "sub/net.py").write_text(PROGRAM)
    make(project / "sub/pyproject.toml")
    told = f"sub/pyproject.toml: is {name}, not a regular file"
    done = in_time("check", ".", kind=kind)
    # The file outside of that folder is checked.
    assert (done.status, done.out, done.err) == (2, f"./net.py:{PLACE}: {MESSAGE}\n", f"forward-call: {told}\n")
    if kind not in ("pipe", "device"):
        return
    flake8 = in_time("--isolated", "-j", "1", "--select", "FWD", "sub/net.py", module="flake8")
    assert flake8.out.startswith("sub/net.py:1:1: FWD900 ")
    assert told in flake8.out


@pytest.mark.parametrize("kind", [kind for kind in KINDS if "folder" not in kind])
@pytest.mark.parametrize(
    "args", [["--config", "x", "net.py"], ["--baseline", "x", "net.py"]], ids=["settings", "baseline"]
)
def test_one_that_an_option_names_is_told_in_one_line(kind: str, args: list[str], project: Path) -> None:
    name, make = KINDS[kind]
    make(project / "x")
    done = in_time("check", *args, kind=kind)
    assert (done.status, done.out, done.err.count("\n")) == (2, "", 1)
    assert f"x: is {name}, not a regular file" in done.err


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_one_that_explain_is_asked_about_is_told(kind: str, project: Path) -> None:
    name, make = KINDS[kind]
    make(project / "x.py")
    done = in_time("explain", "x.py:1:1", kind=kind)
    assert (done.status, done.out) == (2, "")
    assert f"x.py: is {name}, not a regular file" in done.err


def test_standard_input_is_read_up_to_the_limit(project: Path) -> None:
    with Path("/dev/zero").open("rb") as endless:
        command = [sys.executable, "-m", "flake8_forward_call", "check", "-"]
        done = subprocess.run(command, stdin=endless, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr == b"forward-call: standard input is larger than 100 MB\n"


@pytest.mark.slow
def test_program_that_is_too_large_is_told_and_the_others_are_looked_at(project: Path) -> None:
    with (project / "big.py").open("wb") as file:
        file.truncate(1 << 40)  # It takes up no space on disk.
    done = in_time("check", ".")
    assert (done.status, done.out) == (2, f"./net.py:{PLACE}: {MESSAGE}\n")
    assert done.err == "forward-call: ./big.py: is larger than 100 MB\n"


@pytest.mark.slow
def test_other_files_that_are_too_large_say_nothing_or_end_the_run(project: Path) -> None:
    for name in ("lib.py", "setup.cfg"):
        with (project / name).open("wb") as file:
            file.truncate(1 << 40)
    (project / "net.py").write_text(PROGRAM.replace("from torch import nn\n", "from torch import nn\nimport lib\n"))
    assert in_time("check", "net.py").status == 1
    for name, size in ((".gitignore", 1), ("pyproject.toml", 1)):
        with (project / name).open("wb") as file:
            file.truncate(1 << 40)
        done = in_time("check", ".")
        assert (done.status, done.out) == (2, "")
        assert done.err == f"forward-call: {name}: is larger than {size} MB\n"
        (project / name).unlink()
