"""``--ignore-noqa``: silenced findings are reported and fixed as if there were no comments."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import FIXED, MESSAGE, PLACE, PROGRAM, Result, flake8, forward_call

pytestmark = pytest.mark.slow

BARE, CODE, OTHER, FILE = "# noqa", "# noqa: FWD001", "# noqa: E501", "# flake8: noqa"
FOUND = f"net.py:{PLACE}: {MESSAGE}\n"


@pytest.fixture(autouse=True)
def _in_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def commented(comment: str, program: str = PROGRAM) -> str:
    if comment == FILE:
        return f"{program}\n{comment}\n"
    return program.replace("(x)\n", f"(x)  {comment}\n")


def outcome(done: Result) -> tuple[int, str]:
    return done.status, done.out


@pytest.mark.parametrize("option", ["--ignore-noqa", "--disable-noqa"])
@pytest.mark.parametrize("comment", [BARE, CODE, OTHER, FILE])
def test_check_reports_what_flake8_reports_without_comments(comment: str, option: str) -> None:
    Path("net.py").write_text(commented(comment))
    assert outcome(forward_call("check", "net.py")) == ((1, FOUND) if comment == OTHER else (0, ""))
    done = forward_call("check", option, "net.py")
    assert outcome(done) == (1, FOUND) == outcome(flake8("--disable-noqa", "net.py"))


@pytest.mark.parametrize("comment", [BARE, CODE, FILE])
def test_fix_rewrites_what_is_silenced_and_leaves_the_comment(comment: str) -> None:
    Path("net.py").write_text(commented(comment))
    assert forward_call("fix", "net.py").status == 0
    assert Path("net.py").read_text() == commented(comment)
    assert forward_call("fix", "--ignore-noqa", "--unsafe-fixes", "net.py").status == 0
    assert Path("net.py").read_text() == commented(comment, FIXED)


def test_what_fix_leaves_is_reported_though_it_is_silenced() -> None:
    Path("net.py").write_text(f"{FIXED}\n    def __call__(self, x):  # noqa\n        return x\n")
    assert forward_call("fix", "net.py").status == 0
    done = forward_call("fix", "--ignore-noqa", "--quiet", "net.py")
    assert done.status == 1
    assert done.out.startswith("net.py:13:9: FWD005 ")


def test_list_of_files_has_no_comments_to_ignore() -> None:
    assert forward_call("check", "--show-files", "--ignore-noqa").status == 2
