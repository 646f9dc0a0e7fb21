"""What was found in one open document, and on what it stands."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from flake8_forward_call.checking import check_source
from flake8_forward_call.findings.finding import Edit, Finding, Fix, Place
from flake8_forward_call.findings.selection import Selection
from flake8_forward_call.inference.evidence import Step
from flake8_forward_call.sources.source import Source

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Report:
    """The findings in one version of a document's text, and what was asked about them as yet.

    ``text`` is the document's own. ``faults``: what in the settings for it cannot be used. ``evidence``: by the place
    of a finding, its steps. ``proofs``: of fixes made together, whether they are right. ``comments``: by the place of a
    finding, the edit that silences it, if there is one.
    """

    source: Source
    text: str
    version: int | None
    findings: list[Finding]
    faults: Sequence[str] = ()
    evidence: dict[Place, Sequence[Step]] = field(default_factory=dict)
    proofs: dict[tuple[Fix, ...], bool] = field(default_factory=dict)
    comments: dict[Place, Edit | None] = field(default_factory=dict)


def checked(path: str, text: str, version: int | None, selection: Selection, faults: Sequence[str] = ()) -> Report:
    """The report on a text, as yet without evidence. Never raises."""
    source = _source(path, text)
    return Report(source, text, version, check_source(source, selection).findings, faults)


def skipped(path: str, text: str, version: int | None, faults: Sequence[str] = ()) -> Report:
    """The report on a text that is not looked at."""
    return Report(_source(path, text), text, version, [], faults)


def _source(path: str, text: str) -> Source:
    # A mark at the beginning is no character of the program, but it counts in the client's columns.
    return Source(path, f"\f{text[1:]}" if text.startswith("\ufeff") else text)


def explain(report: Report, finding: Finding) -> None:
    """Add to a report what a finding in it stands on. Never raises."""
    from flake8_forward_call.explaining import steps_to

    try:
        report.evidence[finding.start] = steps_to(report.source, finding)
    except Exception:
        log.exception("%s:%s cannot be explained", finding.path, finding.start)
        report.evidence[finding.start] = ()
