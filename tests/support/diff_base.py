"""A real git repository as the current folder, and ``check --diff-base`` in it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from command_line import forward_call

METHOD = "\n    def {0}(self, x):\n        return self.stem.forward(x)\n"


def enter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Create the repository, out of reach of the user's configuration, and make it the current folder."""
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
