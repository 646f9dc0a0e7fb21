"""Which files a search skips: by git's patterns, as git reads them, and by the user's."""

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
from flake8_forward_call.files.discovery import find_files
from flake8_forward_call.terminal.trouble import Trouble


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """Forget settings, because each test writes its own."""
    files.forget()
    yield
    files.forget()


def found(top: Path) -> set[str]:
    return {str(Path(name).relative_to(top)) for name in find_files([str(top)], Trouble())}


def git(*arguments: str, cwd: Path) -> str:
    return subprocess.run(["git", *arguments], cwd=cwd, check=True, capture_output=True, text=True).stdout


def is_ignored(path: str, top: Path) -> bool:
    return subprocess.run(["git", "check-ignore", "-q", path], cwd=top, check=False).returncode == 0


NAMES = ("a.py", "b.py", "lib/a.py", "lib/deep/b.py", "build/a.py", "build/keep/b.py", "docs/lib/a.py")
PATTERNS = (
    "a.py", "/a.py", "lib/", "/lib", "lib/*.py", "*.py", "!a.py", "!lib/", "build/*", "!build/keep", "**/deep",
    "deep/**", "docs/lib", "# lib", "", " ", "a.py ", "\\!a.py", "[ab].py", "b.p?", "lib/**/b.py", "keep/",
)  # fmt: skip


@pytest.mark.slow
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
        named = {f"lib/{name}" for name in found(top / "lib")}
        below = {one for one in told.split() if one.startswith("lib/")}
        # Naming an ignored folder brings back the files that are ignored because of it, and changes nothing else.
        assert named >= below if is_ignored("lib/", top) else named == below
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


@pytest.mark.parametrize("name", ["gen", "vendor", "./gen/", "gen/../vendor"])
def test_folder_that_is_named_is_looked_at_whatever_leaves_it_out(project: Path, name: str) -> None:
    (project / name / "deep/er").mkdir(parents=True)
    (project / name / "deep/er/net.py").touch()
    folder = name.rstrip("/")
    assert list(find_files([name], Trouble())) == [f"{folder}/net.py", f"{folder}/deep/er/net.py"]
    assert list(find_files([f"{name}/deep"], Trouble())) == [f"{name}/deep/er/net.py"]


@pytest.mark.parametrize("folder", ["gen", "vendor"])
def test_current_folder_is_looked_at_whatever_leaves_it_out(
    project: Path, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    (project / folder / "deep").mkdir()
    monkeypatch.chdir(project / folder)
    assert list(find_files(["."], Trouble())) == ["./net.py"]
    (project / folder / "deep/net.py").touch()
    monkeypatch.chdir(project / folder / "deep")
    assert list(find_files(["."], Trouble())) == ["./net.py"]


def test_settings_below_a_named_folder_bring_back_no_pattern_that_leaves_it_out(project: Path) -> None:
    """A settings file without this tool's table has no effect, so the outer one applies there too."""
    for name in ("vendor/lib/net.py", "vendor/lib/vendor/net.py"):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).touch()
    (project / "vendor/lib/pyproject.toml").write_text("[project]\nname = 'lib'\n")
    assert found(project / "vendor") == {"net.py", "lib/net.py"}


@pytest.mark.parametrize(
    ("outer", "inner", "left"),
    [
        ("gen/\n*_pb2.py\n", "", {"net.py", "sub/net.py"}),
        ("/gen/\n", "", {"net.py", "net_pb2.py", "sub/net.py", "sub/gen/net.py"}),
        ("/gen/\n", "sub/\n", {"net.py", "net_pb2.py"}),
        ("/gen/\n/gen/sub/net.py\n", "", {"net.py", "net_pb2.py", "sub/gen/net.py"}),
        ("gen*\n!*.py\n", "", {"net.py", "net_pb2.py", "sub/net.py"}),
        ("*\n", "", {"net.py", "net_pb2.py", "sub/net.py", "sub/gen/net.py"}),
        ("/gen/*\n", "", set()),
        ("gen/**\n", "", set()),
        ("/gen/\n", "*\n", set()),
    ],
)
def test_below_a_named_folder_only_what_ignores_that_folder_does_not_count(
    project: Path, outer: str, inner: str, left: set[str]
) -> None:
    for name in ("gen/net_pb2.py", "gen/sub/net.py", "gen/sub/gen/net.py"):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).touch()
    (project / ".gitignore").write_text(outer)
    (project / "gen/.gitignore").write_text(inner)
    assert found(project / "gen") == left


def test_folder_below_one_whose_content_is_ignored_is_looked_at(project: Path) -> None:
    for name in ("gen/sub/net.py", "gen/sub/deep/net.py"):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).touch()
    for pattern in ("/gen/*", "gen/**", "**/sub"):
        (project / ".gitignore").write_text(f"{pattern}\n")
        assert found(project / "gen/sub") == {"net.py", "deep/net.py"}
    (project / ".gitignore").unlink()
    (project / "gen/.gitignore").write_text("*\n")
    assert found(project / "gen/sub") == {"net.py", "deep/net.py"}


@pytest.mark.parametrize("folder", ["gen", "vendor", "vendor/deep"])
def test_folder_that_is_named_is_left_out_where_the_settings_say_so(project: Path, folder: str) -> None:
    (project / "pyproject.toml").write_text('[tool.forward-call]\nexclude = ["vendor/"]\nforce-exclude = true\n')
    (project / folder).mkdir(exist_ok=True)
    (project / folder / "net.py").touch()
    assert found(project / folder) == set()
    assert found(project) == {"net.py"}


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
