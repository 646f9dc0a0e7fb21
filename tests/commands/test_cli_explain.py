"""``forward-call explain``."""

from __future__ import annotations

import pytest
from command_line import forward_call

from flake8_forward_call.commands import explain
from flake8_forward_call.findings.finding import Applicability
from flake8_forward_call.rules import RULES
from flake8_forward_call.rules.base import Rule


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_rule_is_explained_with_its_page_and_examples(rule: Rule) -> None:
    done = forward_call("explain", rule.code)
    assert (done.status, done.out) == (0, rule.document.rstrip() + "\n")
    assert rule.title_in_markdown in done.out
    assert rule.bad in done.out
    assert rule.good in done.out


def test_code_may_be_in_lower_case() -> None:
    assert forward_call("explain", "fwd001").out == forward_call("explain", "FWD001").out


@pytest.mark.parametrize("word", ["FWD", "fwd", "F", "ALL", "all"])
def test_word_for_all_rules_leads_to_the_list(word: str) -> None:
    done = forward_call("explain", word)
    assert (done.status, done.out, done.err.count("\n")) == (2, "", 1)
    assert "'forward-call explain' lists the rules" in done.err
    assert "unknown" not in done.err
    assert "selects" not in done.err


def test_prefix_of_some_rules_leads_to_their_codes() -> None:
    done = forward_call("explain", "FWD00")
    assert (done.status, done.out, done.err.count("\n")) == (2, "", 1)
    assert "FWD001, FWD002, FWD003, FWD004, FWD005" in done.err
    assert "FWD100" not in done.err
    assert "did you mean FWD900?" in forward_call("explain", "FWD9").err


def test_rules_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    off = Rule("FWD777", "off", "Off", "", default=False, applicability=Applicability.UNSAFE, page="", bad="", good="")
    monkeypatch.setattr(explain, "RULES", (*RULES, off))
    lines = forward_call("explain").lines
    assert [line.partition("  ")[0] for line in lines[: len(RULES)]] == [rule.code for rule in RULES]
    assert all(rule.title in line for rule, line in zip(RULES, lines, strict=False))
    assert lines[0] == f"FWD001  {RULES[0].title} (fixable)"
    assert lines[len(RULES)] == "FWD777  Off (fixable, off by default)"
