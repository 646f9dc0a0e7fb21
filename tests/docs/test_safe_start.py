"""The ways to start the command without importing modules of the current folder, as the usage page names them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import FIXED, MESSAGE, PLACE, PROGRAM

PLANTED = (
    "click.py",
    "libcst/__init__.py",
    "flake8_forward_call/__init__.py",
    "rich.py",
    "ast.py",
    "tomllib.py",
    "re.py",
)
PAGE = Path(__file__).parents[2] / "docs/usage.md"


@pytest.fixture(autouse=True)
def mark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with modules that leave this mark if they are imported."""
    folder, left = tmp_path / "repository", tmp_path / "ran"
    for name in PLANTED:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"open({str(left)!r}, 'w').close()\n")
    (folder / "flake8_forward_call/__main__.py").touch()
    (folder / "net.py").write_text(PROGRAM)
    monkeypatch.chdir(folder)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.delenv("PYTHONSAFEPATH", raising=False)
    return left


def safe_forms() -> dict[str, list[str]]:
    program = shutil.which("forward-call", path=os.path.dirname(sys.executable))  # noqa: PTH120
    assert program is not None, "the package is installed with its program"
    forms = {"forward-call": [program], "python -I -m flake8_forward_call": [sys.executable, "-I", "-m"]}
    if sys.version_info >= (3, 11):  # Older versions do not have the option.
        forms["python -P -m flake8_forward_call"] = [sys.executable, "-P", "-m"]
    return {name: [*form, "flake8_forward_call"] if form[-1] == "-m" else form for name, form in forms.items()}


@pytest.mark.slow
@pytest.mark.parametrize("form", safe_forms())
def test_safe_form_imports_nothing_from_the_folder(form: str, mark: Path) -> None:
    assert f"`{form}`" in PAGE.read_text()
    for args, status in ((["check", "."], 1), (["fix", "."], 0)):
        done = subprocess.run([*safe_forms()[form], *args], capture_output=True, text=True, timeout=120, check=False)
        assert (done.returncode, done.stderr) == (status, "")
        assert not mark.exists()
        if status:
            assert done.stdout == f"./net.py:{PLACE}: {MESSAGE}\n"
    assert Path("net.py").read_text() == FIXED


def test_the_other_form_runs_what_the_folder_holds(mark: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "flake8_forward_call", "check"], capture_output=True, timeout=120, check=False
    )
    assert mark.exists()
