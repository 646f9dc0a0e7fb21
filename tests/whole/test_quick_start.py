"""What a command does not need is not imported."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("click", "libcst", "rich", "flake8_forward_call.inference", "flake8_forward_call.commands")


def modules_after(*args: str) -> set[str]:
    """The modules that a process has imported after a command."""
    program = (
        "import sys; from flake8_forward_call.cli import main; assert main(sys.argv[1:]) == 0; "
        "print(*sys.modules, file=sys.stderr)"
    )
    command = [sys.executable, "-c", program, *args]
    return set(subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stderr.split())


@pytest.mark.parametrize("args", [("--version",), ("-V",), ("explain", "FWD001"), ("explain", "fwd005")])
def test_short_answers_come_without_the_rest(args: tuple[str, ...]) -> None:
    assert modules_after(*args).isdisjoint(HEAVY)


def test_a_command_does_not_import_the_others() -> None:
    found = modules_after("completion", "bash")
    assert "flake8_forward_call.commands.completion" in found
    assert found.isdisjoint({"libcst", "flake8_forward_call.commands.fix", "flake8_forward_call.commands.server"})


@pytest.mark.parametrize("args", [("--version",), ("explain", "FWD001")])
def test_short_answers_are_those_of_click(args: tuple[str, ...]) -> None:
    quick = f"from flake8_forward_call.cli import main; main({list(args)})"
    slow = (
        f"from flake8_forward_call.group import group; group.main({list(args)}, 'forward-call', standalone_mode=False)"
    )
    texts = [
        subprocess.run([sys.executable, "-c", one], check=True, capture_output=True, timeout=60).stdout
        for one in (quick, slow)
    ]
    assert texts[0] == texts[1] != b""
