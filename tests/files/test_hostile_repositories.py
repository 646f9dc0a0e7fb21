"""Commands in a repository's own configuration never run, whatever git is used for."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

import pytest
from command_line import FIXED, PROGRAM, forward_call

from flake8_forward_call.files import changes as changes_module
from flake8_forward_call.files import git as git_module
from flake8_forward_call.files.changes import ChangesError, changes_of
from flake8_forward_call.files.repository import Repository

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a commit, and a changed file with a finding."""
    for variable in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    folder = tmp_path / "repository"
    folder.mkdir()
    monkeypatch.chdir(folder)
    git("init", "--quiet", "--initial-branch", "main")
    git("config", "user.name", "A")
    git("config", "user.email", "a@example.org")
    Path("net.py").write_text(FIXED)
    Path("moved.py").write_text(PROGRAM)
    git("add", "--all")
    git("commit", "--quiet", "--message", "A commit")
    Path("net.py").write_text(PROGRAM)
    git("mv", "moved.py", "new.py")
    return folder


@pytest.fixture
def trap(tmp_path: Path) -> Path:
    """A program that leaves a mark if it runs."""
    program = tmp_path / "trap.sh"
    program.write_text(f"#!/bin/sh\ntouch '{tmp_path}/ran'\nexit 1\n")
    program.chmod(0o755)
    return program


def git(*args: str) -> None:
    subprocess.run(["git", *args], check=True, capture_output=True)


ATTRIBUTES = "*.py filter=x diff=x merge=x\n"
SETTINGS = {
    "clean filter": {"filter.x.clean": "{trap}"},
    "process filter": {"filter.x.process": "{trap}", "filter.x.required": "true"},
    "smudge filter": {"filter.x.smudge": "{trap}"},
    "textconv": {"diff.x.textconv": "{trap}"},
    "diff command": {"diff.x.command": "{trap}"},
    "external diff": {"diff.external": "{trap}"},
    "monitor": {"core.fsmonitor": "{trap}"},
    "pager": {"core.pager": "{trap}", "pager.diff": "true"},
    "hooks": {"core.hooksPath": "{trap}"},
    "alias": {"alias.diff": "!{trap}", "alias.ls-files": "!{trap}"},
    "alternate references": {"core.alternateRefsCommand": "{trap}"},
}
# git fetches a missing object from its promisor remote.
REMOTES = {
    "program on the other side": {"remote.x.url": "{top}", "remote.x.uploadpack": "{trap}"},
    "ext transport": {"remote.x.url": "ext::{trap}", "protocol.ext.allow": "always", "protocol.allow": "always"},
    "ssh": {"remote.x.url": "ssh://nowhere/x", "core.sshCommand": "{trap}"},
    "proxy": {"remote.x.url": "git://nowhere/x", "core.gitProxy": "{trap}"},
    "helper": {"remote.x.vcs": "ext", "remote.x.url": "{trap}", "protocol.allow": "always"},
    "credentials": {"remote.x.url": "https://127.0.0.1:9/x", "credential.helper": "!{trap}"},
}


def configure(settings: dict[str, str], trap: Path) -> None:
    for name, value in settings.items():
        git("config", name, value.format(trap=trap, top=Path.cwd()))


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=list(SETTINGS))
def test_no_program_of_the_configuration_runs(settings: dict[str, str], trap: Path) -> None:
    Path(".gitattributes").write_text(ATTRIBUTES)
    configure(settings, trap)
    done = forward_call("check", "--diff-base", "HEAD", ".")
    assert [line.partition(": FWD")[0] for line in done.lines] == ["./net.py:11:26"]
    assert not (trap.parent / "ran").exists()


