"""Which comments silence a finding: the same for both doors, line by line."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import flake8, forward_call

HEAD = """\
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Linear(8, 4)

    def forward(self, x):
"""
# Each is the body of one method.
SPEAKS = {
    "no comment": "return self.stem.forward(x)",
    "no blank": "return self.stem.forward(x)  #noqa",
    "another code": "return self.stem.forward(x)  # noqa: E501",
    "another rule of ours": "return self.stem.forward(x)  # noqa: FWD900",
    "longer code": "return self.stem.forward(x)  # noqa: FWD0010",
    "in a word on the line before": "# noqa\n        return self.stem.forward(x)",
    "two blanks inside": "return self.stem.forward(x)  #  noqa",
    "on the line after": "y = self.stem.forward(x)\n        # noqa\n        return y",
    "first line of a call over several": "return (self.stem  # noqa: E501\n            .forward(x))",
    "comment at the end of a long call": "return self.stem.forward(\n            x,\n        )  # noqa: FWD001",
    "file level, behind code": "return self.stem.forward(x)  # flake8: noq a",
}
SILENT = {
    "bare": "return self.stem.forward(x)  # noqa",
    "code": "return self.stem.forward(x)  # noqa: FWD001",
    "no blank before the code": "return self.stem.forward(x)  # noqa:FWD001",
    "prefix": "return self.stem.forward(x)  # noqa: FWD0",
    "list with commas": "return self.stem.forward(x)  # noqa: E501,FWD001",
    "list with commas and blanks": "return self.stem.forward(x)  # noqa: E501, FWD001",
    "list with blanks": "return self.stem.forward(x)  # noqa: E501 FWD001",
    "upper case": "return self.stem.forward(x)  # NOQA: FWD001",
    "mixed case": "return self.stem.forward(x)  # NoQA",
    "letters only, so no code": "return self.stem.forward(x)  # noqa: FWD",
    "blank before the colon": "return self.stem.forward(x)  # noqa : E501",
    "with an explanation": "return self.stem.forward(x)  # noqa: FWD001 on purpose",
    "after another comment": "return self.stem.forward(x)  # type: ignore # noqa: FWD001",
    "in a string on the line": "return self.stem.forward('# noqa')",
    "comment at the name": "return (self.stem\n            .forward(x))  # noqa: FWD001",
    "last line of a multi-line string": "return self.stem.forward('''\n        ''')  # noqa: FWD001",
    "inside of a multi-line string": "return self.stem.forward('''\n# noqa: FWD001\n''')",
    "joined lines": "return self.stem.\\\n            forward(x) \\\n            + 1  # noqa: FWD001",
    "joined lines, no blank": "return self.stem.forward(x) +\\\n            1  # noqa",
}
UNDECIDED = {
    "lower-case code": "return self.stem.forward(x)  # noqa: fwd001",
    "semicolons": "a = self.stem.forward(x); return a  # noqa: FWD001",
    "code with a tail": "return self.stem.forward(x)  # noqa: FWD001abc",
    "list with a semicolon": "return self.stem.forward(x)  # noqa: E501;FWD001",
    "two comments, the other first": "return self.stem.forward(x)  # noqa: E501 # noqa: FWD001",
    "tab before the word": "return self.stem.forward(x)  #\tnoqa",
    "f-string over lines": "return self.stem.forward(f'''\n{x}  # noqa\n''')",
    "form feed": "\f\n        return self.stem.forward(x)  # noqa",
}
FILE_LEVEL = {
    "whole file": "# flake8: noqa\n",
    "upper case": "# FLAKE8: NOQA\n",
    "equals sign": "# flake8=noqa\n",
    "with another code": "# flake8: noqa: E501\n",
    "with the code": "# flake8: noqa: FWD001\n",
    "behind code": "x = 1  # flake8: noqa\n",
    "in a string": "'''\n# flake8: noqa\n'''\n",
    "no blank": "#flake8: noqa\n",
    "not at all": "# flake8 is good\n",
}


def both_doors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, programs: dict[str, str]) -> dict[str, bool]:
    """For each program, whether it is reported. Fails if the doors disagree."""
    monkeypatch.chdir(tmp_path)
    for number, program in enumerate(programs.values()):
        Path(f"case{number:03}.py").write_text(program)
    outs = flake8("."), forward_call("check", ".")
    assert outs[0].lines == outs[1].lines
    assert outs[0].err == outs[1].err == ""
    files = {line.split(":")[0] for line in outs[0].lines}
    return {name: f"./case{number:03}.py" in files for number, name in enumerate(programs)}


@pytest.mark.slow
def test_doors_agree_on_every_line_comment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bodies = SPEAKS | SILENT | UNDECIDED
    reported = both_doors(
        tmp_path, monkeypatch, {name: f"{HEAD}        {body}\n".expandtabs(8) for name, body in bodies.items()}
    )
    assert [name for name in SPEAKS if not reported[name]] == []
    assert [name for name in SILENT if reported[name]] == []


@pytest.mark.parametrize("line_end", ["\r\n", "\r"], ids=["windows", "old mac"])
def test_line_ends_make_no_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line_end: str) -> None:
    monkeypatch.chdir(tmp_path)
    for name, body in (("speaks", SPEAKS["no blank"]), ("silent", SILENT["comment at the name"])):
        Path(f"{name}.py").write_bytes(f"{HEAD}        {body}\n".replace("\n", line_end).encode())
    done = forward_call("check", ".")
    assert [line.split(":")[0] for line in done.lines] == ["./speaks.py"]


@pytest.mark.slow
def test_doors_agree_on_every_file_comment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = f"{HEAD}        return self.stem.forward(x)\n"
    reported = both_doors(
        tmp_path,
        monkeypatch,
        {name: text + program for name, text in FILE_LEVEL.items()}
        | {f"{name}, at the end": program + text for name, text in FILE_LEVEL.items()},
    )
    assert not reported["whole file"]
    assert reported["behind code"]
    assert reported["not at all, at the end"]


def test_file_that_cannot_be_analysed_honours_noqa_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("line.py").write_text("model.forward(1 2)  # noqa: FWD900\n")
    Path("file.py").write_text("# flake8: noqa\nmodel.forward(\n")
    Path("torn.py").write_text("model.forward((1 2)  # noqa: FWD900\n")
    Path("coded.py").write_bytes(b"model.forward('\xff')  # noqa: FWD900\n")
    Path("plain.py").write_text("model.forward(1 2)\n")
    assert [line.split(":")[0] for line in forward_call("check").lines] == ["./plain.py"]


def test_place_beyond_the_end_of_the_file_is_no_trouble(tmp_path: Path) -> None:
    file = tmp_path / "cut.py"
    file.write_text("# noqa\nmodel.forward(\n")
    done = forward_call("check", file)
    assert (done.status, done.err) == (1, "")
    assert "FWD900" in done.out


def test_fix_leaves_what_is_silenced(tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    file.write_text(f"{HEAD}        {SILENT['code']}\n")
    assert forward_call("fix", file).out == "Nothing to fix.\n"
    assert SILENT["code"] in file.read_text()
