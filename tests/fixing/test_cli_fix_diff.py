"""``forward-call fix --diff``, and the real ``git apply`` on what it prints."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from command_line import FIXED, PROGRAM, Result, forward_call

from flake8_forward_call.report import diff


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    top = tmp_path / "a repository"
    top.mkdir()
    monkeypatch.chdir(top)
    git("init", "--quiet")
    return top


def git(*args: str, stdin: bytes = b"") -> bytes:
    return subprocess.run(["git", *args], input=stdin, check=True, capture_output=True).stdout


def programs(*names: str | Path) -> list[Path]:
    paths = [Path(name) for name in names]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(PROGRAM.encode())
    return paths


def applied(done: Result) -> None:
    """Apply the printed diff and nothing else."""
    assert done.status == 1
    git("apply", "-", stdin=done.out_bytes)


def assert_fixed(*paths: Path) -> None:
    for path in paths:
        assert path.read_bytes() == FIXED.encode(), path


@pytest.mark.parametrize(
    "name", ["net.py", "src/net.py", "a b/c d.py", 'quo"te.py', "back\\slash.py", "nétwork.py", "line\nend.py"]
)
def test_from_the_top_by_every_way_of_naming(name: str, repository: Path) -> None:
    for paths in (["."], [], [name], [f"./{name}"], [repository / name]):
        [path] = programs(name)
        applied(forward_call("fix", "--diff", *paths))
        assert_fixed(path)


def test_several_files_in_one_diff() -> None:
    paths = programs("a.py", "pkg/b.py", "pkg/sub/c.py")
    applied(forward_call("fix", "--diff", "pkg", "a.py"))
    assert_fixed(*paths)


def test_in_a_subdirectory_is_applied_there(monkeypatch: pytest.MonkeyPatch, repository: Path) -> None:
    paths = programs("src/net.py", "src/deep/net.py")
    monkeypatch.chdir("src")
    applied(forward_call("fix", "--diff", ".", repository / "src" / "net.py"))
    assert_fixed(*(repository / path for path in paths))


def test_what_lies_outside_is_named_from_the_top_of_the_repository(
    monkeypatch: pytest.MonkeyPatch, repository: Path
) -> None:
    paths = programs("net.py", "src/net.py", "tests/net.py")
    monkeypatch.chdir("src")
    done = forward_call("fix", "--diff", "..")
    assert done.err.splitlines()[-1] == f"Apply the diff in {repository}."
    monkeypatch.chdir(repository)
    applied(done)
    assert_fixed(*paths)


def test_outside_of_any_repository_is_named_from_the_nearest_folder_that_holds_all(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    paths = programs(tmp_path / "x" / "net.py", tmp_path / "x" / "y" / "net.py")
    done = forward_call("fix", "--diff", *paths)
    assert done.err.splitlines()[-1] == f"Apply the diff in {tmp_path / 'x'}."
    monkeypatch.chdir(tmp_path / "x")
    applied(done)
    assert_fixed(*paths)


def test_through_a_link_to_the_repository(monkeypatch: pytest.MonkeyPatch, repository: Path, tmp_path: Path) -> None:
    [path] = programs("src/net.py")
    link = tmp_path / "link"
    link.symlink_to(repository)
    applied(forward_call("fix", "--diff", link / "src" / "net.py"))
    assert_fixed(path)
    programs("src/net.py")
    monkeypatch.chdir(link / "src")
    applied(forward_call("fix", "--diff", "net.py"))
    assert_fixed(repository / path)


def test_link_to_a_file_or_through_a_directory_is_named_by_what_it_leads_to() -> None:
    [path] = programs("real/net.py")
    for link, target, name in (("net.py", "real/net.py", "net.py"), ("way", "real", "way/net.py")):
        Path(link).symlink_to(target)
        applied(forward_call("fix", "--diff", name))
        assert_fixed(path)
        programs(path)
    assert Path("net.py").readlink() == Path("real/net.py")


def test_standard_input_by_its_name(monkeypatch: pytest.MonkeyPatch, repository: Path) -> None:
    [path] = programs("sub/model.py")
    done = forward_call("fix", "--diff", "--stdin-filename", "sub/model.py", "-", stdin=PROGRAM.encode())
    applied(done)
    assert_fixed(path)
    programs(path)
    monkeypatch.chdir(programs("other/x.py")[0].parent)
    outside = forward_call("fix", "--diff", "--stdin-filename", "../sub/model.py", "-", stdin=PROGRAM.encode())
    assert outside.out_bytes == done.out_bytes
    assert outside.err.splitlines()[-1] == f"Apply the diff in {repository}."


def test_nothing_else_is_on_standard_output() -> None:
    programs("net.py")
    Path("broken.py").write_text("model.forward(\n")
    done = forward_call("fix", "--diff", "net.py", "broken.py", "missing.py")
    assert done.status == 2
    assert all(line.startswith(("---", "+++", "@@", " ", "-", "+")) for line in done.lines)
    assert "broken.py:1:14: FWD900" in done.err
    assert "missing.py: no such file" in done.err


def test_status_is_that_of_check() -> None:
    Path("broken.py").write_text("model.forward(\n")
    assert (forward_call("fix", "--diff").status, forward_call("check").status) == (1, 1)
    Path("broken.py").write_text(FIXED)
    assert (forward_call("fix", "--diff").status, forward_call("check").status) == (0, 0)


def test_git_sees_the_rewritten_files_changed_and_nothing_else(repository: Path) -> None:
    fixed, untouched = programs("net.py", "pkg/other.py")
    untouched.write_text(FIXED)
    git("add", ".")
    git("-c", "user.name=n", "-c", "user.email=e", "commit", "--quiet", "--message", "m")
    fixed.write_text(f"# Not committed yet.\n{PROGRAM}")
    index, before = Path(".git/index").read_bytes(), untouched.stat()
    assert forward_call("fix").status == 0
    after = untouched.stat()
    assert (after.st_ino, after.st_mtime_ns, after.st_ctime_ns) == (
        before.st_ino,
        before.st_mtime_ns,
        before.st_ctime_ns,
    )
    assert Path(".git/index").read_bytes() == index
    assert git("status", "--porcelain", "--ignored").decode() == " M net.py\n"
    assert fixed.read_text() == f"# Not committed yet.\n{FIXED}"
    assert sorted(path.name for path in repository.iterdir()) == [".git", "net.py", "pkg"]


def test_files_on_several_drives_have_no_folder_in_common(
    monkeypatch: pytest.MonkeyPatch, repository: Path, tmp_path: Path
) -> None:
    def refuse(_paths: object) -> str:
        raise ValueError("Paths don't have the same drive")

    monkeypatch.setattr("os.path.commonpath", refuse)
    assert diff.top(["net.py", str(tmp_path / "net.py")]) == repository


def test_link_that_leads_out_of_the_directory_and_is_named(monkeypatch: pytest.MonkeyPatch, repository: Path) -> None:
    paths = programs("src/net.py", "shared/model.py")
    Path("src/link.py").symlink_to("../shared/model.py")
    monkeypatch.chdir("src")
    done = forward_call("fix", "--diff", ".", "link.py")
    assert done.err.splitlines()[-1] == f"Apply the diff in {repository}."
    monkeypatch.chdir(repository)
    applied(done)
    assert_fixed(*paths)


def test_link_that_leads_to_a_file_without_work_changes_no_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path, other = programs(Path("src/net.py").absolute(), tmp_path / "elsewhere" / "model.py")
    other.write_text(FIXED)
    Path("src/link.py").symlink_to(other)
    monkeypatch.chdir("src")
    done = forward_call("fix", "--diff", ".", other)
    assert "applied in" not in done.err
    applied(done)
    assert_fixed(path)
