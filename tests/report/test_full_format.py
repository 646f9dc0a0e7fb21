"""``--output-format full``: each finding with its source lines, a mark at the call, and the fix."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from command_line import PROGRAM, Result, forward_call

HEAD = "\n".join(PROGRAM.splitlines()[1:9])  # Up to the end of the constructor, and the blank line.


@pytest.fixture(autouse=True)
def _in_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def full(*body: str) -> str:
    """The output for a class that continues with these lines from row 9."""
    Path("net.py").write_text("\n".join((HEAD, *body, "")), encoding="utf-8")
    done = forward_call("check", "--output-format", "full", "net.py")
    assert (done.status, done.err) == (1, "")
    return done.out


def marked(report: str) -> list[str]:
    """Each marked row with its mark."""
    lines = report.splitlines()
    return [
        each for at, line in enumerate(lines) if re.fullmatch(r" *\| +\^+", line) for each in lines[at - 1 : at + 1]
    ]


def test_rows_mark_and_remedy() -> None:
    Path("net.py").write_text(PROGRAM)
    done = forward_call("check", "--output-format", "full", "net.py")
    assert done.status == 1
    assert (
        done.out
        == """\
FWD001 [*] self.stem.forward(...) skips Module.__call__, so hooks do not run; call self.stem(...)
  --> net.py:11:26
   |
 9 |
10 |     def forward(self, x: torch.Tensor) -> torch.Tensor:
11 |         return self.stem.forward(x)
   |                ^^^^^^^^^^^^^^^^^^^^
   |
   = help: self.stem.forward(...) -> self.stem(...)
"""
    )


def test_wide_characters_and_tabs_keep_the_mark_below_the_call() -> None:
    report = full("    def f(self, x):", "    \tí = '漢字é'; return self.stem.forward(x)")
    assert marked(report) == [
        "10 |         í = '漢字é'; return self.stem.forward(x)",
        "   | " + " " * 28 + "^" * 20,
    ]


def test_two_calls_of_a_row_are_marked_one_after_the_other() -> None:
    report = full("    def f(self, x):", "        return self.stem.forward(self.stem.forward(x))")
    assert [mark.index("^") for mark in marked(report)[1::2]] == [20, 38]
    assert [mark.count("^") for mark in marked(report)[1::2]] == [39, 20]


def test_of_a_call_over_several_rows_the_row_of_the_name_is_marked() -> None:
    report = full(
        "    def f(self, x):",
        "        return (self.stem",
        "            .forward(  # why",
        "                x",
        "            ))",
    )
    assert marked(report) == ["11 |             .forward(  # why", "   |             ^^^^^^^^^^^^^^^^"]


def test_of_a_very_long_row_the_part_around_the_call_is_shown() -> None:
    report = full("    def f(self, x):", f"        a = [{'0, ' * 300}]; y = self.stem.forward(x); b = [{'0, ' * 300}]")
    row, mark = marked(report)
    assert row.startswith("10 | ...")
    assert row.endswith("...")
    assert len(row) < 180
    assert row[mark.index("^") : mark.rindex("^") + 1] == "self.stem.forward(x)"


def test_what_would_command_the_terminal_is_shown_as_its_code() -> None:
    report = full("    def f(self, x):", "        return '\x1b[2J', self.stem.forward(x)")
    row, mark = marked(report)
    assert r"'\x1b[2J'" in row
    assert row[mark.index("^") :] == "self.stem.forward(x)"


def test_what_hangs_on_the_hooks_is_a_note() -> None:
    Path("net.py").write_text(PROGRAM.replace("nn.Linear(8, 4)", "nn.utils.weight_norm(nn.Linear(8, 4))"))
    report = forward_call("check", "--output-format", "full", "net.py").out
    assert report.startswith("FWD001 [*] self.stem.forward(...) skips Module.__call__, so hooks do not run; call")
    assert report.splitlines()[-2:] == [
        "   = note: `weight_norm` (net.py:8) recomputes the weight in a forward pre-hook, which this call skips",
        "   = help: self.stem.forward(...) -> self.stem(...)",
    ]


def test_fix_that_is_not_safe_is_told_as_such() -> None:
    text = PROGRAM.replace("def forward(self, x", "def forward(self, path, x").replace(
        "        return self.stem.forward(x)",
        "        net = load(path) if path else nn.Linear(4, 2)\n        return net.forward(x)",
    )
    Path("net.py").write_text("from plugins import load\n" + text)
    report = forward_call("check", "--output-format", "full", "net.py").out
    assert report.startswith("FWD001 net.forward(...)")
    assert "   = help: net.forward(...) -> net(...) (not safe: " in report


def test_override_of_call_is_marked_at_its_name() -> None:
    report = full("    def __call__(self, x):", "        return x")
    assert report.startswith("FWD005 Net.__call__ never reaches")
    assert marked(report) == [" 9 |     def __call__(self, x):", "   |         ^^^^^^^^"]
    assert "help" not in report


def test_what_does_not_parse_is_marked_where_python_stopped() -> None:
    report = full("    def f(:  # x.forward()")
    assert report.startswith("FWD900 cannot parse file")
    assert marked(report) == [" 9 |     def f(:  # x.forward()", "   |           ^"]


def test_file_that_cannot_be_decoded_has_no_rows() -> None:
    Path("net.py").write_bytes(b"# coding: nonsense\nx.forward()\n")
    done = forward_call("check", "--output-format", "full", "net.py")
    assert done.lines[1:] == [" --> net.py:1:1"]


def test_notebook_shows_the_rows_of_the_cell() -> None:
    cells = [HEAD, "%time 1\nnet = Net()", "%matplotlib inline\ny = net.forward(x)\n!ls"]
    sources = [{"cell_type": "code", "source": cell, "metadata": {}, "outputs": []} for cell in cells]
    Path("net.ipynb").write_text(json.dumps({"cells": sources, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    done = forward_call("check", "--output-format", "full", "net.ipynb")
    assert done.lines[1:-1] == [
        " --> net.ipynb:cell 3:2:9",
        "  |",
        "1 | %matplotlib inline",
        "2 | y = net.forward(x)",
        "  |     ^^^^^^^^^^^^^^",
        "3 | !ls",
        "  |",
    ]


def test_colours_where_they_are_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("net.py").write_text(PROGRAM)

    def looked(*, terminal: bool) -> Result:
        return forward_call("check", "--output-format", "full", "net.py", terminal=terminal)

    assert "\x1b[" in looked(terminal=True).out
    assert "\x1b[" not in looked(terminal=False).out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in looked(terminal=False).out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in looked(terminal=True).out


def test_fix_reports_so_what_remains() -> None:
    Path("net.py").write_text(PROGRAM + "\n    def __call__(self, x):\n        return x\n")
    done = forward_call("fix", "--output-format", "full", "net.py")
    assert marked(done.out) == ["13 |     def __call__(self, x):", "   |         ^^^^^^^^"]
    assert done.lines[-1] == "Fixed 1 call in 1 file; 1 finding remains."
    assert done.err == ""
