"""Which files are checked in directories: ``include``, ``exclude`` and ``extend-exclude``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import PROGRAM, forward_call
from documents import code, notebook

from flake8_forward_call.commands.watching import matters
from flake8_forward_call.configuration import files


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with files of several kinds."""
    for name in ("net.py", "bin/train", "bin/run.bzl", "old/net.py", "src/made/net.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(PROGRAM)
    (tmp_path / "book.ipynb").write_text(notebook(code(PROGRAM)))
    monkeypatch.chdir(tmp_path)
    files.forget()
    yield tmp_path
    files.forget()


def listed(*args: str) -> list[str]:
    return forward_call("check", "--show-files", *args).lines


def configure(text: str) -> None:
    Path("pyproject.toml").write_text(f"[tool.forward-call]\n{text}\n")
    files.forget()


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (["*.py", "*.ipynb"], ["./book.ipynb", "./net.py", "./old/net.py", "./src/made/net.py"]),
        (["*.py"], ["./net.py", "./old/net.py", "./src/made/net.py"]),
        (["/net.py", "bin/train", "*.bzl"], ["./net.py", "./bin/run.bzl", "./bin/train"]),
        (["src/**/*.py"], ["./src/made/net.py"]),
        (["*.py", "!/old/*"], ["./net.py", "./src/made/net.py"]),
    ],
)
def test_files_that_are_included_are_checked(patterns: list[str], expected: list[str]) -> None:
    configure(f"include = {json.dumps(patterns)}")
    assert listed() == expected
    assert {line.partition(":")[0] for line in forward_call("check").lines} == set(expected)


def test_a_named_file_is_checked_whatever_is_included() -> None:
    configure('include = ["bin/train"]')
    assert listed("net.py", "bin/train") == ["net.py", "bin/train"]
    assert listed("bin/run.bzl") == []


def test_included_files_say_nothing_about_what_is_read() -> None:
    Path("base.py").write_text("from torch import nn\n\n\nclass Base(nn.Module):\n    pass\n")
    Path("net.py").write_text("from base import Base\n\n\nclass Net(Base):\n    def f(self):\n        self.forward()\n")
    Path("sub.py").write_text("from net import Net\n\n\nclass Sub(Net):\n    def __call__(self):\n        return 1\n")
    before = forward_call("check", "net.py", "--select", "FWD").lines
    configure('include = ["net.py"]')
    assert forward_call("check", "net.py", "--select", "FWD").lines == before
    assert "FWD002" in before[0]


def test_what_is_excluded_adds_up() -> None:
    configure('exclude = ["old/"]\nextend-exclude = ["book.ipynb"]')
    assert listed() == ["./net.py", "./src/made/net.py"]
    assert listed("--extend-exclude", "made/") == ["./net.py"]
    assert listed("--exclude", "made/") == ["./net.py", "./old/net.py"]


def test_a_change_of_an_included_file_is_watched(project: Path) -> None:
    assert not matters(str(project / "bin/train"), [project])
    configure('include = ["bin/train"]')
    assert matters(str(project / "bin/train"), [project])
    assert matters(str(project / "forward-call.toml"), [project])
