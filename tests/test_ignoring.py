"""What a search leaves out: by git's patterns, as git itself reads them, and by the user's."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from command_line import PROGRAM
from hypothesis import example, given, settings
from hypothesis import strategies as st

from flake8_forward_call.configuration import files
from flake8_forward_call.discovery import find_files
from flake8_forward_call.trouble import Trouble


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """Each test writes configurations of its own."""
    files.forget()
    yield
    files.forget()


def found(top: Path) -> set[str]:
    return {str(Path(name).relative_to(top)) for name in find_files([str(top)], Trouble())}


def git(*arguments: str, cwd: Path) -> str:
    return subprocess.run(["git", *arguments], cwd=cwd, check=True, capture_output=True, text=True).stdout


NAMES = ("a.py", "b.py", "lib/a.py", "lib/deep/b.py", "build/a.py", "build/keep/b.py", "docs/lib/a.py")
PATTERNS = (
    "a.py", "/a.py", "lib/", "/lib", "lib/*.py", "*.py", "!a.py", "!lib/", "build/*", "!build/keep", "**/deep",
    "deep/**", "docs/lib", "# lib", "", " ", "a.py ", "\\!a.py", "[ab].py", "b.p?", "lib/**/b.py", "keep/",
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@example(["lib/"], ["!a.py"])
@given(st.lists(st.sampled_from(PATTERNS), max_size=5), st.lists(st.sampled_from(PATTERNS), max_size=3))
def test_gitignore_is_read_as_git_reads_it(outer: Sequence[str], inner: Sequence[str]) -> None:
    top = Path(tempfile.mkdtemp())
    try:
        for name in NAMES:
            (top / name).parent.mkdir(parents=True, exist_ok=True)
            (top / name).touch()
        (top / ".gitignore").write_text("\n".join(outer) + "\n")
        (top / "lib/.gitignore").write_text("\n".join(inner) + "\n")
        git("init", "-q", cwd=top)
        told = git("ls-files", "--others", "--exclude-standard", "*.py", cwd=top)
        assert found(top) == set(told.split())
        assert {f"lib/{name}" for name in found(top / "lib")} == {one for one in told.split() if one.startswith("lib/")}
    finally:
        shutil.rmtree(top)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("net.py", "gen/net.py", "vendor/net.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(PROGRAM)
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("gen/\n")
    (tmp_path / "pyproject.toml").write_text('[tool.forward-call]\nexclude = ["vendor/"]\n')
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_what_git_ignores_and_what_is_excluded_is_left_out(project: Path) -> None:
    assert found(project) == {"net.py"}


def test_outside_of_a_repository_gitignore_says_nothing(project: Path) -> None:
    (project / ".git").rmdir()
    assert found(project) == {"net.py", "gen/net.py"}


def test_git_need_not_be_heeded(project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool.forward-call]\nrespect-gitignore = false\n")
    assert found(project) == {"net.py", "gen/net.py", "vendor/net.py"}


def test_file_that_is_named_is_looked_at_whatever_is_left_out(project: Path) -> None:
    names = ["gen/net.py", "vendor/net.py"]
    assert list(find_files(names, Trouble())) == names


def test_file_that_is_named_is_left_out_too_where_the_settings_say_so(project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.forward-call]\nexclude = ["vendor/"]\nforce-exclude = true\n')
    assert list(find_files(["net.py", "gen/net.py", "vendor/net.py"], Trouble())) == ["net.py"]


def test_settings_of_a_project_within_hold_there_in_place_of_those_above(project: Path) -> None:
    inner = project / "inner"
    for name in ("net.py", "vendor/net.py", "old/net.py"):
        (inner / name).parent.mkdir(parents=True, exist_ok=True)
        (inner / name).touch()
    (inner / "pyproject.toml").write_text('[tool.forward-call]\nexclude = ["old/"]\n')
    assert found(project) == {"net.py", "inner/net.py", "inner/vendor/net.py"}
