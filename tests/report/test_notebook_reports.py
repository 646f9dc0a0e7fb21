"""Reports on notebooks for servers: rows of the JSON, the location in the cell, and fixes of the JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from command_line import forward_call
from documents import code, notebook, text

from flake8_forward_call.report.formats import FORMATS

SETUP = code(["from torch import nn\n", "model = nn.Linear(8, 4)\n"])
SAYS = "model.forward(...) skips Module.__call__, so hooks do not run; call model(...)"
# The location of the call: a line of a list, a multi-line string, after characters that JSON escapes, on two lines.
SOURCES: list[str | list[str]] = [
    ["x = 1\n", "model.forward(x)"],
    "x = 1\nmodel.forward(x)\n",
    ['é = "\\t𐐀"; model.forward("\\"")\n', "1"],
    ["(model\n", "    .forward(1))\n"],
    ["%time model.forward(1)\n"],
    ["mo", "del.for", "ward(1)"],
]
ROWS_OF_SERVERS = ("github", "gitlab", "sarif", "rdjson")


@pytest.fixture(autouse=True)
def _in_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def made(*sources: str | list[str]) -> str:
    content = notebook(text("# Title"), SETUP, *map(code, sources))
    Path("nb.ipynb").write_text(content, encoding="utf-8")
    return content


def checked(output_format: str, *args: str) -> str:
    return forward_call("check", "--output-format", output_format, *args, "nb.ipynb").out


def spans(output_format: str, *args: str) -> list[tuple[int, int, int, int]]:
    """The ranges in a report: row and column of start and end, with columns in characters."""
    out = checked(output_format, *args)
    if output_format == "github":
        found = re.findall(r"line=(\d+),col=(\d+),endLine=(\d+),endColumn=(\d+)", out)
        return [(int(a), int(b), int(c), int(d)) for a, b, c, d in found]
    return list(_spans(output_format, json.loads(out)))


def _spans(output_format: str, log: Any) -> Iterator[tuple[int, int, int, int]]:
    if output_format == "gitlab":
        for each in log:
            begin, end = (each["location"]["positions"][side] for side in ("begin", "end"))
            yield begin["line"], begin["column"], end["line"], end["column"]
    elif output_format == "sarif":
        for each in log["runs"][0]["results"]:
            yield _region(each["locations"][0]["physicalLocation"]["region"])
    else:
        for each in log["diagnostics"]:
            yield _range(each["location"]["range"])


def _region(region: dict[str, int]) -> tuple[int, int, int, int]:
    return region["startLine"], region["startColumn"], region["endLine"], region["endColumn"]


def _range(span: dict[str, dict[str, int]]) -> tuple[int, int, int, int]:
    """The JSON of these notebooks is ASCII, so bytes are characters."""
    start, end = span["start"], span["end"]
    return start["line"], start["column"], end["line"], end["column"]


def between(content: str, span: tuple[int, int, int, int]) -> str:
    start, end = _offsets(content, span)
    return content[start:end]


def _offsets(content: str, span: tuple[int, int, int, int]) -> tuple[int, int]:
    starts = [0, *(match.end() for match in re.finditer("\n", content))]
    return starts[span[0] - 1] + span[1] - 1, starts[span[2] - 1] + span[3] - 1


def applied(content: str, edits: list[tuple[tuple[int, int, int, int], str]]) -> str:
    for span, new in sorted(edits, reverse=True):
        start, end = _offsets(content, span)
        content = content[:start] + new + content[end:]
    return content


@pytest.mark.parametrize("output_format", ROWS_OF_SERVERS)
@pytest.mark.parametrize("source", SOURCES[:-1])
def test_place_is_that_of_the_name_in_the_json(output_format: str, source: str | list[str]) -> None:
    content = made(source)
    assert [between(content, span) for span in spans(output_format)] == ["forward"]


@pytest.mark.parametrize("output_format", ROWS_OF_SERVERS)
def test_name_that_is_parted_in_the_json_is_found_all_the_same(output_format: str) -> None:
    content = made(SOURCES[-1])
    [span] = spans(output_format)
    assert re.fullmatch(r'for",\s+"ward', between(content, span))


def test_message_names_the_place_in_the_cell_where_the_row_is_one_of_the_json() -> None:
    made(["x = 1\n", "model.forward(x)"])
    told = f"cell 3:2:7: {SAYS}"
    assert checked("github").rstrip("\n").endswith(f"::nb.ipynb:{told.replace(SAYS, f'FWD001 {SAYS}')}")
    assert [each["description"] for each in json.loads(checked("gitlab"))] == [f"FWD001: {told}"]
    [result] = json.loads(checked("sarif"))["runs"][0]["results"]
    assert result["message"] == {"text": told}
    assert [each["message"] for each in json.loads(checked("rdjson"))["diagnostics"]] == [told]


def test_junit_names_the_place_in_the_cell() -> None:
    made(["x = 1\n", "model.forward(x)"])
    [failure] = ET.fromstring(checked("junit")).iter("failure")
    assert failure.text == f"nb.ipynb:cell 3:2:7: FWD001 {SAYS}"


@pytest.mark.parametrize("source", SOURCES)
def test_fixes_are_those_of_the_json_that_the_command_makes(source: str | list[str]) -> None:
    before = made(source)
    [result] = json.loads(checked("sarif"))["runs"][0]["results"]
    [change] = result["fixes"][0]["artifactChanges"]
    fix = [(_region(each["deletedRegion"]), each["insertedContent"]["text"]) for each in change["replacements"]]
    [diagnostic] = json.loads(checked("rdjson"))["diagnostics"]
    suggestions = [(_range(each["range"]), each["text"]) for each in diagnostic["suggestions"]]
    assert forward_call("fix", "nb.ipynb").status == 0
    after = Path("nb.ipynb").read_text(encoding="utf-8")
    assert after != before
    assert applied(before, fix) == applied(before, suggestions) == after


def test_rdjson_counts_bytes_of_the_json() -> None:
    content = made(["é = 1; model.forward(é)"]).replace("\\u00e9", "é")
    Path("nb.ipynb").write_text(content, encoding="utf-8")
    [diagnostic] = json.loads(checked("rdjson"))["diagnostics"]
    start = diagnostic["location"]["range"]["start"]
    line = content.splitlines()[start["line"] - 1]
    assert line.encode()[start["column"] - 1 :].startswith(b"forward(")


def test_sarif_evidence_leads_to_rows_of_the_json() -> None:
    content = made(["model.forward(1)"])
    [result] = json.loads(checked("sarif"))["runs"][0]["results"]
    regions = [each["physicalLocation"]["region"] for each in result["relatedLocations"] if "physicalLocation" in each]
    assert [each["physicalLocation"]["artifactLocation"]["uri"] for each in result["relatedLocations"][:1]] == [
        "nb.ipynb"
    ]
    assert "model = nn.Linear(8, 4)" in content.splitlines()[regions[0]["startLine"] - 1]


@pytest.mark.parametrize("output_format", FORMATS)
@pytest.mark.parametrize("broken", ["model.forward(1 2)", "x = (", "", "%%bash\nls # noqa: FWD001"])
def test_whatever_is_wrong_with_a_cell_has_a_place(output_format: str, broken: str) -> None:
    content = made(broken, "model.forward(1)  # noqa: FWD001")
    done = forward_call("check", "--report-unused-noqa", "--output-format", output_format, "nb.ipynb")
    assert (done.status, done.err) == (1 if broken else 0, "")
    if output_format in ROWS_OF_SERVERS:
        lines = content.splitlines()
        rows = [span[0] for span in spans(output_format, "--report-unused-noqa")]
        assert [json.dumps(broken) in lines[row - 1] for row in rows] == ([True] if broken else [])


@pytest.mark.usefixtures("every_file_is_read")
@pytest.mark.parametrize("output_format", ROWS_OF_SERVERS)
def test_what_is_no_json_has_the_place_of_the_slip(output_format: str) -> None:
    Path("nb.ipynb").write_text('{\n "cells": [\n  x\n ]\n}\n', encoding="utf-8")
    assert [span[:2] for span in spans(output_format)] == [(3, 3)]


@pytest.mark.parametrize("output_format", ROWS_OF_SERVERS)
@pytest.mark.parametrize("source", ["1  # noqa: FWD001", ["%%bash\n", "l # noqa: FWD001\n", "a noqa: FWD001\n", "b"]])
def test_dead_noqa_comment_is_in_every_report(output_format: str, source: str | list[str]) -> None:
    content = made(source)
    assert [between(content, span) for span in spans(output_format, "--report-unused-noqa")] == ["FWD001"]


def test_what_remains_after_a_fix_has_its_place_in_the_new_json() -> None:
    made(["(model\n", "    .forward(1))\n", "1\n"], "model.forward(1 2)")
    out = forward_call("fix", "--output-format", "gitlab", "nb.ipynb").out
    [violation] = json.loads(out[: out.rindex("]") + 1])
    row = violation["location"]["lines"]["begin"]
    assert "forward(1 2)" in Path("nb.ipynb").read_text(encoding="utf-8").splitlines()[row - 1]


def test_fingerprints_stay_when_cells_move() -> None:
    made("model.forward(1)", "def f(:")
    before = [each["fingerprint"] for each in json.loads(checked("gitlab"))]
    made("1", "model.forward(1)", "def f(:")
    assert [each["fingerprint"] for each in json.loads(checked("gitlab"))] == before
