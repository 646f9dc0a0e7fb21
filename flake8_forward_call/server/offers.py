"""The possible actions for findings, independent of any protocol: fix one, ignore one, fix all."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flake8_forward_call.checking import check_source
from flake8_forward_call.findings.finding import Applicability, Edit, Finding, Fix, Place
from flake8_forward_call.noqa.silencing import EVERY_RULE, silence
from flake8_forward_call.report import rewrites
from flake8_forward_call.server.reports import Report
from flake8_forward_call.sources.source import Source, SourceError

log = logging.getLogger(__name__)

QUICK_FIX = "quickfix"
FIX_ALL = "source.fixAll.forward-call"


@dataclass(frozen=True, slots=True)
class Offer:
    """Edits that belong together. ``finding`` is the finding that they remove; None for all safe fixes in the file."""

    title: str
    kind: str
    edits: Sequence[Edit]
    finding: Finding | None = None
    is_preferred: bool = False


def offers(report: Report, start: Place, end: Place, only: Sequence[str] | None = None) -> Iterator[Offer]:
    """Yield the possible actions for the findings between two locations, and for all findings in the file.

    ``only`` lists the requested kinds, including their sub-kinds; None requests all kinds.
    """
    if _is_wanted(QUICK_FIX, only):
        for finding in report.findings:
            if finding.start <= end and start <= finding.end:
                yield from _of_finding(report, finding)
    fixes = [one.fix for one in report.findings if one.fix and one.fix.applicability is Applicability.SAFE]
    if fixes and _is_wanted(FIX_ALL, only) and _is_proven(report, fixes):
        edits = [edit for fix in fixes for edit in fix.edits]
        yield Offer(f"Fix {rewrites.count(len(fixes), 'direct call')} of forward() in this file", FIX_ALL, edits)


def _is_wanted(kind: str, only: Sequence[str] | None) -> bool:
    return only is None or any(f"{kind}.".startswith(f"{one}.") for one in only)


def _of_finding(report: Report, finding: Finding) -> Iterator[Offer]:
    fix = finding.fix
    if fix is not None and _is_proven(report, [fix]):
        is_safe = fix.applicability is Applicability.SAFE
        title = f"{'' if is_safe else 'Unsafe: '}{fix.message} ({rewrites.EFFECT})"
        yield Offer(title, QUICK_FIX, fix.edits, finding, is_preferred=is_safe)
    comment = _silencing(report, finding)
    if comment is not None:
        yield Offer(f"Ignore with # noqa: {finding.code}", QUICK_FIX, [comment], finding)


def _is_proven(report: Report, fixes: Sequence[Fix]) -> bool:
    """Whether the rewriter can prove that the fixes only change the calls that they name."""
    key = tuple(fixes)
    if key not in report.proofs:  # A client asks whenever the cursor moves.
        report.proofs[key] = _proof(report.source, fixes)
    return report.proofs[key]


def _proof(source: Source, fixes: Sequence[Fix]) -> bool:
    from flake8_forward_call.fixing.rewriter import RewriteError, rewrite

    try:
        rewrite(source, fixes)
    except RewriteError as error:
        log.warning("%s is not rewritten: %s", source.path, error.reason)
        return False
    return True


def _silencing(report: Report, finding: Finding) -> Edit | None:
    """The edit for a comment that silences a finding; None if no comment can, or if it would change anything else."""
    if finding.start not in report.comments:
        try:
            findings = check_source(report.source, EVERY_RULE).findings
            changed = silence(report.source, findings, [one for one in findings if one.start == finding.start]).source
        except SourceError as error:
            log.warning("%s: no comment for %s: %s", report.source.path, finding.start, error.reason)
            changed = report.source
        report.comments[finding.start] = _changed_line(report.source.lines, changed.lines)
    return report.comments[finding.start]


def _changed_line(old: Sequence[str], new: Sequence[str]) -> Edit | None:
    """The edit of the one changed line, if there is one, limited to the changed part."""
    for row, (before, after) in enumerate(zip(old, new, strict=True), 1):
        if before != after:
            start = _common(before, after)
            end = _common(before[start:][::-1], after[start:][::-1])
            return Edit(Place(row, start + 1), Place(row, len(before) - end + 1), after[start : len(after) - end])
    return None


def _common(one: str, other: str) -> int:
    """The length of the common prefix of two texts."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((index for index, (left, right) in pairs if left != right), min(len(one), len(other)))
