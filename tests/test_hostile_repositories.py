"""Commands in a repository's own configuration never run, whatever git is used for."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from command_line import FIXED, PROGRAM, forward_call

from flake8_forward_call.files.changes import ChangesError, changes_of


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
