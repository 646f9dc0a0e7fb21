"""The findings in one open document, and their evidence."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextvars import copy_context
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from flake8_forward_call.analysis import unanalysable
from flake8_forward_call.checking import check_source, wanted
from flake8_forward_call.findings.finding import Edit, Finding, Fix, Place
from flake8_forward_call.inference.evidence import Step
from flake8_forward_call.inference.project.facts import recorded
from flake8_forward_call.server.settings import Preferences, Terms
from flake8_forward_call.sources.opening import read
from flake8_forward_call.sources.source import Source, SourceError, is_notebook

log = logging.getLogger(__name__)

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Report:
    """The findings in one version of a document, and the answers to questions about them so far.

    ``text`` is the text of the document; for a notebook it is JSON, and ``source`` is the program of its cells. The
    ``terms`` are those of the file, with the errors in its settings, and result from the ``preferences`` of the client.
    ``evidence`` has the steps of each finding, by its location. ``proofs`` says for fixes that are made together
    whether they are proven. ``comments`` has the edit that silences a finding, if there is one, by its location.
    """

    source: Source
    text: str
    version: int | None
    findings: list[Finding]
    terms: Terms = Terms(is_skipped=True)  # noqa: RUF009 (It is frozen.)
    preferences: Preferences = Preferences()  # noqa: RUF009 (It is frozen.)
    evidence: dict[Place, Sequence[Step]] = field(default_factory=dict)
    proofs: dict[tuple[Fix, ...], bool] = field(default_factory=dict)
    comments: dict[Place, Edit | None] = field(default_factory=dict)

    def under_its_settings(self, function: Callable[[], _T]) -> _T:
        """Call a function while the settings of this report count, and return its result."""

        def called() -> _T:
            self.preferences.apply(Path(self.source.path).parent)
            return function()

        return copy_context().run(called)


def checked(
    path: str,
    text: str,
    version: int | None,
    terms: Terms,
    preferences: Preferences = Preferences(),  # noqa: B008
) -> Report:
    """The report on a text, still without evidence, or on one that is skipped. Never raises.

    The text of a notebook is its JSON. If it cannot be read, or is in another language, it has no program.
    """
    if not is_notebook(path):
        source = _source(path, text)
        found = [] if terms.is_skipped else check_source(source, terms.selection).findings
        return Report(source, text, version, found, terms, preferences)
    try:
        program = None if terms.is_skipped else read(path, text.encode("utf-8", "surrogatepass"))
    except SourceError as error:
        fault = unanalysable(path, error)
        return Report(Source(path, ""), text, version, wanted([fault], "", terms.selection), terms, preferences)
    if program is None:
        return Report(Source(path, ""), text, version, [], terms, preferences)
    return Report(program, text, version, check_source(program, terms.selection).findings, terms, preferences)


def skipped(path: str, text: str, version: int | None) -> Report:
    """The report on a text that no file can have, or on a file that cannot be read."""
    return Report(_source(path, text), text, version, [])


def _source(path: str, text: str) -> Source:
    # A byte order mark is not part of the program, but the client's columns count it.
    return Source(path, f"\f{text[1:]}" if text.startswith("\ufeff") else text)


def explain(report: Report, finding: Finding) -> None:
    """Add the evidence for a finding to its report. Never raises."""
    from flake8_forward_call.explaining import steps_to

    try:
        # Recorded, so that it is known what to look at again.
        steps, _ = report.under_its_settings(lambda: recorded(lambda: steps_to(report.source, finding)))
        report.evidence[finding.start] = steps
    except Exception:
        log.exception("%s:%s cannot be explained", finding.path, finding.start)
        report.evidence[finding.start] = ()
