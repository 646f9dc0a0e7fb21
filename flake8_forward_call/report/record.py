"""The data that every format renders."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from flake8_forward_call.findings.finding import Edit, Finding, Place
from flake8_forward_call.rules import fwd900
from flake8_forward_call.sources.source import Source, SourceError
from flake8_forward_call.terminal.printing import one_line

if TYPE_CHECKING:
    from flake8_forward_call.explaining import Evidence
    from flake8_forward_call.inference.evidence import Step


class Circumstances(NamedTuple):
    """How a check was run.

    ``command`` is the command line, ``paths`` are its paths, ``files`` is the number of checked files; ``rules`` are
    the codes of the active rules; ``settings`` are the non-default settings, each with its origin; ``epoch`` is the
    date of the build in seconds, if it is to be shown.
    """

    command: str
    paths: tuple[str, ...]
    files: int
    rules: tuple[str, ...]
    settings: tuple[tuple[str, str], ...] = ()
    epoch: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """The findings of a run, and other data that a format may show.

    ``sources`` are the sources of files with findings, by path, if they could be decoded; ``is_complete`` is whether
    everything was checked; ``fails`` is whether findings make the exit status 1; ``run`` is only known for a check.
    """

    findings: Iterable[Finding]
    sources: Mapping[str, Source] = field(default_factory=dict)
    is_complete: bool = True
    fails: bool = True
    run: Circumstances | None = None
    _evidence: dict[tuple[str, bool], Evidence] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __iter__(self) -> Iterator[Finding]:
        """The findings, sorted by path, row and column."""
        return iter(sorted(self.findings, key=lambda finding: finding.sort_key))

    def by_urgency(self) -> list[Finding]:
        """The findings for a person: first those whose calls were seen to skip hooks."""
        return sorted(self, key=lambda finding: not finding.has_skipped_hooks)

    def in_file(self, finding: Finding, place: Place) -> Place:
        """A location of a finding in the text of its file, which for a notebook is JSON."""
        if finding.cell is None:
            return place
        source = self.sources.get(finding.path)
        return Place(1, 1) if source is None else source.in_file(place)

    def scopes(self, path: str) -> Collection[str]:
        """The dotted names of the functions and classes in a file with findings; none if it cannot be parsed."""
        source = self.sources.get(path)
        try:
            return () if source is None else source.outline.dotted_names
        except SourceError:
            return ()

    def steps(self, finding: Finding) -> Sequence[Step]:
        """The steps of the proof of a finding; none if there is no source, or nothing was proven."""
        source = self.sources.get(finding.path)
        if source is None or finding.context is None:
            return ()
        program = source.program_at(finding.start)
        key = finding.path, program.is_beside
        evidence = self._evidence.get(key)
        if evidence is None:
            from flake8_forward_call.explaining import Evidence

            evidence = self._evidence[key] = Evidence(program)
        return evidence.steps(finding)

    def rows(self, finding: Finding) -> tuple[int, int] | None:
        """The first and the last row of the file that a finding is about; None if it is about the whole file."""
        if finding.context is None:
            return None
        last = Place(finding.context.last_row, sys.maxsize)  # The end of the row: in JSON one row may be split in two.
        return self.in_file(finding, Place(finding.context.first_row, 1)).row, self.in_file(finding, last).row

    def edits(self, finding: Finding) -> Sequence[Edit]:
        """The edits of the file for a finding's fix; none if it has no fix, or they cannot be located exactly."""
        edits = () if finding.fix is None else finding.fix.edits
        if finding.cell is None:
            return edits
        source = self.sources.get(finding.path)
        try:
            return () if source is None else source.edits_in_file(edits)
        except SourceError:
            return ()


def message(finding: Finding) -> str:
    """The message for formats that give the location in the file separately. For a notebook, it names the cell."""
    told = one_line(finding.message)
    return told if finding.cell is None else f"{finding.where}: {told}"


def is_error(finding: Finding) -> bool:
    """Whether a finding is an error and not a warning: its file could not be analysed."""
    return finding.code == fwd900.RULE.code
