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


def test_rules_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    off = Rule("FWD777", "off", "Off", "", default=False, applicability=Applicability.UNSAFE, page="", bad="", good="")
    monkeypatch.setattr(explain, "RULES", (*RULES, off))
    lines = forward_call("explain").lines
    assert [line.partition("  ")[0] for line in lines[: len(RULES)]] == [rule.code for rule in RULES]
    assert all(rule.title in line for rule, line in zip(RULES, lines, strict=False))
    assert lines[0] == f"FWD001  {RULES[0].title} (fixable)"
    assert lines[len(RULES)] == "FWD777  Off (fixable, off by default)"
