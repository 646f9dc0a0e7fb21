"""``check --diff-base``: only findings that a change touches, in real git repositories."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

import pytest
from command_line import FIXED, PROGRAM, forward_call
from diff_base import METHOD, commit, enter, failed, git, made, places

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _in_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    enter(tmp_path, monkeypatch)


def test_only_touched_lines_are_reported() -> None:
    commit(net=PROGRAM + METHOD.format("b"))
    assert places("net.py", base="HEAD") == []
    made("net.py", PROGRAM + METHOD.format("a") + METHOD.format("b"))
    assert places("net.py", base="HEAD") == ["net.py:14"]


@pytest.mark.parametrize("state", ["working tree", "index", "commit"])
def test_change_counts_wherever_it_is(state: str) -> None:
    commit(net=FIXED)
    git("switch", "--quiet", "--create", "topic")
    made("net.py", PROGRAM)
    if state != "working tree":
        git("add", "net.py")
    if state == "commit":
        git("commit", "--quiet", "--message", "A change")
    assert places("net.py") == ["net.py:11"]


def test_what_changed_on_the_other_side_is_not_touched() -> None:
    commit(net=PROGRAM, a=FIXED)
    git("switch", "--quiet", "--create", "topic")
    commit(a=PROGRAM)
    git("switch", "--quiet", "main")
    commit(net=FIXED + METHOD.format("b"))
    git("switch", "--quiet", "topic")
    assert places(".") == ["./a.py:11"]


def test_finding_that_another_file_makes_is_not_reported() -> None:
    commit(base="class Base: ...\n", net="from base import Base\n\n\ndef run(x):\n    return Base().forward(x)\n")
    made("base.py", "from torch import nn\n\n\nclass Base(nn.Module): ...\n")
    assert forward_call("check", ".").status == 1
    assert places(".", base="HEAD") == []


def test_broken_file_counts_if_it_is_touched_at_all() -> None:
    commit(bad="x = 1\ny.forward((\n")
    assert places("bad.py", base="HEAD") == []
    made("bad.py", "x = 2\ny.forward((\n")
    assert places("bad.py", base="HEAD") == ["bad.py:2"]


AWKWARD = ["a b.py", "né.py", 'quo"te.py', "tab\tname.py", "line\nend.py", "[a]*.py", "-x.py", ":(top)x.py", "b/b.py"]


@pytest.mark.parametrize("name", AWKWARD)
def test_files_may_have_any_name(name: str) -> None:
    made(name, PROGRAM + METHOD.format("b"))
    commit()
    made(name, PROGRAM + METHOD.format("a") + METHOD.format("b"))
    out = forward_call("check", "--diff-base", "HEAD", "--output-format", "json", ".").out
    assert out.count('"code"') == 1
    assert '"row": 14' in out


@pytest.mark.parametrize("name", AWKWARD)
def test_new_file_counts_as_a_whole_be_it_added_or_not(name: str) -> None:
    commit()
    made(name, PROGRAM + METHOD.format("b"))
    for _ in range(2):
        out = forward_call("check", "--diff-base", "HEAD", "--output-format", "json", ".").out
        assert out.count('"code"') == 2
        git("add", "--all")


def test_file_that_git_ignores_is_not_touched() -> None:
    commit(net=PROGRAM)
    made(".gitignore", "made.py\n")
    made("made.py", PROGRAM)
    assert places(".", "--quiet", base="HEAD") == []
    assert places("made.py", base="HEAD") == []


def test_file_that_is_ignored_further_down_is_not_touched() -> None:
    commit(net=PROGRAM)
    made("a/b/.gitignore", "*\n!kept.py\n")
    made("a/b/made.py", PROGRAM)
    made("a/b/kept.py", PROGRAM)
    assert places("a/b/made.py", "a/b/kept.py", base="HEAD") == ["a/b/kept.py:11"]


def test_ignored_file_that_is_tracked_counts() -> None:
    commit(net=PROGRAM)
    made(".gitignore", "made.py\n")
    made("made.py", PROGRAM)
    git("add", "--force", "made.py")
    assert places("made.py", base="HEAD") == ["made.py:11"]


def test_file_of_a_repository_further_down_is_not_touched() -> None:
    commit(net=PROGRAM)
    made("other/net.py", PROGRAM)
    git("init", "--quiet", "other")
    assert places(".", base="HEAD") == []


def test_folder_with_an_empty_git_folder_is_no_repository() -> None:
    commit(net=PROGRAM)
    made("other/net.py", PROGRAM)
    Path("other/.git").mkdir()
    assert places(".", base="HEAD") == ["./other/net.py:11"]


def test_many_files_are_asked_about_together() -> None:
    commit(**{f"a{number}": FIXED for number in range(300)})
    for number in range(300):
        made(f"a{number}.py", PROGRAM if number % 100 == 0 else FIXED)
    assert places(".", base="HEAD") == ["./a0.py:11", "./a100.py:11", "./a200.py:11"]


@pytest.mark.parametrize("staged", [False, True])
def test_renamed_file_counts_by_the_lines_that_differ(staged: bool) -> None:
    commit(net=PROGRAM + METHOD.format("b"))
    Path("net.py").rename("né w.py")
    if staged:
        git("add", "--all")
        assert places(".", base="HEAD") == []
        made("né w.py", PROGRAM + METHOD.format("a") + METHOD.format("b"))
        assert places(".", base="HEAD") == ["./né w.py:14"]
    else:  # For a file that git does not track, a rename is not detected.
        assert len(places(".", base="HEAD")) == 2


def test_users_configuration_changes_nothing() -> None:
    commit(net=PROGRAM + METHOD.format("b") + METHOD.format("c"), old=PROGRAM + METHOD.format("b"))
    for name, value in {
        "diff.noprefix": "true",
        "diff.renames": "false",
        "diff.context": "9",
        "diff.interHunkContext": "9",
        "diff.external": "false",
        "diff.relative": "true",
        "color.ui": "always",
        "core.quotePath": "true",
        "diff.orderFile": "order",
    }.items():
        git("config", name, value)
    made("order", "z*\n")
    made(".gitattributes", "*.py binary\n")
    git("mv", "old.py", "new.py")
    made("net.py", PROGRAM + METHOD.format("a") + METHOD.format("b") + METHOD.format("c"))
    assert places(".", base="HEAD") == ["./net.py:14"]


@pytest.mark.parametrize(("variable", "value"), [("GIT_EXTERNAL_DIFF", "false"), ("GIT_DIFF_OPTS", "--unified=20")])
def test_users_environment_changes_nothing(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    commit(net=PROGRAM + METHOD.format("b"))
    made("net.py", PROGRAM + METHOD.format("a") + METHOD.format("b"))
    monkeypatch.setenv(variable, value)
    assert places(".", base="HEAD") == ["./net.py:14"]


def test_conflict_counts_as_a_whole() -> None:
    commit(net=FIXED)
    git("switch", "--quiet", "--create", "topic")
    commit(net=PROGRAM)
    git("switch", "--quiet", "main")
    commit(net=FIXED.replace("self.stem(x)", "x"))
    subprocess.run(["git", "merge", "topic"], check=False, capture_output=True)
    made("net.py", PROGRAM)
    assert places("net.py") == ["net.py:11"]


def test_folder_below_and_folder_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(**{"src/net": PROGRAM + METHOD.format("b")})
    made("src/net.py", PROGRAM + METHOD.format("a") + METHOD.format("b"))
    made("src/new.py", PROGRAM)
    monkeypatch.chdir("src")
    assert places(".", base="HEAD") == ["./net.py:14", "./new.py:11"]
    monkeypatch.chdir(tmp_path)
    assert places("repository", base="HEAD") == ["repository/src/net.py:14", "repository/src/new.py:11"]
    (tmp_path / "link").symlink_to("repository/src")
    assert places("link", base="HEAD") == ["link/net.py:14", "link/new.py:11"]


def test_standard_input_is_compared_with_the_file_of_its_name() -> None:
    new = (PROGRAM + METHOD.format("a") + METHOD.format("b")).encode()
    commit(net=PROGRAM + METHOD.format("b"))
    args = ("-", "--stdin-filename", "net.py")
    assert places(*args, base="HEAD", stdin=new) == ["net.py:14"]
    assert places(*args, base="HEAD", stdin=new.replace(b"\n", b"\r\n")) == ["net.py:14"]
    assert places(*args, base="HEAD", stdin=(PROGRAM + METHOD.format("b")).encode()) == []
    assert len(places("-", "--stdin-filename", "new.py", base="HEAD", stdin=new)) == 3


def test_standard_input_needs_a_name() -> None:
    assert "--diff-base needs --stdin-filename" in failed("-")


@pytest.mark.parametrize("revision", ["nowhere", "", "--all", "HEAD^9", "main:net.py"])
def test_unknown_revision_is_told(revision: str) -> None:
    commit(net=PROGRAM)
    assert f"unknown revision {revision!r}" in failed("net.py", base=revision)


def test_repository_without_commits_is_told() -> None:
    made("net.py", PROGRAM)
    assert "unknown revision 'HEAD': the repository has no commits yet" in failed("net.py", base="HEAD")


def test_histories_without_a_common_ancestor_are_told() -> None:
    commit(net=PROGRAM)
    git("switch", "--quiet", "--orphan", "other")
    commit(net=FIXED)
    assert "HEAD and 'main' have no common ancestor: their histories are unrelated" in failed("net.py")


# Why something is missing


def cloned(*options: str) -> None:
    """A clone of the repository, as the current folder. With `file://`, git works as over a network."""
    source = Path.cwd()
    git("clone", "--quiet", *options, source.as_uri(), "../clone")
    os.chdir("../clone")


def as_told(error: str) -> None:
    """Run the command that a message quotes."""
    _, quoted, _ = error.split("`")
    git(*shlex.split(quoted)[1:])


@pytest.fixture
def _history() -> None:
    """Three commits on `main`. `topic` has one more commit."""
    for name in "abc":
        commit(**{name: FIXED})
    git("switch", "--quiet", "--create", "topic")
    commit(net=PROGRAM)


@pytest.mark.usefixtures("_history")
def test_branch_of_a_shallow_clone_that_was_not_fetched_can_be_had_as_told() -> None:
    cloned("--depth", "1", "--branch", "topic")
    error = failed(".", base="origin/main")
    assert "shallow" not in error
    as_told(error)
    error = failed(".", base="origin/main")
    assert "'origin/main' have no common ancestor here; this clone is shallow: set fetch-depth: 0" in error
    as_told(error)
    assert places(".", base="origin/main") == ["./net.py:11"]


@pytest.mark.usefixtures("_history")
def test_older_commit_that_a_shallow_clone_lacks_can_be_had_as_told() -> None:
    old = git("rev-parse", "main~1").strip()
    cloned("--depth", "1", "--branch", "topic")
    for base in (old, "HEAD~2"):
        assert f"unknown revision {base!r}; this clone is shallow" in failed(".", base=base)
    as_told(failed(".", base=old))
    assert places(".", base=old) == ["./net.py:11"]


@pytest.mark.usefixtures("_history")
@pytest.mark.parametrize(
    ("base", "why"),
    [
        ("main", "; did you mean 'origin/main'?"),
        ("topci", "; did you mean 'topic'?"),
        ("origin/mian", ": it was not fetched, or 'origin' has no such branch; run `git fetch origin mian:"),
        ("upstream/main", " (see "),
        ("0123456789abcdef", ": this clone has no such commit; `git fetch` may get it"),
        ("HEAD~9", " (see "),
    ],
)
def test_full_clone_is_never_called_shallow(base: str, why: str) -> None:
    cloned("--branch", "topic")
    error = failed(".", base=base)
    assert f"unknown revision {base!r}{why}" in error
    assert "shallow" not in error


@pytest.mark.usefixtures("_history")
def test_content_that_a_partial_clone_lacks_can_be_had_as_told() -> None:
    git("switch", "--quiet", "main")
    commit(net=f"{FIXED}# Nowhere else.\n")
    git("switch", "--quiet", "--create", "other")
    commit(net=PROGRAM)
    git("config", "uploadpack.allowFilter", "true")
    cloned("--filter", "blob:none", "--branch", "other")
    done = forward_call("check", "--diff-base", "origin/main", ".")
    assert (done.status, len(done.lines), done.err.count("\n")) == (2, 1, 1)
    assert "this is a partial clone, which lacks the old content of a file" in done.err
    as_told(done.err)
    assert places(".", base="origin/main") == ["./net.py:11"]


def test_folder_that_is_no_repository_is_told(tmp_path: Path) -> None:
    made(str(tmp_path / "out/net.py"), PROGRAM)
    error = failed(str(tmp_path / "out/net.py"))
    assert f"{tmp_path / 'out'}: not a git repository" in error


def test_missing_git_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made("net.py", PROGRAM)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "git cannot be run; is it installed?" in failed("net.py")


def test_git_that_fails_later_is_told() -> None:
    commit(net=PROGRAM)
    blob = git("rev-parse", "HEAD:net.py").strip()
    made("net.py", PROGRAM + METHOD.format("b"))
    Path(".git/objects", blob[:2], blob[2:]).unlink()
    done = forward_call("check", "--diff-base", "HEAD", "net.py")
    assert (done.status, len(done.lines)) == (2, 2)
    assert done.err.startswith("forward-call: --diff-base: git says of ")


def test_new_call_above_its_like_in_the_baseline_is_reported() -> None:
    method = "\n    def b(self, x):\n{0}        return self.stem.forward(x)\n"
    commit(net=FIXED + method.format(""))
    assert forward_call("check", "--write-baseline", "base.json", "net.py").status == 0
    assert places("net.py", "--baseline", "base.json", base="HEAD") == []
    made("net.py", FIXED + method.format("        x = self.stem.forward(x)\n"))
    assert places("net.py", "--baseline", "base.json", base="HEAD") == ["net.py:14"]


def test_all_options_of_the_gate_go_together() -> None:
    commit(net=PROGRAM)
    made("net.py", PROGRAM + METHOD.format("a"))
    assert forward_call("check", "--write-baseline", "base.json", "net.py").status == 0
    made("net.py", PROGRAM + METHOD.format("a") + METHOD.format("b"))
    done = forward_call(
        "check", "--diff-base", "HEAD", "--baseline", "base.json", "--exit-zero", "--statistics",
        "--output-format", "json", "--output-file", "out.json", "net.py",
    )  # fmt: skip
    assert (done.status, done.out) == (0, "")
    assert done.err == "forward-call: 1 finding in 1 file; the report is in out.json\n"
