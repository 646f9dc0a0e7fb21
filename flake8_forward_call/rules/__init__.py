"""The rule table: each rule is declared once, and everything else reads it from here."""

from __future__ import annotations

from flake8_forward_call.rules import fwd001, fwd002, fwd003, fwd004, fwd005, fwd006, fwd100, fwd900
from flake8_forward_call.rules.base import Rule

RULES: tuple[Rule, ...] = (
    fwd001.RULE,
    fwd002.RULE,
    fwd003.RULE,
    fwd004.RULE,
    fwd005.RULE,
    fwd006.RULE,
    fwd100.RULE,
    fwd900.RULE,
)

BY_CODE: dict[str, Rule] = {rule.code: rule for rule in RULES}

__all__ = ["BY_CODE", "RULES", "Rule"]
