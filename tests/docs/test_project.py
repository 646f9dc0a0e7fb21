"""The project's own files agree: commands for users exist, and all files name the same Python versions."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from flake8_forward_call.cli import main
from flake8_forward_call.terminal.trouble import Status

ROOT = Path(__file__).parents[2]
COMMAND = re.compile(r"forward-call (?:check|fix|explain|config|scan)\b[^#\n|`&;>]*")
TEXTS = [
    "README.md",
    "CHANGELOG.md",
    ".pre-commit-hooks.yaml",
    "docs/configuration.md",
    "docs/index.md",
    "docs/inference.md",
    "docs/pre-commit.md",
    "docs/scan.md",
    "docs/start.md",
    "docs/usage.md",
]


def _read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _commands_in_text() -> list[str]:
    return sorted({match.strip() for name in TEXTS for match in COMMAND.findall(_read(name))})


@pytest.mark.parametrize("line", _commands_in_text())
def test_a_command_that_is_written_down_can_be_given(line: str) -> None:
    arguments = shlex.split(line)[1:]
    assert (
        main([*arguments, "--help"]) == Status.CLEAN
    )  # Options are parsed before the help is printed; paths are not opened.


def test_a_wrong_option_would_be_seen() -> None:
    assert main(["check", "--no-such-option", "src", "--help"]) == Status.FAILED


def test_every_text_with_commands_is_looked_at() -> None:
    assert any("--diff" in line for line in _commands_in_text())
    assert any("--stdin-filename" in line for line in _commands_in_text())
    assert {line for line in _commands_in_text() if line in {"forward-call check", "forward-call fix"}}


@pytest.mark.parametrize("name", ["README.md", "docs/usage.md"])
def test_the_exit_statuses_are_told(name: str) -> None:
    told = {int(number) for number in re.findall(r"^\| (\d) \|", _read(name), re.MULTILINE)}
    assert told == {status.value for status in Status}


def test_all_name_the_same_pythons() -> None:
    classifiers = re.findall(r'"Programming Language :: Python :: (3\.\d+)"', _read("pyproject.toml"))
    (oldest,) = re.findall(r'requires-python = ">=(3\.\d+)"', _read("pyproject.toml"))
    (matrix,) = re.findall(r"python: \[(.*)\]", _read(".github/workflows/ci.yml"))
    (sessions,) = re.findall(r"PYTHONS = \[(.*)\]", _read("noxfile.py"))
    assert classifiers[0] == oldest
    assert re.findall(r"3\.\d+", matrix) == re.findall(r"3\.\d+", sessions) == classifiers


def test_the_readme_has_the_two_commands_that_ci_takes_from_it() -> None:
    (block,) = re.findall(r"## Try it\n(.*?)\n## ", _read("README.md"), re.DOTALL)
    commands = re.findall(r"```console\n(.*?)\n```", block, re.DOTALL)
    assert len(commands) == 2
    for command, end in zip(commands, ("forward-call fix demo/kornia", "python -m pytest"), strict=True):
        assert command.startswith("python -m pip install ")
        assert command.endswith(f" && {end}")
