"""The check of the README's first command in `.ci/run`: it must fix something, and exactly what it reports."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from command_line import FIXED, PROGRAM, forward_call

ROOT = Path(__file__).parents[2]


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A wheel with two programs to fix, unpacked."""
    monkeypatch.chdir(tmp_path)
    with zipfile.ZipFile("net.whl", "w") as archive:
        for name in ("net/a.py", "net/b.py"):
            archive.writestr(name, PROGRAM)
        archive.writestr("net/c.py", "x = 1\n")
        archive.extractall("net")
    return tmp_path / "net"


def verdict(printed: str) -> str:
    """The output of the script; empty if there is no error."""
    Path("printed").write_text(printed, encoding="utf-8")
    command = [sys.executable, str(ROOT / ".ci/fixed.py"), "printed", "net.whl", "net"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert bool(done.returncode) is bool(done.stderr)
    return done.stderr


def test_run_that_fixed_what_it_says_passes(package: Path) -> None:
    printed = "Successfully installed\n" + forward_call("fix", "net").out
    assert (package / "net/a.py").read_text() == FIXED
    assert verdict(printed) == ""


@pytest.mark.usefixtures("package")
@pytest.mark.parametrize(
    "printed",
    [
        "",
        "Nothing to fix.\n",
        "forward-call: no files were checked: no Python files or notebooks found in 'net'\n",
        "Fixed nothing; 2 findings remain.\n",
        "Fixed 0 calls in 0 files; no findings remain.\n",
        "Fixed 2 calls in 2 files; no findings remain.\n",
    ],
)
def test_run_that_fixed_nothing_does_not(printed: str) -> None:
    assert verdict(printed).startswith("The README's first command: ")


def test_run_that_says_more_or_less_than_it_did_does_not_pass(package: Path) -> None:
    printed = forward_call("fix", "net").out
    (package / "net/b.py").write_text(PROGRAM)
    assert "in fact 1 calls in 1 files are gone" in verdict(printed)


def test_commands_are_taken_from_the_readme_into_a_real_clone() -> None:
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert 'git clone --quiet . "$work/$1"' in script
    assert '.ci/fixed.py "$work/$label-printed"' in script
