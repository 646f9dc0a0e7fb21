"""The findings in one open document, and their evidence."""

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
    """The findings in one version of a document, and the answers to questions about them so far.

    ``text`` is the text of the document. ``faults`` are the errors in its settings. ``evidence`` has the steps of each
    finding, by its location. ``proofs`` says for fixes that are made together whether they are proven. ``comments``
    has the edit that silences a finding, if there is one, by its location.
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
    """The report on a text, still without evidence. Never raises."""
    source = _source(path, text)
    return Report(source, text, version, check_source(source, selection).findings, faults)


def skipped(path: str, text: str, version: int | None, faults: Sequence[str] = ()) -> Report:
    """The report on a text that is skipped."""
    return Report(_source(path, text), text, version, [], faults)


def _source(path: str, text: str) -> Source:
    # A byte order mark is not part of the program, but the client's columns count it.
    return Source(path, f"\f{text[1:]}" if text.startswith("\ufeff") else text)


def explain(report: Report, finding: Finding) -> None:
    """Add the evidence for a finding to its report. Never raises."""
    from flake8_forward_call.explaining import steps_to

    try:
        report.evidence[finding.start] = steps_to(report.source, finding)
    except Exception:
        log.exception("%s:%s cannot be explained", finding.path, finding.start)
        report.evidence[finding.start] = ()
