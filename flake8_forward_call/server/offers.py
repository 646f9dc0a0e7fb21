"""The possible actions for findings, independent of any protocol: fix one, ignore one, fix all."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flake8_forward_call.checking import check_source
from flake8_forward_call.findings.finding import Applicability, Cell, Edit, Finding, Fix, Place
from flake8_forward_call.noqa.silencing import EVERY_RULE, silence
from flake8_forward_call.report import rewrites
from flake8_forward_call.server.reports import Report
from flake8_forward_call.sources.source import Source, SourceError

log = logging.getLogger(__name__)

QUICK_FIX = "quickfix"
FIX_ALL = "source.fixAll.forward-call"
# Editors request it for a whole notebook, with one of its cells.
FIX_NOTEBOOK = "notebook.source.fixAll.forward-call"
KINDS_FOR_ALL = (FIX_ALL, FIX_NOTEBOOK)


@dataclass(frozen=True, slots=True)
class Offer:
    """Edits that belong together. ``finding`` is the finding that they remove; None if they remove all of them."""

    title: str
    kind: str
    edits: Sequence[Edit]
    finding: Finding | None = None
    is_preferred: bool = False


def offers(
    report: Report, start: Place, end: Place, only: Sequence[str] | None = None, cell: Cell | None = None
) -> Iterator[Offer]:
    """Yield the possible actions for the findings between two locations, and for all findings.

    ``only`` lists the requested kinds, including their sub-kinds; None requests all kinds. ``cell`` is the cell of the
    locations in a notebook.
    """
    if _is_wanted(QUICK_FIX, only):
        for finding in report.findings:
            if finding.start <= end and start <= finding.end:
                yield from _of_finding(report, finding)
    for kind in KINDS_FOR_ALL:
        if _is_wanted(kind, only):
            offer = fix_all(report, kind, cell)
            if offer is not None:
                yield offer


def fix_all(report: Report, kind: str, cell: Cell | None = None) -> Offer | None:
    """The fix for all findings in a file or a cell, or in the notebook with this cell; None if there is nothing to fix.

    These are the fixes that ``forward-call fix`` makes: the safe ones, and the others if the settings say so.
    """
    if kind == FIX_NOTEBOOK and cell is None:
        return None
    fixes = [
        one.fix
        for one in report.findings
        if one.fix is not None
        and report.terms.selection.may_fix(one.code)
        and (one.fix.applicability is Applicability.SAFE or report.terms.unsafe_fixes)
        and (kind == FIX_NOTEBOOK or one.cell == cell)
    ]
    if not fixes or not _is_proven(report, fixes):
        return None
    edits = [edit for fix in fixes for edit in fix.edits]
    where = "notebook" if kind == FIX_NOTEBOOK else "file" if cell is None else "cell"
    return Offer(f"Fix {rewrites.count(len(fixes), 'direct call')} of forward() in this {where}", kind, edits)


def _is_wanted(kind: str, only: Sequence[str] | None) -> bool:
    return only is None or any(f"{kind}.".startswith(f"{one}.") for one in only)


def _of_finding(report: Report, finding: Finding) -> Iterator[Offer]:
    fix = finding.fix
    if fix is not None and report.terms.selection.may_fix(finding.code) and _is_proven(report, [fix]):
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
        report.proofs[key] = _proof(report, fixes)
    return report.proofs[key]


def _proof(report: Report, fixes: Sequence[Fix]) -> bool:
    from flake8_forward_call.fixing.rewriter import RewriteError, rewrite

    try:
        report.under_its_settings(lambda: rewrite(report.source, fixes))
    except RewriteError as error:
        log.warning("%s is not rewritten: %s", report.source.path, error.reason)
        return False
    return True


def _silencing(report: Report, finding: Finding) -> Edit | None:
    """The edit for a comment that silences a finding; None if no comment can, or if it would change anything else."""
    if finding.start not in report.comments:
        changed = report.under_its_settings(lambda: _with_comment(report.source, finding))
        report.comments[finding.start] = _changed_line(report.source.lines, changed.lines)
    return report.comments[finding.start]


def _with_comment(source: Source, finding: Finding) -> Source:
    """The text with a comment that silences a finding; the same text if there can be none."""
    try:
        findings = check_source(source, EVERY_RULE).findings
        return silence(source, findings, [one for one in findings if one.start == finding.start]).source
    except SourceError as error:
        log.warning("%s: no comment for %s: %s", source.path, finding.start, error.reason)
        return source


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
