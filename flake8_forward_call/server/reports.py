"""What was found in one open document, and what can be done about it. All of it runs in the worker's thread."""

from __future__ import annotations

import ast
import dataclasses
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from flake8_forward_call.checking import check_source
from flake8_forward_call.finding import Applicability, Edit, Finding, Fix, Place
from flake8_forward_call.inference.evidence import Step
from flake8_forward_call.selection import Selection
from flake8_forward_call.source import Source, SourceError
from flake8_forward_call.suppression import unsuppressed

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Report:
    """The findings in one version of a document's text, and the evidence for those that it was asked for."""

    source: Source
    version: int | None
    findings: list[Finding]
    evidence: dict[Place, Sequence[Step]] = field(default_factory=dict)

    @property
    def safe_fixes(self) -> list[Fix]:
        """The fixes that need no person to look at them."""
        fixes = (finding.fix for finding in self.findings)
        return [fix for fix in fixes if fix is not None and fix.applicability is Applicability.SAFE]


def checked(path: str, text: str, version: int | None, selection: Selection) -> Report:
    """The report on a text, as yet without evidence. Never raises."""
    # A mark at the beginning is no character of the program, but it counts in the client's columns.
    source = Source(path, f"\f{text[1:]}" if text.startswith("\ufeff") else text)
    return Report(source, version, check_source(source, selection).findings)


def explain(report: Report, finding: Finding) -> None:
    """Add to a report what a finding in it stands on. Never raises."""
    from flake8_forward_call import explaining

    try:
        found = explaining.explain(report.source, finding.start.row, finding.start.column)
        steps = next((one.steps for one in found if one.finding is not None and one.place == finding.start), ())
    except (explaining.NoCallError, SourceError):  # Such as FWD900, which stands at no call.
        steps = ()
    except Exception:
        log.exception("%s:%s cannot be explained", finding.path, finding.start)
        steps = ()
    report.evidence[finding.start] = steps


def proven(report: Report, fixes: Sequence[Fix]) -> bool:
    """Whether the rewriter can prove that the fixes change nothing but the calls that they name."""
    from flake8_forward_call.rewriter import RewriteError, rewrite

    try:
        rewrite(report.source, fixes)
    except RewriteError as error:
        log.warning("%s is not rewritten: %s", report.source.path, error.reason)
        return False
    return True


def silencing(report: Report, finding: Finding) -> Edit | None:
    """The comment that silences a finding; None where it would change the program, or would not be read as one."""
    source, row = report.source, finding.noqa_row
    if not 0 < row <= len(source.lines):
        return None
    line = source.lines[row - 1].rstrip("\r\n")
    start, end = Place(row, len(line.rstrip()) + 1), Place(row, len(line) + 1)
    before, after = source.text[: source.offset(start)], source.text[source.offset(Place(row, 1)) + len(line) :]
    for comment in (f"  # noqa: {finding.code}", f", {finding.code}"):  # The second where there is a list already.
        text = before + comment + after
        if not unsuppressed(source.path, text, [finding]) and _same_program(source, text):
            return Edit(start, end, comment)
    return None


def _same_program(source: Source, text: str) -> bool:
    try:
        return ast.dump(dataclasses.replace(source, text=text).tree) == ast.dump(source.tree)
    except (SourceError, RecursionError):
        return False
