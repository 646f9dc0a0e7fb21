"""The diff of one fix, which only reads the lines near it."""

from __future__ import annotations

import difflib

import pytest

from flake8_forward_call.findings.finding import Applicability, Edit, Finding, Fix, Place
from flake8_forward_call.fixing.rewriter import edited
from flake8_forward_call.report.hunk import hunk
from flake8_forward_call.sources.source import Source

# Some calls are on one row, others take two, so that earlier fixes join rows. Over 200 lines, difflib guesses.
TEXT = "".join(
    f"first = {row}\nnet{row}.forward(x)\nnet{row} \\\n    .forward(y); net{row}.forward(\nz)\n" for row in range(30)
)
SOURCE = Source("net.py", TEXT)


def findings() -> list[Finding]:
    found, at = [], 0
    while (at := TEXT.find("forward", at)) >= 0:
        start = len(TEXT[:at].rstrip(" .\\\n"))
        edit = Edit(SOURCE.place(start), SOURCE.place(at + len("forward")), "")
        fix = Fix(Applicability.SAFE, "Call it", (edit,), "before", "after")
        found.append(Finding("FWD001", "net.py", SOURCE.place(at), edit.end, "says", edit.end.row, fix))
        at += 1
    return found


def whole(finding: Finding, made: list[Finding], around: int) -> list[str]:
    """The same diff from a comparison of the whole texts."""
    texts = (edited(SOURCE, [each.fix.edits[0] for each in some if each.fix]) for some in (made, [*made, finding]))
    before, after = ([line.rstrip("\n") for line in Source("net.py", text).lines] for text in texts)
    return list(difflib.unified_diff(before, after, lineterm="", n=around))[2:]


@pytest.mark.parametrize("around", [0, 1, 3])
def test_is_that_of_the_whole_text_whatever_was_accepted_before(around: int) -> None:
    found = findings()
    for number in range(0, len(found), 7):
        for made in ([], found[:number], found[:number][-1:], found[:number][::2]):
            assert hunk(SOURCE, found[number], made, around=around) == whole(found[number], made, around)


def test_finding_without_a_fix_has_none() -> None:
    assert hunk(SOURCE, Finding("FWD002", "net.py", Place(2, 6), Place(2, 13), "says", 2)) == []
