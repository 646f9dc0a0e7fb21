"""Slips on the command line: one clear line, exit status 2."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import pytest
from click.core import Context
from command_line import forward_call

from flake8_forward_call import __version__
from flake8_forward_call.cli import main
from flake8_forward_call.commands.explain import explain


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ((), ["name a command", "check", "fix", "explain"]),
        (("chek",), ["chek"]),
        (("check", "--selct", "FWD001"), ["--selct", "--select"]),
        (("check", "--select", "FWD01"), ["--select", "unknown rule code 'FWD01'", "did you mean FWD001?"]),
        (("check", "--ignore", "E501"), ["--ignore", "unknown rule code 'E501'", "the rules are FWD001"]),
        (("check", "--extend-select", "FWD0010"), ["--extend-select", "did you mean FWD001?"]),
        (("fix", "--select", ""), ["--select", "no rule code was given"]),
        (("check", "--output-format", "xml"), ["--output-format", "text", "json"]),
        (("check", "-", "net.py"), ["cannot be mixed"]),
        (("fix", "--diff", "--output-format", "json"), ["--diff", "json"]),
        (("explain", "FWD01"), ["unknown rule code 'FWD01'", "did you mean FWD001?"]),
        (("explain", "FWD"), ["unknown rule code 'FWD'"]),
    ],
)
def test_slip_is_told_in_one_line(args: tuple[str, ...], words: list[str]) -> None:
    done = forward_call(*args)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("forward-call: ")
    assert done.err.count("\n") == 1
    assert [word for word in words if word not in done.err] == []


def test_path_instead_of_a_command_is_recognised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("src").mkdir()
    done = forward_call("src")
    assert done.status == 2
    assert "'forward-call check src'" in done.err


def test_version() -> None:
    done = forward_call("--version")
    assert (done.status, done.out) == (0, f"forward-call {__version__}\n")


@pytest.mark.parametrize("args", [("--help",), ("-h",), ("check", "--help"), ("fix", "-h"), ("explain", "-h")])
def test_help(args: tuple[str, ...]) -> None:
    done = forward_call(*args)
    assert done.status == 0
    assert done.out.startswith("Usage: forward-call")


def test_output_may_be_any_stream() -> None:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert main(["--version"]) == 0
    assert out.getvalue() == f"forward-call {__version__}\n"


def test_interrupt_anywhere_else_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_context: Context, *_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(explain, "invoke", interrupt)
    done = forward_call("explain")
    assert done.status == 2
    assert done.err.strip() == "forward-call: Interrupted."
