"""Bad input: the message is clear, nothing is lost, and the other files are still checked."""

from __future__ import annotations

import ast
import errno
import os
import re
import sys
import tokenize
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from command_line import FIXED, MESSAGE, PLACE, PROGRAM, Result, flake8, forward_call, python

from flake8_forward_call import checking, report
from flake8_forward_call.checking import check_bytes
from flake8_forward_call.findings.selection import Selection, everywhere
from flake8_forward_call.inference.verdicts import judge
from flake8_forward_call.inference.verdicts.verdict import Verdict
from flake8_forward_call.plugin import Plugin
from flake8_forward_call.sources.source import Source
from flake8_forward_call.visiting.candidates import Candidate

GOOD = f"good.py:{PLACE}: {MESSAGE}"


@pytest.fixture(autouse=True)
def _beside_a_good_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("good.py").write_text(PROGRAM)


def unanalysable(data: bytes) -> tuple[str, str]:
    """The location and reason of the finding for a file with this content. Checks what is true for any such file."""
    Path("bad.py").write_bytes(data)
    checked = forward_call("check", "bad.py", "good.py")
    assert (checked.status, checked.err) == (1, "")
    found, *others = checked.lines
    assert others == [GOOD]
    match = re.fullmatch(r"bad\.py:(\d+:\d+): FWD900 cannot (.+)", found)
    assert match, found

    fixed = forward_call("fix", "bad.py", "good.py")
    assert (fixed.status, fixed.err) == (1, "")
    assert fixed.lines[2:] == [found, "Fixed 1 call in 1 file; 1 finding remains."]
    assert Path("bad.py").read_bytes() == data
    assert Path("good.py").read_text() == FIXED
    return match[1], match[2]


def flake8_codes(data: bytes) -> list[str]:
    """The output of flake8 for such a file. flake8 must not crash."""
    Path("bad.py").write_bytes(data)
    done = flake8("bad.py")
    assert done.err == ""
    return [line.split()[1] for line in done.lines]


def failed(done: Result, *err: str) -> None:
    assert (done.status, done.err.splitlines()) == (2, [f"forward-call: {line}" for line in err])


def test_missing_path() -> None:
    done = forward_call("check", "lost.py", "good.py")
    failed(done, "lost.py: no such file or directory")
    assert done.lines == [GOOD]


def test_directory_without_python_files() -> None:
    Path("docs").mkdir()
    done = forward_call("check", "docs")
    assert (done.status, done.out, done.err) == (
        2,
        "",
        "forward-call: no files were checked: no Python files or notebooks found in 'docs'\n",
    )


