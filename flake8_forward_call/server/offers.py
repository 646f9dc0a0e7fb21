"""What can be done about findings: fix one, ignore it, fix all. In no protocol's terms."""

from __future__ import annotations

import logging
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flake8_forward_call.finding import Applicability, Edit, Finding, Fix, Place
from flake8_forward_call.report import rewrites
from flake8_forward_call.server.reports import Report
from flake8_forward_call.source import Source
from flake8_forward_call.suppression import unsuppressed

log = logging.getLogger(__name__)

QUICK_FIX = "quickfix"
FIX_ALL = "source.fixAll.forward-call"


@dataclass(frozen=True, slots=True)
class Offer:
    """Edits that belong together. ``finding`` is what they do away with; None for all that is safe in the file."""

    title: str
    kind: str
    edits: Sequence[Edit]
    finding: Finding | None = None
    is_preferred: bool = False


def offers(report: Report, start: Place, end: Place, only: Sequence[str] | None = None) -> Iterator[Offer]:
    """Yield what can be done about the findings between two places, and about all in the file.

    ``only`` are the kinds that are wanted, or of which those are parts that are wanted; None for any.
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
    comment = _silencing(report.source, finding)
    if comment is not None:
        yield Offer(f"Ignore with # noqa: {finding.code}", QUICK_FIX, [comment], finding)


def _is_proven(report: Report, fixes: Sequence[Fix]) -> bool:
    """Whether the rewriter can prove that the fixes change nothing but the calls that they name."""
    key = tuple(fixes)
    if key not in report.proofs:  # A client asks each time the cursor moves.
        report.proofs[key] = _proof(report.source, fixes)
    return report.proofs[key]


def _proof(source: Source, fixes: Sequence[Fix]) -> bool:
    from flake8_forward_call.rewriter import RewriteError, rewrite

    try:
        rewrite(source, fixes)
    except RewriteError as error:
        log.warning("%s is not rewritten: %s", source.path, error.reason)
        return False
    return True


def _silencing(source: Source, finding: Finding) -> Edit | None:
    """The comment that silences a finding; None where it would change the program, or would not be read as one."""
    row = finding.noqa_row
    if not 0 < row <= len(source.lines):
        return None
    line = source.lines[row - 1].rstrip("\r\n")
    start, end = Place(row, len(line.rstrip()) + 1), Place(row, len(line) + 1)
    before, after = source.text[: source.offset(start)], source.text[source.offset(Place(row, 1)) + len(line) :]
    for comment in (f"  # noqa: {finding.code}", f", {finding.code}"):  # The second where there is a list already.
        text = before + comment + after
        if _is_comment(source.path, text, row, comment) and not unsuppressed(source.path, text, [finding]):
            return Edit(start, end, comment)
    return None


def _is_comment(path: str, text: str, row: int, ending: str) -> bool:
    """Whether the row ends in a comment with this ending, which leaves the program as it is."""
    rows = iter(Source(path, text).lines)
    try:
        for token in tokenize.generate_tokens(lambda: next(rows, "")):
            if token.type == tokenize.ERRORTOKEN or token.start[0] > row:
                return False
            if token.type == tokenize.COMMENT and token.start[0] == row:
                return token.string.endswith(ending.lstrip())
    except (tokenize.TokenError, SyntaxError):
        pass
    return False
