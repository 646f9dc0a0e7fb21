"""Completions in a real shell."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.core import Context
from command_line import forward_call

from flake8_forward_call.commands.explain import explain
from flake8_forward_call.commands.given.completing import codes_or_files
from flake8_forward_call.report.formats import FORMATS
from flake8_forward_call.rules import RULES

pytestmark = pytest.mark.slow

SAY = 'eval "$(forward-call completion bash)"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); '
SAY += '_forward_call_completion forward-call; printf "%s\\n" "${COMPREPLY[@]}"'


def in_bash(folder: Path, *words: str) -> list[str]:
    """Bash's completions of the last word."""
    command = folder / "forward-call"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m flake8_forward_call "$@"\n')
    command.chmod(0o755)
    environment = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    arguments = ["bash", "--norc", "-c", SAY, "bash", "forward-call", *words]
    done = subprocess.run(arguments, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.skipif(sys.platform == "win32" or shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("c",), ["check", "clean", "completion", "config"]),
        (("check", "--sel"), ["--select"]),
        (("check", "--output-format", ""), list(FORMATS)),
        (("check", "--select", "FWD00"), [rule.code for rule in RULES if rule.code.startswith("FWD00")]),
        (("fix", "--select", "FWD001,fwd1"), ["FWD001,FWD100"]),
        (("explain", "FWD9"), ["FWD900"]),
        (("fix", "--summary", "m"), ["markdown"]),
        (("scan", "--output-format", ""), ["table", "json-lines", "sarif", "html"]),
        (("scan", "--output-"), ["--output-format", "--output-dir", "--output-file"]),
    ],
)
def test_bash_completes(tmp_path: Path, words: tuple[str, ...], offered: list[str]) -> None:
    assert in_bash(tmp_path, *words) == offered


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_script_asks_the_command_by_its_own_name(shell: str) -> None:
    done = forward_call("completion", shell)
    assert (done.status, done.err) == (0, "")
    assert f"_FORWARD_CALL_COMPLETE={shell}_complete" in done.out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_clicks_own_variable_gives_the_same(shell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = forward_call("completion", shell).out
    monkeypatch.setenv("_FORWARD_CALL_COMPLETE", f"{shell}_source")
    done = forward_call()
    assert (done.status, done.out.strip()) == (0, expected.strip())


def test_other_shells_are_told_which_there_are() -> None:
    done = forward_call("completion", "tcsh")
    assert done.status == 2
    assert "'bash', 'zsh', 'fish'" in done.err


def test_what_begins_like_no_rule_is_a_file() -> None:
    (offered,) = codes_or_files(Context(explain), explain.params[0], "src/n")
    assert (offered.value, offered.type) == ("src/n", "file")