@pytest.mark.parametrize("command", ["check", "fix"])
def test_unreadable_file(monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    real = os.open

    def refuse(path: str, flags: int, *rest: int) -> int:
        if path == "shut.py":
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return real(path, flags, *rest)

    Path("shut.py").write_text(PROGRAM)
    monkeypatch.setattr(os, "open", refuse)  # Permissions do not stop root, who may run the tests.
    done = forward_call(command, "shut.py", "good.py")
    failed(done, "shut.py: cannot be read: Permission denied")
    assert "good.py:11:26" in done.lines[0]


def test_unreadable_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    done = python(
        "import sys; sys.stdin = None; from flake8_forward_call.cli import main; sys.exit(main(['check', '-']))"
    )
    failed(done, "standard input cannot be read: it is closed")
    done = python(
        "import os, sys; os.dup2(os.open('.', os.O_RDONLY), 0);"
        "from flake8_forward_call.cli import main; sys.exit(main(['check', '-']))"
    )
    failed(done, "standard input cannot be read: Is a directory")


def test_directory_with_the_name_of_a_file() -> None:
    Path("dir.py").mkdir()
    Path("dir.py/net.py").write_text(PROGRAM)
    assert forward_call("check", "dir.py").out.startswith("dir.py/net.py:11:26")
    assert len(forward_call("check", ".").lines) == 2


def test_named_pipe_does_not_hang() -> None:
    os.mkfifo("pipe.py")
    done = forward_call("check", "pipe.py", "good.py")
    failed(
        done,
        "pipe.py: is a named pipe; to check its content, pipe it to 'forward-call check -'",
    )
    assert done.lines == [GOOD]
    assert forward_call("check", ".").status == 1


def test_undecodable_bytes() -> None:
    data = b"# \xc3\xa9\nmodel.forward('\xff')\n"
    place, reason = unanalysable(data)
    assert place == "2:1"
    assert reason == "decode file: not valid utf-8: byte 0xff: invalid start byte"
    flake8_codes(data)  # It reads such bytes as latin-1 and continues.


def test_byte_order_mark_with_another_encoding_beside_it() -> None:
    place, reason = unanalysable(b"\xef\xbb\xbf# coding: latin-1\nmodel.forward(x)\n")
    assert (place, reason) == ("1:1", "decode file: encoding problem: utf-8")


def test_unknown_encoding() -> None:
    place, reason = unanalysable(b"# -*- coding: klingon -*-\nmodel.forward(x)\n")
    assert place == "1:1"
    assert "klingon" in reason


def test_syntax_error() -> None:
    data = b"x = 1\nmodel.forward(1 2)\n"
    place, reason = unanalysable(data)
    assert place == "2:15"
    assert reason.startswith("parse file: invalid syntax")
    assert flake8_codes(data) == ["E999"]


@pytest.mark.parametrize("data", [b"def f(:\n", b'print "x"\n', b"x = 1\x00\n", b"\xff\n"])
@pytest.mark.parametrize("command", ["check", "check --add-noqa", "fix", "fix --unsafe-fixes"])
def test_file_without_a_mention_is_not_parsed_however_it_is_given(
    monkeypatch: pytest.MonkeyPatch, data: bytes, command: str
) -> None:
    def fail(*_: object) -> Source:
        raise AssertionError("it was read")

    Path("part").mkdir()
    Path("part/bad.py").write_bytes(data)
    monkeypatch.setattr(checking, "read", fail)
    name, *options = command.split()
    for paths in (["part"], ["part/bad.py"], ["part", "part/bad.py"], ["-"]):
        if not ("--add-noqa" in options and "-" in paths):
            done = forward_call(name, *options, *paths, stdin=data)
            assert (done.status, b"FWD900" in done.out_bytes) == (0, False)


def test_python_2() -> None:
    data = b"import torch\nprint model.forward(x)\n"
    place, reason = unanalysable(data)
    assert place == "2:1"
    assert reason.startswith("parse file: Missing parentheses in call to 'print'")
    assert flake8_codes(data) == ["E999"]


def test_null_bytes() -> None:
    data = b"model.forward(x)\n\x00\n"
    _, reason = unanalysable(data)
    assert "null bytes" in reason  # flake8 itself fails with a traceback here on Python 3.10.


def test_what_libcst_cannot_parse_though_python_can() -> None:
    data = PROGRAM.replace("return", "(a): int = 1; return").encode()
    _, reason = unanalysable(data)
    assert "libcst" in reason
    assert flake8_codes(data) == ["FWD900"]


@pytest.mark.parametrize(
    "data",
    [
        b"x = " + b"(" * 500 + b"net.forward(1)" + b")" * 500 + b"\n",
        b"x = " + b"-" * 5000 + b"net.forward(1)\n",
        b"x = net" + b".forward(1)" * 500 + b"\n",
        b"x = 1" + b" + 1" * 5000 + b" + net.forward(1)\n",
        b"if a: net.forward(1)\n" + b"elif b: pass\n" * 500,
        b"".join(b" " * level + b"if a:\n" for level in range(90)) + b" " * 90 + b"net.forward(1)\n",
    ],
    ids=["parentheses", "minus", "chain", "sum", "elif", "indentation"],
)
def test_deep_nesting_ends_with_an_answer(data: bytes) -> None:
    Path("bad.py").write_bytes(data)
    done = forward_call("check", "bad.py", "good.py")
    assert (done.status, done.err, done.lines[-1]) == (1, "", GOOD)
    assert all("FWD900" in line and "nest" in line for line in done.lines[:-1])
    # Not the real flake8, because its own checks do not finish here.
    plugin = Plugin(ast.Module([], []), "bad.py", data.decode().splitlines(keepends=True))
    assert [text for *_, text, _ in plugin.run()] == [line.split(" ", 1)[1] for line in done.lines[:-1]]
    assert forward_call("fix", "bad.py").status in {0, 1}
    assert Path("bad.py").read_bytes() == data


def test_large_file_without_a_call() -> None:
    Path("bad.py").write_text("def forward(x):\n    return x + 1  # noqa\n\n\n" * 120_000)
    assert Path("bad.py").stat().st_size > 5_000_000
    assert forward_call("check", "bad.py").status == 0


@pytest.mark.parametrize("filler", ["# .\n", ".\n#\n", "x.\\\n", "#" * 79 + "\n"])
def test_search_for_the_name_takes_time_that_grows_with_the_file_only(filler: str) -> None:
    text = filler * (2_000_000 // len(filler)) + "forward(y)\n"
    assert Source("big.py", text).mentions_forward  # With quadratic time, this would take an hour.


@pytest.mark.parametrize(
    ("text", "mentions"),
    [
        ("x.forward(y)", True),
        ("(x\n   .forward(y))", True),
        ("x. \\\n forward(y)", True),
        ("(x. # why\n # not\n\n forward(y))", True),
        ("(x. # why\rforward(y))", True),
        ("forward(y)", False),
        ("def forward(y): # .\n    pass", False),
        ("x.forward_features(y)", False),
        ("x.fast_forward(y)", False),
        ("\n\n  forward(y)", False),
        ("(x.forward)(y)", True),
        ("(x.forward # why\n)(y)", True),
        ("x.forward = y", False),
        ("super().forward(y)", False),
        ("    return super().forward(y) + x.forward(y)", True),
        ("my_super().forward(y)", True),
        ("x.super().forward(y)", True),
    ],
)
def test_what_counts_as_a_mention(text: str, mentions: bool) -> None:
    assert Source("net.py", text).mentions_forward is mentions


@pytest.mark.parametrize("command", ["check", "fix"])
def test_unknown_rule_code(command: str) -> None:
    done = forward_call(command, "--select", "FWD01")
    failed(
        done,
        "invalid value for '--select': has an unknown rule code 'FWD01'; did you mean FWD001? "
        f"(see 'forward-call {command} --help')",
    )


def test_read_only_file_in_fix() -> None:
    Path("bad.py").write_text(PROGRAM)
    Path("bad.py").chmod(0o444)
    done = forward_call("fix", ".")
    failed(done, "./bad.py: is read-only; make it writable first")
    assert (Path("bad.py").read_text(), Path("good.py").read_text()) == (PROGRAM, FIXED)
    assert done.lines[2:] == [f"./bad.py:{PLACE}: {MESSAGE}", "Fixed 1 call in 1 file; 1 finding remains."]


def test_disk_full_in_fix(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    done = forward_call("fix", "good.py")
    failed(done, "good.py: could not be written and is unchanged: No space left on device")
    assert done.lines == [GOOD, "Fixed nothing; 1 finding remains."]
    assert Path("good.py").read_text() == PROGRAM
    assert os.listdir() == ["good.py"]  # noqa: PTH208


def test_write_that_stops_half_way_in_fix() -> None:
    done = python(
        "import resource, sys; sys.dont_write_bytecode = True;"  # Before 3.13, it would be cut off, and stay.
        "from flake8_forward_call.cli import main;"
        "limits = resource.getrlimit(resource.RLIMIT_FSIZE);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]));"
        "status = main(['fix', 'good.py']);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, limits);"
        "sys.exit(status)"
    )
    failed(done, "good.py: could not be written and is unchanged: File too large")
    assert Path("good.py").read_text() == PROGRAM
    assert os.listdir() == ["good.py"]  # noqa: PTH208


def test_fault_of_this_tool_is_a_finding_of_its_file(monkeypatch: pytest.MonkeyPatch) -> None:
    real = judge.judge

    def fail(source: Source, found: Sequence[Candidate]) -> list[Verdict]:
        if source.path == "bad.py":
            raise ZeroDivisionError("oops")
        return real(source, found)

    monkeypatch.setattr(judge, "judge", fail)
    Path("bad.py").write_text(PROGRAM)
    done = forward_call("check", "bad.py", "good.py")
    assert (done.status, done.err) == (1, "")
    reason = "internal error: ZeroDivisionError: oops"
    assert done.lines == [f"bad.py:1:1: FWD900 cannot analyse file: {reason}", GOOD]


def test_output_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(report, "tell", fail)
    failed(forward_call("check"), "cannot print: No space left on device")


def test_a_tokenizer_that_fails_leaves_comments_to_be_read_by_line(monkeypatch: pytest.MonkeyPatch) -> None:
    # CPython 3.12 and 3.13 parse such a string, but raise SystemError when it is tokenized.
    program = (
        b"from torch import nn\nm = nn.Linear(1, 1)\nm.forward(0)  # no hooks\nm.forward(0)  # noqa\nm.forward(1)\n"
        b"f'{f'{'''\n'''}'=}'\n"
    )
    if sys.version_info < (3, 12):
        program = program[: program.rindex(b"f'{f'")]

    def tokens(*arguments: object) -> Iterator[tokenize.TokenInfo]:
        raise SystemError("Negative size passed to PyUnicode_New")

    with monkeypatch.context() as patched:
        patched.setattr(tokenize, "generate_tokens", tokens)
        findings = check_bytes("net.py", program, everywhere(Selection(select=("FWD",)))).findings
    assert [(finding.code, finding.start.row) for finding in findings] == [("FWD002", 3), ("FWD001", 5)]
