"""``--color`` of the command and of its parts."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import PROGRAM, forward_call


@pytest.fixture(autouse=True)
def _net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.py").write_text(PROGRAM)


@pytest.mark.parametrize(
    "command", ["check net.py", "fix --diff net.py", "fix net.py", "explain net.py:11", "config", "explain"]
)
def test_colours_are_used_if_and_only_if_they_are_chosen(command: str) -> None:
    name, *rest = command.split()
    plain = forward_call(name, *rest).out
    Path("net.py").write_text(PROGRAM)
    always = forward_call(name, "--color", "always", *rest).out
    Path("net.py").write_text(PROGRAM)
    never = forward_call(name, "--color", "never", *rest, terminal=True).out
    assert "\x1b[" not in plain
    assert "\x1b[" not in never
    assert ("\x1b[" in always) is (command != "explain")


def test_the_option_can_be_given_before_the_command() -> None:
    assert "\x1b[" in forward_call("--color", "always", "check", "net.py").out
    assert "\x1b[" not in forward_call("--color", "always", "check", "--color", "never", "net.py").out


def test_what_is_chosen_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" in forward_call("check", "--color", "always", "net.py").out
    assert "\x1b[" not in forward_call("check", "--color", "auto", "net.py", terminal=True).out
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" not in forward_call("check", "--color", "never", "net.py").out
    assert "\x1b[" in forward_call("check", "--color", "auto", "net.py").out


def test_the_choice_ends_with_the_run() -> None:
    forward_call("check", "--color", "always", "net.py")
    assert "\x1b[" not in forward_call("check", "net.py").out


def test_links_need_a_terminal_all_the_same() -> None:
    assert "\x1b]8" not in forward_call("check", "--color", "always", "net.py").out
