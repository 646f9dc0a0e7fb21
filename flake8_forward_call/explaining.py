"""Why a use of ``forward`` is reported or not: the verdict, and the steps of evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from flake8_forward_call.findings.finding import Finding, Place
from flake8_forward_call.findings.ruling import (
    attached,
    finding_for,
    finding_for_override,
    findings_for_unwrapped,
    on_purpose,
)
from flake8_forward_call.inference.classes.overrides import Override, class_calling_at, overrides
from flake8_forward_call.inference.definitions import SourceClass
from flake8_forward_call.inference.engine import OutOfBudget
from flake8_forward_call.inference.evidence import Step, Tracer, ancestry, trail
from flake8_forward_call.inference.knowledge import Session
from flake8_forward_call.inference.session import session_of
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.syntax.scopes import scopes_of
from flake8_forward_call.inference.types import Instance, Origin
from flake8_forward_call.inference.verdicts.verdict import Verdict
from flake8_forward_call.noqa.suppression import unsuppressed
from flake8_forward_call.observing.joining import judged
from flake8_forward_call.sources.source import Source, SourceError
from flake8_forward_call.stack import with_room
from flake8_forward_call.terminal.printing import one_line
from flake8_forward_call.visiting.candidates import Candidate, candidates
from flake8_forward_call.visiting.intent import Intent
from flake8_forward_call.visiting.placed import uses_in
from flake8_forward_call.visiting.sites import Site
from flake8_forward_call.visiting.visitor import find_sites


@dataclass(frozen=True, slots=True)
class Explanation:
    """The explanation of one location: its finding, or why there is none, and the steps of evidence.

    ``subject`` is the code there, as a message shows it.
    """

    place: Place
    subject: str
    reason: str
    finding: Finding | None
    is_silenced: bool
    steps: tuple[Step, ...]


class NoCallError(Exception):
    """There is nothing to explain at the location. The text says so, and which locations can be explained."""


@with_room
def explain(source: Source, row: int, column: int | None = None) -> list[Explanation]:
    """Explain the ``forward`` call at a location, or all calls in a row, and what else is reported there.

    Raises NoCallError if there is none, SourceError if the file cannot be analysed.
    """
    sites = find_sites(source)
    wanted = [site for site in sites if site.start.row == row and (column is None or _covers(site, column))]
    # Judge all calls of the file, as a check does: the results for one may be used for the next.
    verdicts = judged(source, [site.candidate for site in sites]) if wanted else []
    told = {site.candidate.attribute: verdict for site, verdict in zip(sites, verdicts, strict=False)}
    found = [_explained(site, source, told[site.candidate.attribute]) for site in wanted]
    found += _explained_overrides(source, row, column)
    found += _explained_unwrapped(source, row, column)
    if not found:
        raise NoCallError(_nothing_here(source, sites, row, column))
    return found


class Evidence:
    """The evidence for the findings in one source, as long as nothing changes on disk."""

    def __init__(self, source: Source) -> None:
        self._source = source

    @cached_property
    def _project(self) -> tuple[Session, File]:
        session = session_of(self._source.path)
        return session, session.take(self._source)[0]

    @with_room
    def steps(self, finding: Finding) -> tuple[Step, ...]:
        """The steps to a finding, as ``explain`` shows them, without the verdict, which takes most of the time.

        Never raises: if something goes wrong, there are no steps, and a report does not need them.
        """
        try:
            session, file = self._project
            ev, source = session.fresh(Tracer), self._source
            uses = uses_in(source, file.tree)
            candidate = uses.ending_at(finding.end) or uses.starting_at(finding.start, source)
            if candidate is not None:
                hanging = finding.context.attached if finding.context is not None else ()
                return (*_steps(ev, file, candidate), *(Step(*one) for one in hanging))
            cls = class_calling_at(ev, file, source, finding.start)
            return () if cls is None else tuple(_ancestry_of(ev, cls))
        except (SourceError, RecursionError):
            return ()


def steps_to(source: Source, finding: Finding) -> tuple[Step, ...]:
    """The evidence for a single finding. Never raises."""
    return Evidence(source.program_at(finding.start)).steps(finding)


def _covers(site: Site, column: int) -> bool:
    """Whether a column is in the expression that is called at the site."""
    attribute = site.candidate.attribute
    first = attribute.col_offset + 1 if attribute.lineno == site.start.row else 1
    return min(first, site.start.column) <= column <= site.end.column


def _nothing_here(source: Source, sites: list[Site], row: int, column: int | None) -> str:
    where = source.where(Place(row, column or 1))
    if column is None:
        where = ("row " if source.cell_at(row) is None else "") + where.rpartition(":")[0]
    here = [(site.start, _subject(site)) for site in sites]
    here += [(finding_for_override(source, each).start, "__call__") for each in _overrides(source)]
    if not here:
        return f"no direct call of forward() at {where}, nor anywhere in the file (super().forward() is none)"
    near = sorted(here, key=lambda one: (abs(one[0].row - row), one))[:3]
    shown = ", ".join(f"{source.where(place)} {subject}" for place, subject in near)
    return f"no direct call of forward() at {where}; the nearest: {shown}"


def _subject(site: Site) -> str:
    """The code at a site, as a message shows it."""
    return f"{site.receiver}.forward{'' if site.candidate.is_handed else '(...)'}"


def _overrides(source: Source) -> Sequence[Override]:
    return list(overrides(source)) if source.sets_call else ()


def _explained(site: Site, source: Source, verdict: Verdict) -> Explanation:
    ev, file = _traced(source)
    steps = tuple(_steps(ev, file, _candidate_in(file, source, site)))
    steps += tuple(Step(*one) for one in attached(verdict))
    if verdict.is_told and Intent(source).is_deliberate(site.start.row):
        verdict = on_purpose(verdict)
    finding = finding_for(source, site, verdict)
    reason = one_line(verdict.reason)
    return Explanation(site.start, _subject(site), reason, finding, _is_silenced(source, finding), steps)


def _traced(source: Source) -> tuple[Tracer, File]:
    # Each gets a new evaluator: one that already knows an answer does not ask again, so the steps would be missing.
    session = session_of(source.path)
    file, _ = session.take(source)
    return session.fresh(Tracer), file


def _candidate_in(file: File, source: Source, site: Site) -> Candidate:
    """The candidate of a site in the tree of a file. The tree may come from an earlier reading of the same text."""
    if file.tree is source.tree:
        return site.candidate
    place = _place_of(site.candidate)
    return next(one for one in candidates(file.tree, source.forward_rows) if _place_of(one) == place)


def _place_of(candidate: Candidate) -> tuple[int, int, int | None, int | None]:
    one = candidate.attribute
    return one.lineno, one.col_offset, one.end_lineno, one.end_col_offset


def _is_silenced(source: Source, finding: Finding | None) -> bool:
    return finding is not None and not unsuppressed(source.path, source.text, [finding])


def _explained_overrides(source: Source, row: int, column: int | None) -> Iterator[Explanation]:
    for override in _overrides(source):
        finding = finding_for_override(source, override)
        if finding.start.row == row and (column is None or finding.start.column <= column <= finding.end.column):
            steps = tuple(_ancestry_of(_traced(source)[0], override.cls))
            silenced = _is_silenced(source, finding)
            yield Explanation(finding.start, "__call__", "it reaches Module.__call__", finding, silenced, steps)


def _unwrapped(source: Source) -> list[Finding]:
    return findings_for_unwrapped(source) if source.calls_inside else []


def _explained_unwrapped(source: Source, row: int, column: int | None) -> Iterator[Explanation]:
    for finding in _unwrapped(source):
        if finding.start.row == row and (column is None or finding.start.column <= column <= finding.end.column):
            subject = "" if finding.context is None else finding.context.subject
            yield Explanation(finding.start, subject, finding.message, finding, _is_silenced(source, finding), ())


def _ancestry_of(ev: Tracer, cls: SourceClass) -> list[Step]:
    try:
        return _printable(ev.ask(lambda: list(ancestry(ev, Instance(cls, Origin.DECLARED)))))
    except (OutOfBudget, RecursionError):
        return []


def _steps(ev: Tracer, file: File, candidate: Candidate) -> list[Step]:
    steps: list[Step] = []
    try:
        kind, root = ev.trace(candidate.attribute.value, scopes_of(file).standing[id(candidate.call)])
        steps += trail(ev, root, kind)
        steps += ev.ask(lambda: list(ancestry(ev, kind)))
    except (OutOfBudget, RecursionError):
        steps.append(Step("", 0, "the trail is too long to follow to its end"))
    return _printable(steps)


def _printable(steps: list[Step]) -> list[Step]:
    """The steps with printable sentences, because they quote the program."""
    return [replace(step, text=one_line(step.text)) for step in steps]
