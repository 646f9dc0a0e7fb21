"""Which calls of forward() are found in plausible programs, and what the fixer makes of them."""

from __future__ import annotations

import ast
import functools

import pytest
from golden import FIXED, FIXTURES, Fixture, fixtures
from marked import annotated, as_marks

from flake8_forward_call.analysis import analyse
from flake8_forward_call.findings.finding import Finding
from flake8_forward_call.fixing.rewriter import rewrite
from flake8_forward_call.sources.source import Source

# Programs in a syntax that this Python does not have yet are tested where it has it.
every_fixture = pytest.mark.parametrize(
    "fixture", [pytest.param(one, id=one.name) for one in fixtures() if one.parses_here]
)


@functools.cache
def analysed(fixture: Fixture) -> tuple[Source, list[Finding]]:
    source = Source(str(fixture.path), fixture.text)
    return source, analyse(source)


@every_fixture
def test_finds_the_marked_calls_and_no_others(fixture: Fixture) -> None:
    found = as_marks(analysed(fixture)[1])
    assert annotated(fixture.text, found) == annotated(fixture.text, list(fixture.marks()))


@every_fixture
def test_fixes_the_marked_calls_and_nothing_else(fixture: Fixture) -> None:
    source, findings = analysed(fixture)
    fixed = rewrite(source, [finding.fix for finding in findings if finding.fix is not None])
    assert fixed == fixture.golden.read_text(encoding="utf-8")
    ast.parse(fixed)
    assert [one for one in analyse(Source(str(fixture.path), fixed)) if one.fix is not None] == []


def test_each_fixture_has_its_fixed_form() -> None:
    assert {path.name for path in FIXED.glob("*.py")} == {path.name for path in FIXTURES.glob("*.py")}