@pytest.mark.parametrize("missing", ["blob", "tree", "commit"])
@pytest.mark.parametrize("settings", REMOTES.values(), ids=list(REMOTES))
def test_what_is_missing_is_not_fetched(settings: dict[str, str], missing: str, trap: Path) -> None:
    object_of = {"blob": "HEAD:net.py", "tree": "HEAD^{tree}", "commit": "HEAD^{commit}"}[missing]
    oid = subprocess.run(["git", "rev-parse", object_of], check=True, capture_output=True, text=True).stdout.strip()
    Path(".git/objects", oid[:2], oid[2:]).unlink()
    promise = {"remote.x.promisor": "true", "remote.x.partialclonefilter": "blob:none"}
    configure({**settings, **promise, "extensions.partialClone": "x", "core.repositoryFormatVersion": "1"}, trap)
    done = forward_call("check", "--diff-base", "HEAD", ".")
    assert done.status == 2
    assert done.err.startswith("forward-call: ")
    assert "diff-base" in done.err
    assert not (trap.parent / "ran").exists()


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=list(SETTINGS))
@pytest.mark.parametrize("is_global", [False, True], ids=["of the repository", "of the user"])
def test_no_program_runs_even_if_temporary_files_are_inside_the_repository(
    settings: dict[str, str], is_global: bool, trap: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path(".gitattributes").write_text("* filter=x diff=x merge=x\n")
    if is_global:
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(trap.parent / "gitconfig"))
    for name, value in settings.items():
        git("config", *(["--global"] if is_global else []), name, value.format(trap=trap))
    Path("tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(Path("tmp").resolve()))
    done = forward_call("check", "--diff-base", "HEAD", ".")
    assert [line.partition(": FWD")[0] for line in done.lines] == ["./net.py:11:26"]
    assert not (trap.parent / "ran").exists()


def test_attributes_of_the_user_hide_no_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """git reads them even if no configuration names them."""
    (tmp_path / "git").mkdir()
    (tmp_path / "git/attributes").write_text("* -diff\n")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    done = forward_call("check", "--diff-base", "HEAD", ".")
    assert [line.partition(": FWD")[0] for line in done.lines] == ["./net.py:11:26"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such programs")
def test_hook_of_the_user_does_not_run(trap: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "hooks").mkdir()
    trap.rename(tmp_path / "hooks/post-index-change")
    (tmp_path / "gitconfig").write_text(f"[core]\n\thooksPath = {tmp_path}/hooks\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    assert forward_call("check", "--diff-base", "HEAD", ".").status == 1
    assert not (tmp_path / "ran").exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pipes in folders")
def test_pipe_in_place_of_the_index_is_told() -> None:
    Path(".git/index").unlink()
    os.mkfifo(".git/index")
    done = forward_call("check", "--diff-base", "HEAD", ".")
    assert (done.status, done.out) == (2, "")
    assert "index is a named pipe, not a regular file" in done.err


def test_folder_that_looks_like_the_inside_of_a_repository_does_not_answer() -> None:
    """Such a folder can be committed, so its author could choose what has changed in it."""
    git("init", "--quiet", "--bare", "sub")
    Path("sub/net.py").write_text(PROGRAM)
    git("-C", "sub", "config", "core.bare", "false")
    git("-C", "sub", "config", "core.worktree", ".")
    git("-C", "sub", "add", "net.py")
    git("-C", "sub", "-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "--quiet", "--message", "A")
    done = forward_call("check", "--diff-base", "HEAD", "sub")
    assert (done.status, done.out) == (2, "")
    assert "cannot use bare repository" in done.err


def test_index_in_two_parts_is_read() -> None:
    git("update-index", "--split-index")
    Path("added.py").write_text("# Not similar to another file.\n" * 100 + PROGRAM)
    git("add", "added.py")
    assert list(Path(".git").glob("sharedindex.*"))
    done = forward_call("check", "--diff-base", "HEAD", ".")
    assert [line.partition(": FWD")[0] for line in done.lines] == ["./added.py:111:26", "./net.py:11:26"]
    assert done.err == ""


# Each of these makes git fail, or changes which differences it prints.
BROKEN = {
    "lost order": "[diff]\n\torderFile = /nowhere\n",
    "unknown algorithm": "[diff]\n\talgorithm = bogus\n",
    "binary driver": '[core]\n\tattributesFile = {folder}/attributes\n[diff "z"]\n\tbinary = true\n',
    "driver without a program": '[core]\n\tattributesFile = {folder}/attributes\n[diff "z"]\n\tcommand = /nowhere\n',
    "names and colours": "[diff]\n\tnoprefix = true\n\tcolorMoved = zebra\n[color]\n\tui = always\n",
    "small files are big": "[core]\n\tbigFileThreshold = 1\n",
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=list(BROKEN))
@pytest.mark.parametrize("attributes", ["* diff=z\n", "* -diff\n", "* binary\n", ""])
def test_configuration_of_the_user_hides_no_change(
    text: str, attributes: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gitconfig").write_text(text.format(folder=tmp_path))
    (tmp_path / "attributes").write_text(attributes)
    Path(".gitattributes").write_text(attributes)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setattr(tempfile, "tempdir", str(Path.cwd()))
    done = forward_call("check", "--diff-base", "HEAD", ".")
    assert [line.partition(": FWD")[0] for line in done.lines] == ["./net.py:11:26"]
    assert done.status == 1


@pytest.mark.parametrize("data", [b"", b"@@ -1 +9,9 @@\n", b"diff --git a/old b/old\n"])
def test_differences_that_git_does_not_print_touch_the_whole_file(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever git answers, a file that differs is not taken for the same."""
    monkeypatch.setattr(Repository, "hunks", lambda *_: data.replace(b"@@", b"@@@"))
    (changes,) = changes_of(["."], "HEAD")
    assert changes.touch("net.py", (11, 11))


def test_git_that_fails_to_compare_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Repository, *args: str, **more: object) -> bytes:
        return ask(self, *(["diff", "--nonsense"] if args[0] == "diff" else args), **more)  # type: ignore[arg-type]

    ask = Repository.ask
    monkeypatch.setattr(Repository, "ask", refuse)
    done = forward_call("check", "--diff-base", "HEAD", ".")
    assert done.status == 2
    assert done.err.startswith("forward-call: --diff-base: git says of ")
    assert len(done.lines) == 2  # All findings.


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pipes in folders")
@pytest.mark.parametrize("name", [".gitignore", ".gitattributes", ".git/info/exclude", ".git/info/attributes"])
@pytest.mark.parametrize("folder", ["", "sub/"])
def test_git_does_not_wait_for_a_pipe(name: str, folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git_module, "LIMIT", 5)
    Path("sub").mkdir()
    Path("sub/other.py").write_text(PROGRAM)
    path = Path(name if name.startswith(".git/") else folder + name)
    path.unlink(missing_ok=True)
    os.mkfifo(path)
    done = forward_call("check", "--diff-base", "HEAD", ".")
    assert [line.partition(": FWD")[0] for line in done.lines] == ["./net.py:11:26", "./sub/other.py:11:26"]
    assert (done.status, done.err) == (1, "")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pipes in folders")
@pytest.mark.parametrize("name", ["packed-refs", "ORIG_HEAD", "shallow"])
def test_pipe_among_the_files_of_git_is_not_read(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git_module, "LIMIT", 5)
    repository = Repository(str(Path.cwd()))
    os.mkfifo(Path(".git", name))
    assert not Path(Repository(repository.top).shadow, name).exists()
    assert repository.ask("rev-parse", "HEAD")


def bomb() -> None:
    """Commit a folder that names the same folder ten times, which names the same folder ten times, and so on."""
    inner = made("hash-object", "-w", "--stdin", data=b"x = 1\n")
    line = f"100644 blob {inner}\tx.py\n"
    for _ in range(9):
        tree = made("mktree", data=line.encode())
        line = "".join(f"040000 tree {tree}\t{letter}\n" for letter in "abcdefghij")
    files = subprocess.run(["git", "ls-tree", "HEAD"], check=True, capture_output=True, text=True).stdout
    top = made("mktree", data=(files + f"040000 tree {tree}\tbomb\n").encode())
    git("update-ref", "HEAD", made("commit-tree", top, "-m", "Bomb", data=b""))


def made(*args: str, data: bytes) -> str:
    return subprocess.run(["git", *args], check=True, capture_output=True, input=data).stdout.decode().strip()


def test_commit_with_endless_folders_is_not_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb()
    asked = []

    def note(self: Repository, *args: str, **more: object) -> bytes:
        asked.append(args)
        out = ask(self, *args, **more)  # type: ignore[arg-type]
        assert len(out) < 100_000
        return out

    ask = Repository.ask
    monkeypatch.setattr(git_module, "LISTING", 50_000)
    monkeypatch.setattr(Repository, "ask", note)
    done = forward_call("check", "--diff-base", "HEAD", ".")
    # Without the list of all old files, it is not known which of them was renamed.
    assert [line.partition(": FWD")[0] for line in done.lines] == ["./net.py:11:26", "./new.py:11:26"]
    assert (done.status, done.err) == (1, "")
    assert asked


def test_old_content_above_the_limit_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_content(*_: object) -> bytes:
        raise AssertionError("the old content was read")

    monkeypatch.setattr(changes_module, "MAX_BYTES", 20)
    monkeypatch.setattr(Repository, "content", no_content)
    (changes,) = changes_of(["."], "HEAD")
    assert changes.touch("net.py", (1, 1))


def test_file_that_is_gone_before_it_is_compared_is_told() -> None:
    (changes,) = changes_of(["."], "HEAD")
    Path("net.py").unlink()
    with pytest.raises(ChangesError, match=r"^net\.py: cannot be read: No such file or directory$"):
        changes.touch("net.py", None)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pipes in folders")
def test_pipe_in_place_of_a_file_of_the_commit_is_skipped() -> None:
    Path("new.py").unlink()
    os.mkfifo("new.py")
    done = forward_call("check", "--diff-base", "HEAD", ".")
    assert [line.partition(": FWD")[0] for line in done.lines] == ["./net.py:11:26"]
    assert done.status == 1


def test_the_attack_is_real(trap: Path) -> None:
    """In the repository, git itself runs the commands in its configuration."""
    Path(".gitattributes").write_text(ATTRIBUTES)
    configure(SETTINGS["clean filter"], trap)
    subprocess.run(["git", "diff", "HEAD"], check=False, capture_output=True)
    assert (trap.parent / "ran").exists()


def test_the_attack_by_a_promise_is_real(trap: Path) -> None:
    oid = subprocess.run(["git", "rev-parse", "HEAD:net.py"], check=True, capture_output=True, text=True).stdout.strip()
    Path(".git/objects", oid[:2], oid[2:]).unlink()
    promise = {"remote.x.promisor": "true", "extensions.partialClone": "x", "core.repositoryFormatVersion": "1"}
    configure({**REMOTES["program on the other side"], **promise}, trap)
    subprocess.run(["git", "cat-file", "blob", oid], check=False, capture_output=True)
    assert (trap.parent / "ran").exists()
