"""Names of files in messages on standard error: relative if they are below the current folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from command_line import PROGRAM, forward_call

from flake8_forward_call.configuration import files
from flake8_forward_call.terminal.printing import from_here

BROKEN = "[tool.forward-call]\nselct = []\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with a program, a text, a pipe, and valid and invalid settings."""
    folder = tmp_path / "here"
    for name, text in (("broken", BROKEN), ("sound", BROKEN.replace("selct", "ignore"))):
        (folder / name).mkdir(parents=True)
        (folder / name / "pyproject.toml").write_text(text)
        (folder / name / "net.py").write_text(PROGRAM)
    (folder / "empty").mkdir()
    (folder / "net.py").write_text(PROGRAM)
    (folder / "notes.txt").touch()
    os.mkfifo(folder / "pipe.py")
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("check {0}/lost.py", " lost.py: no such file or directory"),
        ("check {0}/pipe.py", " pipe.py: is a named pipe"),
        ("check {0}/empty", "found in 'empty'"),
        ("check {0}/notes.txt", "(notes.txt)"),
        ("check --write-baseline {0}/b.json {0}/net.py", " b.json: a baseline of"),
        ("check --output-file {0}/out.txt {0}/net.py", "the report is in out.txt"),
        ("check --output-file {0}/net.py", " net.py is a source"),
        ("check --output-file {0}/lost/out.txt", "the folder lost does not exist"),
        ("explain {0}/net.py:1:1", " net.py: no direct call"),
        ("check {0}/broken", " broken/pyproject.toml:2: unknown key"),
        ("check --config {0}/broken", " broken/pyproject.toml:2: unknown key"),
        ("check --config {0}/lost.toml", " lost.toml: cannot be read"),
        ("check --verbose {0}/sound", " settings: sound/pyproject.toml"),
    ],
)
def test_file_below_is_named_from_here(here: Path, line: str, told: str) -> None:
    done = forward_call(*line.format(here).split())
    assert told in done.err
    assert str(here) not in done.err


def test_file_elsewhere_is_named_from_the_root(here: Path) -> None:
    (here.parent / "pyproject.toml").write_text(BROKEN)
    files.forget()
    assert forward_call("check").err.startswith(f"forward-call: {here.parent}/pyproject.toml:2: ")


def test_name_that_begins_with_two_dots_is_below(here: Path) -> None:
    assert from_here(f"{here}/..net.py") == "..net.py"
    assert from_here(f"{here.parent}/net.py") == f"{here.parent}/net.py"
