"""From inference's verdict on a receiver to the rule that it breaks, and the finding that says so."""

from __future__ import annotations

from dataclasses import replace

from flake8_forward_call.finding import Applicability, Finding, Fix
from flake8_forward_call.inference.verdict import Sameness, Standing, Verdict
from flake8_forward_call.rules import Rule, fwd001, fwd002, fwd003
from flake8_forward_call.visitor import Site, shortened

# How many characters of a receiver a message shows.
_RECEIVER_SHOWN = 40


def rule_for(verdict: Verdict) -> Rule | None:
    """The rule that a direct call of ``forward`` breaks, None where nothing is to be said of it."""
    if not verdict.is_told:
        return None
    if verdict.sameness is Sameness.DIFFERENT:
        return fwd002.RULE
    return fwd001.RULE if verdict.standing is Standing.MODULE else fwd003.RULE


def on_purpose(verdict: Verdict) -> Verdict:
    """The verdict where a comment says that hooks or ``__call__`` are gone round on purpose."""
    return replace(verdict, sameness=Sameness.DIFFERENT, reason="a comment says that the bypass is meant")


def finding_for(path: str, site: Site, verdict: Verdict) -> Finding | None:
    """The finding of the verdict's rule at a site; None if it breaks none."""
    rule = rule_for(verdict)
    if rule is None:
        return None
    receiver = shortened(site.receiver, _RECEIVER_SHOWN)
    before, after = f"{receiver}.forward(...)", f"{receiver}(...)"
    fix = None
    is_guess = verdict.standing is Standing.PROBABLE and verdict.sameness is Sameness.UNREAD
    if site.edit is not None and rule.applicability is not None and not is_guess:
        is_safe = rule.applicability is Applicability.SAFE and verdict.sameness is Sameness.SAME
        applicability = Applicability.SAFE if is_safe else Applicability.UNSAFE
        fix = Fix(applicability, f"Call {after}", (site.edit,), before, after)
    message = rule.message.format(before=before, after=after, reason=verdict.reason)
    return Finding(rule.code, path, site.start, site.end, message, site.start.row, fix)
