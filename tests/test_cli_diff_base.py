"""``check --diff-base``: only findings that a change touches, in real git repositories."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

import pytest
from cells import code, notebook, text
from command_line import FIXED, PROGRAM, forward_call

METHOD = "\n    def {0}(self, x):\n        return self.stem.forward(x)\n"


@pytest.fixture(autouse=True)
def _in_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    repository = tmp_path / "repository"
    repository.mkdir()
    monkeypatch.chdir(repository)
    git("init", "--quiet", "--initial-branch", "main")
    git("config", "user.name", "A")
    git("config", "user.email", "a@example.org")


def git(*args: str) -> str:
    return subprocess.run(["git", *args], check=True, capture_output=True, encoding="utf-8").stdout


def commit(**programs: str) -> None:
    for name, program in programs.items():
        made(f"{name}.py", program)
    git("add", "--all")
    git("commit", "--quiet", "--allow-empty", "--message", "A change")


def made(name: str, program: str) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(program, encoding="utf-8")


def places(*args: str, base: str = "main", stdin: bytes = b"") -> list[str]:
    done = forward_call("check", "--diff-base", base, *args, stdin=stdin)
    assert (done.status, done.err) == (1 if done.out else 0, "")
    return [":".join(line.split(":")[:2]) for line in done.lines]


def failed(*args: str, **more: str) -> str:
    done = forward_call("check", "--diff-base", more.get("base", "main"), *args)
    assert (done.status, done.out, done.err.count("\n")) == (2, "", 1)
    return done.err


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


def test_any_row_of_the_call_counts() -> None:
    call = (
        "\n    def b(self, x):\n        return (\n            self.stem\n            .forward(\n{0}"
        "                x\n            )\n        )\n"
    )
    commit(net=PROGRAM + call.format("                0,\n") + METHOD.format("c"))
    assert places("net.py", base="HEAD") == []
    for rows in ("                1,\n", "                0,\n                1,\n", ""):
        made("net.py", PROGRAM + call.format(rows) + METHOD.format("c"))
        assert places("net.py", base="HEAD") == ["net.py:16"]


def test_row_taken_out_beside_a_call_is_not_of_it() -> None:
    commit(net=PROGRAM + "\n    def b(self, x):\n        x = 1\n        y = self.stem.forward(x)\n        return y\n")
    made("net.py", PROGRAM + "\n    def b(self, x):\n        y = self.stem.forward(x)\n")
    assert places("net.py", base="HEAD") == []


def test_override_counts_by_its_whole_body() -> None:
    method = "\n    def __call__(self, x):\n        x = {0}\n        return x\n"
    commit(net=FIXED + method.format(1))
    made("net.py", FIXED + method.format(2))
    assert places("net.py", base="HEAD") == ["net.py:13"]


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


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_rows_are_counted_as_python_counts_them(end: str) -> None:
    old = (PROGRAM + METHOD.format("b")).replace("\n", end)
    Path("net.py").write_bytes(old.encode())
    commit()
    assert places("net.py", base="HEAD") == []
    Path("net.py").write_bytes((PROGRAM + METHOD.format("a") + METHOD.format("b")).replace("\n", end).encode())
    assert places("net.py", base="HEAD") == ["net.py:14"]


def test_line_end_inside_a_line_of_git_shifts_no_row() -> None:
    commit(net=PROGRAM)
    Path("net.py").write_bytes(b"# One.\r# Two.\r" + (PROGRAM + METHOD.format("b")).encode())
    assert places("net.py", base="HEAD") == ["net.py:16"]


ESCAPED = {"unicode_escape": r"# One.\n# Two.\n", "utf-7": "# One.+AAo-# Two.+AAo-"}


@pytest.mark.parametrize(("encoding", "rows"), ESCAPED.items(), ids=list(ESCAPED))
def test_line_end_that_only_the_encoding_has_shifts_no_row(encoding: str, rows: str) -> None:
    program = f"# coding: {encoding}\n{rows}\n{PROGRAM}"
    commit(net=program)
    assert places("net.py", base="HEAD") == []
    made("net.py", program + METHOD.format("b"))
    assert places("net.py", base="HEAD") == ["net.py:18"]


def test_file_that_cannot_be_decoded_counts_if_it_is_touched() -> None:
    commit(net="# coding: nonsense\nx.forward()\n")
    assert places("net.py", base="HEAD") == []
    made("net.py", "# coding: other\nx.forward()\n")
    assert places("net.py", base="HEAD") == ["net.py:1"]


def test_other_line_ends_touch_nothing() -> None:
    commit(net=PROGRAM)
    Path("net.py").write_bytes(PROGRAM.replace("\n", "\r\n").encode())
    assert places("net.py", base="HEAD") == []


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


SETUP = code(["from torch import nn\n", "model = nn.Linear(8, 4)\n"])


def cell_places(*args: str) -> list[str]:
    done = forward_call("check", "--diff-base", "HEAD", *args)
    assert (done.status, done.err) == (1 if done.out else 0, "")
    return [line.partition(": FWD")[0] for line in done.lines]


def test_finding_in_a_cell_counts_if_its_rows_of_the_json_are_touched() -> None:
    old = code(["x = 1\n", "model.forward(x)\n", "model.forward(2)"])
    made("nb.ipynb", notebook(SETUP, old))
    commit()
    assert cell_places("nb.ipynb") == []
    made("nb.ipynb", notebook(SETUP, text("New."), old, code("model.forward(3)")))
    assert cell_places("nb.ipynb") == ["nb.ipynb:cell 4:1:7"]
    made("nb.ipynb", notebook(SETUP, code(["x = 1\n", "model.forward(x)\n", "model.forward( 2)"], outputs=[{}])))
    assert cell_places("nb.ipynb") == ["nb.ipynb:cell 2:3:7"]


def test_every_row_of_a_call_in_a_cell_counts() -> None:
    lines = ["y = model.forward(\n", "    1,\n", ")\n", "model.forward(2)"]
    made("nb.ipynb", notebook(SETUP, code(lines)))
    commit()
    made("nb.ipynb", notebook(SETUP, code([lines[0], "    2,\n", *lines[2:]])))
    assert cell_places("nb.ipynb") == ["nb.ipynb:cell 2:1:11"]


def test_cell_in_one_string_is_touched_as_a_whole() -> None:
    made("nb.ipynb", notebook(SETUP, code("model.forward(1)\n2"), code("model.forward(1)\n2")))
    commit()
    made("nb.ipynb", notebook(SETUP, code("model.forward(1)\n2"), code("model.forward(1)\n3")))
    assert cell_places("nb.ipynb") == ["nb.ipynb:cell 3:1:7"]


def test_notebook_from_standard_input_counts_as_it_is_there() -> None:
    made("nb.ipynb", notebook(SETUP, code("model.forward(1)")))
    commit()
    changed = notebook(SETUP, code("model.forward(1)"), code("model.forward(2)"))
    done = forward_call("check", "--diff-base", "HEAD", "-", "--stdin-filename", "nb.ipynb", stdin=changed.encode())
    assert [line.partition(": FWD")[0] for line in done.lines] == ["nb.ipynb:cell 3:1:7"]


def test_dead_noqa_comment_counts_where_its_line_is_touched() -> None:
    program = "{}a = 1  # noqa: FWD001\nb = [\n    {},  # noqa: FWD001\n]\n"
    commit(net=program.format("", 1))
    made("net.py", program.format("\n", 2))
    assert places("--report-unused-noqa", "net.py", base="HEAD") == ["net.py:4"]
