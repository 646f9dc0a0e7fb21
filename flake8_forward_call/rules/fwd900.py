"""FWD900: a file that could not be analysed."""

from __future__ import annotations

from flake8_forward_call.rules.base import Rule

RULE = Rule(
    code="FWD900",
    title="File could not be analysed",
    message="this file could not be analysed: {reason}",
    default=True,
    fixable=False,
    page="",
    bad="",
    good="",
)
