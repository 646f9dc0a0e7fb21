"""FWD001: a direct call of a module's ``forward``."""

from __future__ import annotations

from flake8_forward_call.rules.base import Rule

RULE = Rule(
    code="FWD001",
    title="Direct call of a module's forward()",
    message="{before} skips Module.__call__, so hooks do not run; call {after}",
    default=True,
    fixable=True,
    page="",
    bad="",
    good="",
)
