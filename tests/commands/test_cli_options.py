"""Mistakes on the command line: one clear message, exit status 2."""

from __future__ import annotations

import contextlib
import gc
import io
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.core import Context
from command_line import PROGRAM, forward_call
from golden import FIXTURES

from flake8_forward_call import __version__
from flake8_forward_call.cli import main
from flake8_forward_call.commands.explain import explain
from flake8_forward_call.files import reading
from flake8_forward_call.inference import session
from flake8_forward_call.inference.project import texts
from flake8_forward_call.report.formats import FORMATS


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("chek",), ["no command 'chek'; did you mean 'check'?"]),
        (("zzz",), ["no command 'zzz'; there are check, clean, completion, config, explain, fix, scan, server"]),
        (("check", "--selct", "FWD001"), ["no option '--selct'; did you mean '--select'?"]),
        (("check", "--slect=FWD001"), ["no option '--slect'; did you mean '--select'?"]),
        (("check", "--interactive"), ["no option '--interactive'; 'fix' has it"]),
        (("explain", "--verbose"), ["no option '--verbose'; 'check' and 'fix' and 'scan' have it"]),
        (("--vers",), ["no option '--vers'; did you mean '--version'?"]),
        (("net.py",), ["no command 'net.py', and no file or directory of that name"]),
        (("-",), ["no command '-'; to check standard input, run 'forward-call check -'"]),
        (("-q", "check"), ["no option '-q' without a command", "'forward-call check -q' or 'forward-call fix -q'"]),
        (
            ("--diff-base", "main"),
            ["no option '--diff-base' without a command; write 'forward-call check --diff-base'"],
        ),
        (("--fix",), ["no option '--fix'; run 'forward-call fix'"]),
        (
            ("check", "--report-unused-noqa", "--ignore-noqa"),
            ["--report-unused-noqa", "cannot be used with --ignore-noqa"],
        ),
        (("check", "--add-noqa", "--disable-noqa"), ["--add-noqa", "cannot be used with --ignore-noqa"]),
        (("check", "--select", "ALL"), ["unknown rule code 'ALL'; FWD selects all rules"]),
        (("fix", "-z"), ["no option '-z' (see 'forward-call fix --help')"]),
        (("check", "--select", "FWD01"), ["--select", "unknown rule code 'FWD01'", "did you mean FWD001?"]),
        (("check", "--ignore", "E501"), ["--ignore", "unknown rule code 'E501'", "choose from FWD001"]),
        (("check", "--extend-select", "FWD0010"), ["--extend-select", "did you mean FWD001?"]),
        (("check", "--select", "FWD00X"), ["unknown rule code 'FWD00X'", "did you mean FWD001?"]),
        (("fix", "--fixable", "FWD00X"), ["--fixable", "did you mean FWD001?"]),
        (("fix", "--fixable", "FWD901"), ["--fixable", "did you mean FWD001?"]),
        (("fix", "--unfixable", "FWD0055"), ["--unfixable", "did you mean FWD001?"]),
        (("fix", "--unfixable", "E501"), ["choose from FWD001, FWD003, FWD004 ("]),
        (("fix", "--config", "fixable = ['FWD901']"), ["fixable", "did you mean FWD001?"]),
        (
            ("check", "--config", ""),
            ["invalid value for '--config': must be a file or a setting", "not an empty string"],
        ),
        (("check", "--config", " "), ["invalid value for '--config'", "not an empty string"]),
        (("fix", "--select", ""), ["--select", "no rule code was given"]),
        (("check", "--output-format", "xml"), ["--output-format", "text", "json"]),
        (("check", "-", "net.py"), ["cannot be mixed"]),
        (("fix", "--diff", "--output-format", "json"), ["--diff", "json"]),
        (("explain", "FWD01"), ["unknown rule code 'FWD01'", "did you mean FWD001?"]),
        (("explain", "FWD"), ["'FWD' is not the code of one rule"]),
    ],
)
def test_slip_is_told_in_one_line(args: tuple[str, ...], words: list[str]) -> None:
    done = forward_call(*args)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("forward-call: ")
    assert done.err.count("\n") == 1
    assert [word for word in words if word not in done.err] == []


