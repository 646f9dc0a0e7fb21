"""Which rules are selected."""

from __future__ import annotations

import argparse
import itertools

import pytest
from flake8.style_guide import Decision, DecisionEngine  # type: ignore[import-untyped, unused-ignore]

from flake8_forward_call.findings import selection
from flake8_forward_call.findings.selection import Selection, UnknownCodeError, may_select, parse_codes
from flake8_forward_call.rules import RULES
from flake8_forward_call.rules.base import Rule

OFF = Rule("FWD777", "off", "Off by default", "", default=False, applicability=None, page="", bad="", good="")
CHOICES = ((), ("FWD",), ("FWD001",), ("FWD0",), ("F",), ("FWD777",), ("FWD001", "FWD7"), ("E", "F"))


@pytest.fixture(autouse=True)
def _rule_that_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selection, "RULES", (*RULES, OFF))
    monkeypatch.setattr(selection, "BY_CODE", {rule.code: rule for rule in (*RULES, OFF)})


def decided_by_flake8(code: str, select: tuple[str, ...], ignore: tuple[str, ...], extend: tuple[str, ...]) -> bool:
    engine = DecisionEngine(
        argparse.Namespace(
            select=list(select) or None,
            ignore=list(ignore),
            extend_select=list(extend),
            extend_ignore=[],
            extended_default_select=["FWD"],
            extended_default_ignore=[],
        )
    )
    if code == OFF.code and not any(may_select(one, code) for one in (*select, *extend)):
        return False  # The plugin does not pass it to flake8.
    return bool(engine.decision_for(code) is Decision.Selected)


@pytest.mark.parametrize("code", ["FWD001", "FWD900", "FWD777"])
def test_decides_as_flake8_does(code: str) -> None:
    for select, ignore, extend in itertools.product(CHOICES, repeat=3):
        if ignore and extend and not select:
            continue  # In this case, flake8 also compares the prefix that it added to its list itself.
        ours = Selection(select or None, ignore, extend).keeps(code)
        assert ours == decided_by_flake8(code, select, ignore, extend), (select, ignore, extend)


def test_ignoring_one_rule_turns_no_other_on() -> None:
    assert not Selection(ignore=("FWD001",)).keeps(OFF.code)


@pytest.mark.parametrize(("prefix", "turns_on"), [("F", False), ("FW", False), ("FWD", True), ("FWD7", True)])
def test_what_is_off_by_default_needs_a_prefix_that_means_no_other_tool(prefix: str, turns_on: bool) -> None:
    assert Selection(select=(prefix,)).keeps(OFF.code) is turns_on
    assert Selection(extend_select=(prefix,)).keeps(OFF.code) is turns_on
    assert not Selection(select=("FWD",), ignore=("FWD777",)).keeps(OFF.code)
    assert Selection(select=("F",)).keeps("FWD001")


def test_codes_are_split_at_commas_and_blanks() -> None:
    assert parse_codes(["FWD001,FWD9", " FWD  F,"]) == ("FWD001", "FWD9", "FWD", "F")


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("FWD01", "unknown rule code 'FWD01'; did you mean FWD001?"),
        ("fwd900", "unknown rule code 'fwd900'; did you mean FWD900?"),
        (
            "E501",
            "unknown rule code 'E501'; choose from "
            "FWD001, FWD002, FWD003, FWD004, FWD005, FWD006, FWD100, FWD900, FWD777",
        ),
        (" ,", "no rule code was given"),
    ],
)
def test_unknown_code_is_refused_with_a_suggestion(code: str, what: str) -> None:
    with pytest.raises(UnknownCodeError) as caught:
        parse_codes([code])
    assert str(caught.value) == what
