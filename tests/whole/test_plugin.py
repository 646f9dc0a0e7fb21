"""The door for flake8, called directly and by the real flake8."""

from __future__ import annotations

import ast
from argparse import Namespace
from pathlib import Path

import pytest
from command_line import MESSAGE, PLACE, PROGRAM, flake8, forward_call, python, run

from flake8_forward_call import analysis
from flake8_forward_call.findings.finding import Finding, Place
from flake8_forward_call.plugin import Plugin
from flake8_forward_call.rules import RULES

HEAVY = "('libcst', 'flake8_forward_call.analysis', 'flake8_forward_call.rules', 'flake8')"


def found(program: str, filename: str = "net.py") -> list[tuple[int, int, str]]:
    plugin = Plugin(ast.Module([], []), filename, program.splitlines(keepends=True))
    return [(row, column, text) for row, column, text, _ in plugin.run()]


def test_import_is_light() -> None:
    done = python(f"import sys, flake8_forward_call.plugin; print([name for name in {HEAVY} if name in sys.modules])")
    assert done.out == "[]\n", done.err


def test_file_without_forward_costs_nothing() -> None:
    done = python(
        "import ast, sys; from flake8_forward_call.plugin import Plugin; "
        "assert not list(Plugin(ast.parse(''), 'a.py', ['x = 1\\n']).run()); "
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    assert done.out == "[]\n", done.err


def test_reports_row_and_zero_based_column() -> None:
    assert found(PROGRAM) == [(11, 25, MESSAGE)]


def test_columns_are_characters() -> None:
    program = PROGRAM.replace("return self", "é = 'ä'; return self")
    assert found(program)[0][:2] == (11, 34)


def test_stub_is_never_reported() -> None:
    assert found(PROGRAM, "net.pyi") == []


def test_exception_becomes_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_source: object) -> None:
        raise ZeroDivisionError("division\nby zero")

    monkeypatch.setattr(analysis, "_direct_calls", fail)
    reason = "internal error: ZeroDivisionError: division by zero"
    assert found(PROGRAM) == [(1, 0, f"FWD900 cannot analyse file: {reason}")]


def test_endless_recursion_becomes_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_source: object) -> None:
        raise RecursionError

    monkeypatch.setattr(analysis, "_direct_calls", fail)
    assert found(PROGRAM) == [(1, 0, "FWD900 cannot analyse file: it is nested too deeply")]


def test_what_is_off_in_the_rule_table_is_kept_back_where_nobody_named_it(monkeypatch: pytest.MonkeyPatch) -> None:
    named: tuple[str, ...]
    given = {"filenames": ["net.py"]}
    place = Place(1, 1)
    every = [Finding(rule.code, "net.py", place, place, "", 1) for rule in RULES]
    monkeypatch.setattr(analysis, "analyse", lambda _source, _keeps: every)
    for named in ((), ("F", "E"), ("FWD900", "X")):
        monkeypatch.setattr(Plugin, "_options", Namespace(**given, select=named, extend_select=None))
        assert [text.split()[0] for _, _, text in found(PROGRAM)] == [rule.code for rule in RULES if rule.default]
    for named in (("FWD",), ("E", "FWD0", "FWD1")):
        monkeypatch.setattr(Plugin, "_options", Namespace(**given, select=None, extend_select=named))
        assert [text.split()[0] for _, _, text in found(PROGRAM)] == [rule.code for rule in RULES]


def test_environment_is_an_option_of_flake8(tmp_path: Path) -> None:
    (tmp_path / "env/lib/python3.11/site-packages").mkdir(parents=True)
    (tmp_path / "env/lib/python3.11/site-packages/pkg.py").write_text("from torch.nn import Linear as L\n")
    (tmp_path / "net.py").write_text("from pkg import L\n\nL(1, 1).forward(1)\n")
    (tmp_path / "setup.cfg").write_text("[flake8]\nforward-call-python = env\n")
    with_config = run("flake8", "--select=FWD", "net.py", cwd=tmp_path)
    assert (with_config.status, "FWD001 L(1, 1).forward(...)" in with_config.out) == (1, True)
    none = flake8("--forward-call-no-site-packages", "net.py", cwd=tmp_path)
    assert (none.status, none.out, none.err) == (0, "", "")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--forward-call-python=gone",), "gone' does not exist"),
        (("--forward-call-python=.", "--forward-call-no-site-packages"), "cannot be used together"),
    ],
)
def test_flake8_says_what_is_wrong_with_the_environment(tmp_path: Path, options: tuple[str, ...], message: str) -> None:
    (tmp_path / "net.py").write_text(PROGRAM)
    done = flake8(*options, "net.py", cwd=tmp_path)
    assert (done.status, message in done.out + done.err) == (1, True)


def test_flake8_reports(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(PROGRAM)
    done = flake8("net.py", cwd=tmp_path)
    assert (done.status, done.out, done.err) == (1, f"net.py:{PLACE}: {MESSAGE}\n", "")


def test_flake8_reports_from_several_processes(tmp_path: Path) -> None:
    names = [f"net{number}.py" for number in range(6)]
    for name in names:
        (tmp_path / name).write_text(PROGRAM)
    done = flake8("-j", "2", ".", cwd=tmp_path)
    assert done.lines == [f"./{name}:{PLACE}: {MESSAGE}" for name in names]


def test_flake8_reports_standard_input_under_its_display_name(tmp_path: Path) -> None:
    done = flake8("--stdin-display-name", "src/net.py", "-", cwd=tmp_path, stdin=PROGRAM.encode())
    assert done.out == f"src/net.py:{PLACE}: {MESSAGE}\n"
    assert flake8("-", cwd=tmp_path, stdin=PROGRAM.encode()).out == f"stdin:{PLACE}: {MESSAGE}\n"


def test_flake8_honours_noqa_unless_it_is_disabled(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(PROGRAM.replace("forward(x)", "forward(x)  # noqa: FWD001"))
    assert flake8("net.py", cwd=tmp_path).out == ""
    assert flake8("--disable-noqa", "net.py", cwd=tmp_path).out == f"net.py:{PLACE}: {MESSAGE}\n"


def test_flake8_honours_per_file_ignores(tmp_path: Path) -> None:
    for name in ("net.py", "old.py"):
        (tmp_path / name).write_text(PROGRAM)
    done = flake8("--per-file-ignores", "old.py:FWD001", ".", cwd=tmp_path)
    assert done.out == f"./net.py:{PLACE}: {MESSAGE}\n"


def test_flake8_reports_a_syntax_error_itself(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("model.forward(\n")
    done = flake8("broken.py", cwd=tmp_path)
    assert [line.split()[1] for line in done.lines] == ["E999"]


@pytest.mark.parametrize(
    "data",
    [
        PROGRAM.encode(),
        b"\xef\xbb\xbf" + PROGRAM.encode(),
        PROGRAM.replace("\n", "\r\n").encode(),
        ("# -*- coding: latin-1 -*-\n" + PROGRAM.replace("return", "y = 'é'; return")).encode("latin-1"),
        ("'" + "\f'\n" + PROGRAM.replace("    ", "\t")).encode(),
        ("text = '''é\n\x0b \x85 \u2028'''\n" + PROGRAM).encode(),
    ],
    ids=["plain", "byte-order mark", "windows", "latin-1", "tabs and form feed", "odd line separators"],
)
def test_both_doors_agree_on_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.py").write_bytes(data)
    out = flake8("net.py").out
    assert MESSAGE in out
    assert forward_call("check", "net.py").out == out
