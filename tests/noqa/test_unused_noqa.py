"""``check --report-unused-noqa``: which codes in comments silence nothing, and for which this is unknown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import PROGRAM, flake8, forward_call

HEAD = "from torch import nn\n\nm = nn.Linear(8, 4)\nx = 1\n"
NO_FINDING = "there is no such finding here; remove the code"
NO_RULE = "there is no such rule; remove the code"
SECOND = "flake8 reads only the first noqa of a line; write one list"

# The text from row 5 on; location, code and reason of the code that silences nothing.
DEAD: dict[str, tuple[str, str, str, str]] = {
    "nothing to silence": ("m(x)  # noqa: FWD001", "5:15", "FWD001", NO_FINDING),
    "no call at all": ("x = 2  # noqa:FWD001", "5:15", "FWD001", NO_FINDING),
    "in a list": ("m.forward(x)  # noqa: E501, FWD005 FWD001", "5:29", "FWD005", NO_FINDING),
    "beginning of a code": ("m(x)  # noqa: FWD005,FWD9,FWD00", "5:15", "FWD005", NO_FINDING),
    "behind another comment": ("m(x)  # é  # noqa: FWD001", "5:20", "FWD001", NO_FINDING),
    "no such rule": ("m.forward(x)  # noqa: FWD001,FWD999", "5:30", "FWD999", NO_RULE),
    "longer code": ("m(x)  # noqa: FWD0010", "5:15", "FWD0010", NO_RULE),
    "another line of the call": ("m.forward(\n    x\n)  # noqa: FWD001", "7:12", "FWD001", NO_FINDING),
    "line above": ("# noqa: FWD001\nm.forward(x)", "5:9", "FWD001", NO_FINDING),
    "after a long string": ("y = '''\n'''  # noqa: FWD001", "6:14", "FWD001", NO_FINDING),
    "small letters at no finding": ("m(x)  # noqa: fwd001", "5:15", "fwd001", NO_FINDING),
    "second noqa": ("m.forward(x)  # noqa: E501  # noqa: FWD001", "5:37", "FWD001", SECOND),
    "noqa in a string before": ("m.forward('# noqa: E501')  # noqa: FWD001", "5:36", "FWD001", SECOND),
    "tabs": ("if x:\n\tm(x)\t# noqa: FWD001", "6:15", "FWD001", NO_FINDING),
}
ALIVE = {
    "code": "m.forward(x)  # noqa: FWD001",
    "list": "m.forward(x)  # noqa: E501,FWD001",
    "beginning of a code": "m.forward(x)  # noqa: FWD0",
    "string over lines": "m.forward('''\n''')  # noqa: FWD001",
    "first line of a call": "m.forward(  # noqa: FWD001\n    x,\n)",
    "bare": "m(x)  # noqa",
    "letters only, so bare": "m(x)  # noqa: FWD",
    "codes of others": "m(x)  # noqa: E501,F401,FW1,XFWD001",
    "no noqa to flake8": "m(x)  #noqa: FWD001",
    "in a string": "m('# noqa: FWD001')",
    "in a string over lines": "m('''\n# noqa: FWD001\n''')",
    "rule that is not selected": "m(x)  # noqa: FWD003",
    "beginning of a code that is not selected": "m(x)  # noqa: FWD00",
    "other Pythons may find it": "m(x)  # noqa: FWD900",
    "silenced itself": "m(x)  # noqa: FWD001,FWD100",
    "behind a bare one": "m(x)  # noqa  # noqa: FWD001",
    "whole file": "m(x)  # noqa: FWD001\n# flake8: noqa",
}


def report(path: Path, *args: str) -> list[str]:
    done = forward_call("check", "--report-unused-noqa", *args, path)
    assert done.err == ""
    assert done.status == (1 if done.lines else 0)
    return done.lines


@pytest.mark.parametrize("name", DEAD)
def test_code_that_silences_nothing_is_reported(tmp_path: Path, name: str) -> None:
    text, place, code, why = DEAD[name]
    file = tmp_path / "net.py"
    file.write_text(f"{HEAD}{text}\n")
    found = [line for line in report(file) if "FWD100" in line]
    assert found == [f"{file}:{place}: FWD100 unused noqa for {code}: {why}"]


@pytest.mark.parametrize("name", ALIVE)
def test_other_comments_are_not_reported(tmp_path: Path, name: str) -> None:
    file = tmp_path / "net.py"
    file.write_text(f"{HEAD}{ALIVE[name]}\n")
    assert report(file) == []


@pytest.mark.slow
def test_small_letters_where_flake8_wants_capitals(tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    file.write_text(f"{HEAD}m.forward(x)  # noqa: fwd001\n")
    speaks = bool(flake8(file).lines)
    told = [line for line in report(file) if "flake8 only reads upper-case codes; write FWD001" in line]
    assert bool(told) is speaks


def test_nothing_is_said_without_the_option(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(f"{HEAD}m(x)  # noqa: FWD001\n")
    assert forward_call("check", "--extend-select", "FWD100", tmp_path).status == 0
    assert flake8("--extend-select", "FWD100", tmp_path).lines == []


def test_file_without_the_word_is_looked_at_in_a_directory(tmp_path: Path) -> None:
    (tmp_path / "plain.py").write_text("x = 1  # noqa: FWD001\n")
    (tmp_path / "torn.py").write_text("x = (  # noqa: FWD001\n")
    assert report(tmp_path) == [f"{tmp_path}/plain.py:1:16: FWD100 unused noqa for FWD001: {NO_FINDING}"]


def test_nothing_is_said_of_a_file_that_cannot_be_analysed(tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    file.write_text("m.forward(1 2)\nm(x)  # noqa: FWD001\n")
    assert ["FWD100" in line for line in report(file)] == [False]


def test_selection_decides_what_can_be_dead(tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    file.write_text(f"{HEAD}m(x)  # noqa: FWD001,FWD003\n")
    assert [line.split()[5].rstrip(":") for line in report(file)] == ["FWD001"]
    assert [line.split()[5].rstrip(":") for line in report(file, "--extend-select", "FWD003")] == ["FWD001", "FWD003"]
    assert [line.split()[5].rstrip(":") for line in report(file, "--select", "FWD003")] == ["FWD003"]
    assert report(file, "--ignore", "FWD100") == []
    assert report(file, "--ignore", "FWD001") == []


def test_silenced_finding_of_a_rule_that_is_off_keeps_its_comment(tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    file.write_text(f"{HEAD}list(map(m.forward, []))  # noqa: FWD004\n")
    assert report(file) == []
    assert report(file, "--extend-select", "FWD004") == []


def test_json_has_the_place_of_the_code(tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    file.write_bytes(f"\ufeff{HEAD}m(x)  # noqa: FWD001".replace("\n", "\r\n").encode())
    [found] = json.loads(forward_call("check", "--report-unused-noqa", "--output-format", "json", file).out)
    assert (found["code"], found["fix"], found["noqa_row"]) == ("FWD100", None, 5)
    assert found["location"] == {"row": 5, "column": 15}
    assert found["end_location"] == {"row": 5, "column": 21}
    assert found["url"].endswith("/rules/FWD100.html")


def test_standard_input_is_looked_at_too() -> None:
    done = forward_call("check", "--report-unused-noqa", "-", stdin=b"x = 1  # noqa: FWD001\n")
    assert done.lines == [f"stdin:1:16: FWD100 unused noqa for FWD001: {NO_FINDING}"]


def test_what_add_noqa_wrote_is_not_dead_until_the_call_is_repaired(tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    file.write_text(PROGRAM)
    assert forward_call("check", "--add-noqa", file).status == 0
    assert report(file) == []
    file.write_text(file.read_text().replace("stem.forward(x)", "stem(x)"))
    assert [line.split()[1] for line in report(file)] == ["FWD100"]
