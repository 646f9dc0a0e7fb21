"""``check`` as a gate: exit status, statistics, and the destination of the report."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from command_line import FIXED, MESSAGE, PLACE, PROGRAM, forward_call

from flake8_forward_call.report.formats import FORMATS
from flake8_forward_call.rules import RULES

LINE = f"net.py:{PLACE}: {MESSAGE}\n"
MIXED = (
    PROGRAM
    + """
    def __call__(self, x):
        return self.stem.forward(x) + self.other.forward(x)

    def twice(self, x: nn.Module):
        return x.forward(self.forward(x))
"""
)


@pytest.fixture(autouse=True)
def _in_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.py").write_text(PROGRAM)


def test_exit_zero_is_for_findings_only() -> None:
    done = forward_call("check", "--exit-zero", "net.py")
    assert (done.status, done.out, done.err) == (0, LINE, "")
    assert forward_call("check", "--exit-zero", "net.py", "missing.py").status == 2
    assert forward_call("check", "--exit-zero", "-", stdin=PROGRAM.encode()).status == 0


def test_statistics_are_sorted_by_number_then_code() -> None:
    Path("net.py").write_text(MIXED)
    Path("bad.py").write_text("def f(:  # net.forward()\n")
    done = forward_call("check", "--statistics", "--extend-select", "FWD", "net.py", "bad.py")
    assert (done.status, done.err) == (1, "")
    assert done.out == (
        "3\tFWD001\t[*] direct-forward-call\n"
        "1\tFWD002\t[ ] different-forward-call\n"
        "1\tFWD005\t[ ] overridden-module-call\n"
        "1\tFWD900\t[ ] unanalysable-file\n"
    )


def test_statistics_as_json_are_ruffs() -> None:
    done = forward_call("check", "--statistics", "--output-format", "json", "net.py")
    assert json.loads(done.out) == [
        {"code": "FWD001", "name": "direct-forward-call", "count": 1, "fixable": True, "fixable_count": 1}
    ]


def test_statistics_of_nothing() -> None:
    Path("net.py").write_text("")
    assert forward_call("check", "--statistics", "net.py").out == ""
    assert json.loads(forward_call("check", "--statistics", "--output-format", "json", "net.py").out) == []


@pytest.mark.parametrize("output_format", sorted(FORMATS.keys() - {"text", "full", "concise", "grouped", "json"}))
def test_statistics_have_no_other_format(output_format: str) -> None:
    done = forward_call("check", "--statistics", "--output-format", output_format, "net.py")
    assert (done.status, done.out) == (2, "")
    assert f"--statistics cannot be used with --output-format {output_format}" in done.err


def test_names_of_rules_are_short_and_apart() -> None:
    names = [rule.name for rule in RULES]
    assert len(set(names)) == len(names)
    assert [name for name in names if not name.replace("-", "").isalpha() or not name.islower()] == []


@pytest.mark.parametrize("output_format", FORMATS)
def test_output_file_holds_what_would_be_printed(output_format: str) -> None:
    printed = forward_call("check", "--output-format", output_format, "net.py")
    done = forward_call("check", "--output-format", output_format, "--output-file", "report", "net.py", terminal=True)
    assert (done.status, done.out) == (1, "")
    assert done.err == "forward-call: 1 finding in 1 file; the report is in report\n"
    # The page contains the command line.
    assert Path("report").read_bytes().replace(b"--output-file report ", b"") == printed.out_bytes


def test_output_file_of_standard_input_and_statistics() -> None:
    done = forward_call("check", "--statistics", "--output-file", "report", "-", stdin=PROGRAM.encode())
    assert (done.status, done.out) == (1, "")
    assert Path("report").read_text() == "1\tFWD001\t[*] direct-forward-call\n"


def test_output_file_without_findings_is_empty_text() -> None:
    Path("net.py").write_text("")
    done = forward_call("check", "--output-file", "report", "net.py")
    assert (done.status, done.err) == (0, "forward-call: no findings; the report is in report\n")
    assert Path("report").read_bytes() == b""


def test_dash_as_output_file_is_standard_output() -> None:
    done = forward_call("check", "--output-file", "-", "net.py")
    assert (done.status, done.out, done.err) == (1, LINE, "")
    assert not Path("-").exists()


@pytest.mark.parametrize("option", ["--output-file", "--write-baseline"])
def test_file_that_cannot_be_written_is_told_before_the_work(option: str) -> None:
    done = forward_call("check", option, "no/such/report", "missing.py")
    assert (done.status, done.out) == (2, "")
    assert f"invalid value for {option}" in done.err.replace("'", "")
    assert "the folder no/such does not exist" in done.err
    assert "missing.py" not in done.err
    Path("folder").mkdir()
    assert "is not a file name" in forward_call("check", option, "folder", "net.py").err
    assert "is not a file name" in forward_call("check", option, "", "net.py").err


@pytest.mark.parametrize("option", ["--output-file", "--write-baseline"])
def test_old_report_is_replaced_and_keeps_its_mode(option: str) -> None:
    Path("real").write_text("[]")
    Path("real").chmod(0o640)
    Path("report").symlink_to("real")
    forward_call("check", option, "report", "net.py")
    assert Path("report").is_symlink()
    assert Path("real").read_text() != "[]"
    assert stat.S_IMODE(Path("real").stat().st_mode) == 0o640
    assert sorted(each.name for each in Path().iterdir()) == ["net.py", "real", "report"]


@pytest.mark.parametrize("option", ["--output-file", "--write-baseline"])
def test_read_only_report_is_left_alone(option: str) -> None:
    Path("report").write_text("[]")
    Path("report").chmod(0o444)
    done = forward_call("check", option, "report", "net.py")
    assert done.status == 2
    assert "forward-call: report: is read-only" in done.err
    assert Path("report").read_text() == "[]"


@pytest.mark.parametrize("program", [PROGRAM, FIXED], ids=["with findings", "without"])
@pytest.mark.parametrize("output_format", FORMATS)
def test_every_report_is_known_as_a_former_one(output_format: str, program: str) -> None:
    Path("net.py").write_text(program)
    args = ("check", "--output-format", output_format, "--output-file", "report", "net.py")
    for _ in range(2):
        assert forward_call(*args).status == (program == PROGRAM)
    for more in (("--statistics",), ("--statistics", "--output-format", "json"), ()):
        assert forward_call("check", *more, "--output-file", "report", "net.py").status == (program == PROGRAM)


def test_baseline_is_known_as_a_former_one() -> None:
    for _ in range(2):
        assert forward_call("check", "--write-baseline", "base", "net.py").status == 0


@pytest.mark.parametrize("option", ["--output-file", "--write-baseline"])
@pytest.mark.parametrize("text", ["a letter", '{"a": 1}', "[1]", "FWD001 is the code", "# FWD001\n", "\xff"])
def test_file_that_is_no_report_is_replaced_by_force_alone(option: str, text: str) -> None:
    Path("notes.txt").write_text(text)
    done = forward_call("check", option, "notes.txt", "net.py")
    assert done.status == 2
    assert "notes.txt exists and is not an earlier report; use --force to overwrite it" in done.err
    assert Path("notes.txt").read_text() == text
    forward_call("check", option, "notes.txt", "net.py", "--force")
    assert Path("notes.txt").read_text() != text


def finding(code: str) -> dict[str, object]:
    return {"code": code, "filename": "net.py", "location": {"row": 1, "column": 1}, "noqa_row": 1, "message": "M"}


def violation(code: str) -> dict[str, object]:
    return {"check_name": code, "fingerprint": "0", "location": {"path": "net.py"}, "description": "M"}


def sarif(*names: str) -> str:
    return json.dumps({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": one}}} for one in names]})


def rdjson(name: str, *diagnostics: object) -> str:
    return json.dumps({"source": {"name": name}, "diagnostics": diagnostics})


SUITES = '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="{0}"><testsuite name="{1}"/></testsuites>'
# Reports of other tools in the formats of this one, or of several tools in one file.
FOREIGN = {
    "sarif": sarif("CodeQL"),
    "sarif without a run": sarif(),
    "sarif with another run": sarif("forward-call", "CodeQL"),
    "sarif without a tool": '{"version": "2.1.0", "runs": [{}, 1]}',
    "rdjson": rdjson("shellcheck"),
    "rdjson of all kinds": rdjson("forward-call", {"code": {"value": "FWD001"}}, {"code": {"value": "E501"}}),
    "rdjson with its own source": rdjson("forward-call", {"source": {"name": "x"}, "code": {"value": "FWD001"}}),
    "ruff": json.dumps([finding("F401")]),
    "ruff and this one": json.dumps([finding("FWD001"), finding("F401")]),
    "ruff without a code": json.dumps([finding("FWD001") | {"code": None}]),
    "ruff's statistics": '[{"code": "F401", "name": "unused-import", "count": 1, "fixable": true}]',
    "gitlab": json.dumps([violation("rubocop")]),
    "gitlab of several": json.dumps([violation("FWD001"), violation("eslint")]),
    "another baseline": '{"version": 1, "findings": [{"rule": "x"}]}',
    "more than a baseline": '{"version": 1, "findings": [], "ignored": ["x"]}',
    "junit": SUITES.format("pytest tests", "pytest"),
    "junit of several": SUITES.format("forward-call", "pytest"),
    "flake8": "net.py:1:1: FWD001 A message.\nnet.py:2:1: E501 A message.\n",
    "flake8's statistics": "1     FWD001 A message.\n2     E501 A message.\n",
    "github": "::error title=Ruff (F401),file=net.py,line=1::net.py:1:1: F401 FWD001\n",
    "html": "<!doctype html>\n<html><head><meta name='generator' content='x'></head></html>",
}


@pytest.mark.parametrize("option", ["--output-file", "--write-baseline"])
@pytest.mark.parametrize("text", FOREIGN.values(), ids=list(FOREIGN))
def test_report_of_another_tool_is_not_replaced(option: str, text: str) -> None:
    Path("report").write_text(text)
    done = forward_call("check", option, "report", "net.py")
    assert (done.status, done.out) == (2, "")
    assert "report exists and is not an earlier report" in done.err
    assert Path("report").read_text() == text


@pytest.mark.parametrize("option", ["--output-file", "--write-baseline"])
@pytest.mark.parametrize("name", ["net.py", "NET.PY", "pyproject.toml", "link"])
def test_source_is_never_replaced(option: str, name: str) -> None:
    Path("link").symlink_to("net.py")
    Path(name).write_text("")  # An empty file is not taken to be an earlier report.
    done = forward_call("check", "--force", option, name)
    assert done.status == 2
    assert f"{name} is a source file; a report never overwrites it" in done.err
    assert Path(name).read_text() == ""


def test_new_report_is_for_whoever_may_read_new_files() -> None:
    before = os.umask(0o027)
    try:
        forward_call("check", "--output-file", "report", "net.py")
    finally:
        os.umask(before)
    assert stat.S_IMODE(Path("report").stat().st_mode) == 0o640


def test_report_may_go_to_a_device() -> None:
    done = forward_call("check", "--output-file", os.devnull, "net.py")
    assert (done.status, done.out) == (1, "")
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)


def test_disk_that_is_full_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    done = forward_call("check", "--output-file", "report", "net.py")
    assert (done.status, done.out) == (2, "")
    assert done.err == "forward-call: report: could not be written: No space left on device\n"
    assert [each.name for each in Path().iterdir()] == ["net.py"]