# Commands that users of ruff and flake8 may type, and a part of the message.
HABITS = {
    "check --fix": "run 'forward-call fix'",
    "check --fix-only src": "'fix' and 'config' have it",
    "check --no-fix": "'forward-call check' changes nothing",
    "check --unsafe-fixes": "'fix' and 'config' have it",
    "check --exit-non-zero-on-fix": "'fix' has it",
    "check --show-settings": "run 'forward-call config PATH'",
    "check --silent": "'--quiet'",
    "check -s": "'--quiet'",
    "check -e": "'--exit-zero'",
    "check -n": "'--no-cache'",
    "check -o out.txt": "'--output-file'",
    "check --no-color": "'--color never'",
    "check --fixable FWD001": "'fix' and 'config' have it",
    "fix --extend-fixable FWD001": "'--fixable'",
    "check --extend-ignore FWD001": "'--ignore'",
    "check --respect-gitignore": "that is the default",
    "check --no-force-exclude": "that is the default",
    "check --stdin-display-name a.py -": "'--stdin-filename'",
    "check --format json": "'--output-format'",
    "check --preview": "'--extend-select CODE'",
    "check --target-version py310": "the version of Python",
    "check --explain FWD001": "run 'forward-call explain CODE'",
    "fix --check": "'forward-call fix --diff'",
    "fix --dry-run": "'forward-call fix --diff'",
    "check --dry-run": "'forward-call fix --diff'",
    "fix --write": "'forward-call fix'",
    "fix --show-fixes": "'forward-call fix' lists",
    "fix --statistics": "'check' has it",
    "linter": "'forward-call explain' lists the rules",
    "format": "'forward-call fix'",
    "analyze": "'forward-call check'",
    "generate-shell-completion bash": "'forward-call completion'",
    "help chek": "no command 'chek'; did you mean 'check'?",
}


@pytest.mark.parametrize("line", HABITS)
def test_habit_from_another_tool_leads_to_what_is_meant(line: str) -> None:
    done = forward_call(*line.split())
    assert (done.status, done.out, done.err.count("\n")) == (2, "", 1)
    assert HABITS[line] in done.err


@pytest.mark.parametrize(
    ("habit", "ours"),
    [
        ("version", "--version"),
        ("-V", "--version"),
        ("help", "--help"),
        ("help check", "check --help"),
        ("rule FWD001", "explain FWD001"),
        ("rule", "explain"),
    ],
)
def test_habit_from_another_tool_does_what_is_meant(habit: str, ours: str) -> None:
    done = forward_call(*habit.split())
    assert done == forward_call(*ours.split())
    assert done.status == 0


def test_no_argument_at_all_is_answered_by_the_help() -> None:
    done = forward_call()
    assert (done.status, done.out) == (2, "")
    assert done.err == forward_call("--help").out


def test_path_instead_of_a_command_is_recognised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("src").mkdir()
    done = forward_call("src")
    assert done.status == 2
    assert "'forward-call check src'" in done.err
    Path("a b").touch()
    assert "run 'forward-call check 'a b''" in forward_call("a b").err


def test_version() -> None:
    done = forward_call("--version")
    assert (done.status, done.out) == (0, f"forward-call {__version__}\n")


@pytest.mark.parametrize("args", [("--help",), ("-h",), ("check", "--help"), ("fix", "-h"), ("explain", "-h")])
def test_help(args: tuple[str, ...]) -> None:
    done = forward_call(*args)
    assert done.status == 0
    assert done.out.startswith("Usage: forward-call")


@pytest.mark.parametrize("command", ["check", "fix", "config"])
def test_help_lists_the_output_formats(command: str) -> None:
    told = " ".join(forward_call(command, "--help").out.split())
    assert f"Output format: {', '.join(FORMATS)}." in told


def test_help_says_how_a_diff_exits() -> None:
    assert "exits with 1 if there are any" in " ".join(forward_call("fix", "--help").out.split())


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


@pytest.fixture
def fresh_session(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Forget all projects, as in a new process. Small projects are recorded as well."""
    monkeypatch.setattr(texts, "MIN_FILES", 1)

    def forget() -> None:
        session._SESSIONS = session._Sessions()

    return forget


@pytest.mark.slow
def test_findings_are_the_same_whatever_the_cache_knows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh_session: Callable[[], None]
) -> None:
    monkeypatch.setattr(reading, "SETTLED", -(10**12))
    shutil.copytree(FIXTURES, tmp_path / "pkg", ignore=shutil.ignore_patterns("fixed"))
    results = []
    for options in (["--no-cache"], ["--cache-dir", str(tmp_path / "kept")], ["--cache-dir", str(tmp_path / "kept")]):
        fresh_session()
        results.append(forward_call("check", *options, str(tmp_path / "pkg")))
        assert (tmp_path / "kept").exists() is ("--cache-dir" in options)
    assert results[0].status == 1
    assert results == [results[0]] * 3


@pytest.mark.parametrize("folder", ["file", "file/below", ""])
def test_folder_that_cannot_be_had_is_no_trouble(
    tmp_path: Path, folder: str, fresh_session: Callable[[], None]
) -> None:
    (tmp_path / "file").touch()
    # A call on `self`, so that the text of the project is searched for subclasses.
    method = "    def loss(self, x):\n        return self.forward(x).sum()\n"
    (tmp_path / "net.py").write_text(PROGRAM.replace("self.stem.forward(x)", "self.stem(x)") + method)
    fresh_session()
    result = forward_call("check", "--cache-dir", folder and str(tmp_path / folder), str(tmp_path / "net.py"))
    assert (result.status, result.err) == (1, "")


def test_process_has_its_own_collector_back() -> None:
    before = gc.get_threshold()
    forward_call("check", "--selct", "FWD001")
    assert gc.get_threshold() == before
