"""The examples at the end of --help are correct: each is run."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

import click
import pytest
from command_line import PROGRAM, forward_call

from flake8_forward_call.commands.examples import EXAMPLES
from flake8_forward_call.group import group

LINES = [line for examples in EXAMPLES.values() for line, _ in examples]
# Other tests cover the use of the output by a shell or an editor, and what needs Dask.
ELSEWHERE = ("eval", "forward-call server", "forward-call completion", "forward-call scan")
RUN = [line for line in LINES if not line.startswith(ELSEWHERE)]


@pytest.fixture
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("src", "tests"):
        Path(folder).mkdir()
        Path(folder, "net.py").write_text(PROGRAM)
    assert forward_call("check", "--write-baseline", "known.json", "tests").status == 0
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull}
    for command in ("init -q -b main", "add .", "-c user.name=a -c user.email=a@b commit -qm first"):
        subprocess.run(["git", *command.split()], check=True, env=environment)
    Path("src/net.py").write_text(PROGRAM.replace("forward(x)", "forward( x )"))


@pytest.mark.usefixtures("_project")
@pytest.mark.parametrize("line", RUN)
def test_example_runs(line: str) -> None:
    words, _, _ = line.partition(" > ")
    words, _, read = words.partition(" < ")
    done = forward_call(*shlex.split(words)[1:], stdin=Path(read).read_bytes() if read else b"")
    assert done.status in (0, 1), done.err
    if "--write-baseline" in words:
        assert (done.out, done.err) == ("", "forward-call: known.json: a baseline of 2 findings\n")
    else:
        assert done.out
        assert not done.err.startswith("forward-call: ")


@pytest.mark.parametrize("command", EXAMPLES)
def test_help_ends_with_the_examples(command: str) -> None:
    done = forward_call(*command.split(), "--help")
    shown = [line.partition("  # ")[0].strip() for line in done.out.split("Examples:\n")[1].splitlines()]
    assert shown == [line for line, _ in EXAMPLES[command]]


def test_every_command_has_examples() -> None:
    assert {*EXAMPLES} == {"", *group.list_commands(click.Context(group))}
