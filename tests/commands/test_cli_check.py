"""``forward-call check``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import MESSAGE, PLACE, PROGRAM, flake8, forward_call, python, run

from flake8_forward_call import checking
from flake8_forward_call.rules import BY_CODE


@pytest.fixture(autouse=True)
def _in_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_reports_as_flake8_does_and_changes_nothing() -> None:
    Path("net.py").write_text(PROGRAM)
    done = forward_call("check", "net.py")
    assert (done.status, done.out, done.err) == (1, f"net.py:{PLACE}: {MESSAGE}\n", "")
    assert done.out == flake8("net.py").out
    assert Path("net.py").read_text() == PROGRAM


def test_without_path_the_current_directory_is_checked() -> None:
    Path("net.py").write_text(PROGRAM)
    assert forward_call("check").out == f"./net.py:{PLACE}: {MESSAGE}\n"


def test_nothing_found_is_silence() -> None:
    Path("net.py").write_text(PROGRAM.replace("self.stem.forward(x)", "self.stem(x)"))
    done = forward_call("check", "net.py")
    assert (done.status, done.out, done.err) == (0, "", "")


def test_findings_are_sorted_by_path_row_and_column() -> None:
    two = PROGRAM + "\n    def twice(self, x):\n        return self.stem.forward(x) + self.stem.forward(x)\n"
    for name in ("b.py", "a.py", "a/c.py"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(two)
    places = [tuple(line.split(":")[:3]) for line in forward_call("check", "b.py", "a", "a.py").lines]
    each = [("11", "26"), ("14", "26"), ("14", "49")]
    assert places == [(name, *place) for name in ("a.py", "a/c.py", "b.py") for place in each]


def test_standard_input() -> None:
    done = forward_call("check", "-", stdin=PROGRAM.encode())
    assert (done.status, done.out) == (1, f"stdin:{PLACE}: {MESSAGE}\n")
    named = forward_call("check", "--stdin-filename", "src/net.py", "-", stdin=PROGRAM.encode())
    assert named.out == f"src/net.py:{PLACE}: {MESSAGE}\n"
    assert forward_call("check", "--stdin-filename", "net.pyi", "-", stdin=PROGRAM.encode()).out == ""


def test_stub_is_never_reported() -> None:
    Path("net.pyi").write_text(PROGRAM)
    assert forward_call("check", "net.pyi").status == 0


@pytest.mark.parametrize("program", ["def broken(:\n", "def broken(:\n    net.forward(1)\n", PROGRAM])
def test_file_has_the_same_findings_named_or_found_in_its_directory(program: str) -> None:
    Path("net.py").write_text(program)
    found = forward_call("check", ".").lines
    assert forward_call("check", "./net.py").lines == forward_call("check", ".", "./net.py").lines == found


def test_json() -> None:
    Path("net.py").write_text(PROGRAM)
    done = forward_call("check", "--output-format", "json", ".")
    assert done.status == 1
    (finding,) = json.loads(done.out)
    assert finding["filename"] == str(Path("net.py").absolute())
    assert f"{finding['code']} {finding['message']}" == MESSAGE
    assert (finding["location"], finding["end_location"]) == ({"row": 11, "column": 26}, {"row": 11, "column": 33})
    assert finding["noqa_row"] == 11
    assert finding["url"] == BY_CODE["FWD001"].url
    assert finding["fix"]["applicability"] == "safe"


def test_json_of_nothing_is_an_empty_list() -> None:
    Path("net.py").write_text("x = 1\n")
    done = forward_call("check", "--output-format", "json")
    assert (done.status, json.loads(done.out)) == (0, [])


@pytest.mark.parametrize(
    ("options", "codes"),
    [
        ((), {"FWD001", "FWD900"}),
        (("--select", "FWD"), {"FWD001", "FWD900"}),
        (("--select", "FWD001"), {"FWD001"}),
        (("--select=FWD0,FWD9",), {"FWD001", "FWD900"}),
        (("--select", "FWD001", "--select", "FWD900"), {"FWD001", "FWD900"}),
        (("--ignore", "FWD001"), {"FWD900"}),
        (("--ignore", "FWD"), set()),
        (("--select", "FWD", "--ignore", "FWD9"), {"FWD001"}),
        (("--ignore", "FWD", "--select", "FWD900"), {"FWD900"}),
        (("--select", "FWD001", "--extend-select", "FWD9"), {"FWD001", "FWD900"}),
    ],
)
def test_selection(options: tuple[str, ...], codes: set[str]) -> None:
    Path("net.py").write_text(PROGRAM)
    Path("broken.py").write_text("model.forward(\n")
    done = forward_call("check", *options)
    assert {line.split()[1] for line in done.lines} == codes
    assert done.status == (1 if codes else 0)


def test_colours_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("net.py").write_text(PROGRAM)
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[" in forward_call("check", terminal=True).out
    assert "\x1b[" not in forward_call("check").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in forward_call("check", terminal=True).out


def test_neither_libcst_nor_flake8_is_imported_where_no_file_mentions_forward() -> None:
    Path("net.py").write_text("def forward(x):\n    return x  # noqa\n")
    done = python(
        "import sys; from flake8_forward_call.cli import main; assert main(['check', '.']) == 0; "
        "print([name for name in ('libcst', 'flake8', 'flake8_forward_call.inference') if name in sys.modules])"
    )
    assert done.out == "[]\n", done.err


def test_module_is_the_command_too() -> None:
    Path("net.py").write_text(PROGRAM)
    done = run("flake8_forward_call", "check", "net.py")
    assert (done.status, done.out, done.err) == (1, f"net.py:{PLACE}: {MESSAGE}\n", "")


@pytest.mark.slow
def test_closed_pipe_is_no_crash() -> None:
    Path("net.py").write_text(PROGRAM + "".join(f"# {i}\nNet().stem.forward({i})\n" for i in range(200)))
    command = [sys.executable, "-m", "flake8_forward_call", "check"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 2


def test_path_that_no_encoding_can_show_is_no_crash() -> None:
    os.mkdir(b"caf\xe9")  # noqa: PTH102
    Path(os.fsdecode(b"caf\xe9"), "net.py").write_text(PROGRAM)
    done = forward_call("check")
    assert (done.status, done.out) == (1, f"./caf\\udce9/net.py:{PLACE}: {MESSAGE}\n")
    assert len(json.loads(forward_call("check", "--output-format", "json").out)) == 1


def test_interrupt_is_told_and_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_source: object, _keeps: object) -> None:
        raise KeyboardInterrupt

    Path("net.py").write_text(PROGRAM)
    monkeypatch.setattr(checking, "analyse", interrupt)
    done = forward_call("check")
    assert (done.status, done.out) == (2, "")
    assert done.err == "forward-call: Interrupted: not all files were checked.\n"
