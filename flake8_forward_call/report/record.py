"""What every format is made from."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flake8_forward_call.findings.finding import Edit, Finding, Place
from flake8_forward_call.rules import fwd900
from flake8_forward_call.sources.source import Source, SourceError
from flake8_forward_call.terminal.printing import one_line

if TYPE_CHECKING:
    from flake8_forward_call.explaining import Evidence
    from flake8_forward_call.inference.evidence import Step


@dataclass(frozen=True, slots=True)
class Circumstances:
    """How findings came about.

    ``command`` is the command line, ``paths`` those that were given, ``files`` how many were looked at; ``rules`` are
    the codes in force; ``settings`` those that are not the default, each with where it comes from; ``epoch`` is the
    date of the build in seconds, if there is one that is to be told.
    """

    command: str
    paths: tuple[str, ...]
    files: int
    rules: tuple[str, ...]
    settings: tuple[tuple[str, str], ...] = ()
    epoch: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """The findings of a run, and what else a format may tell.

    ``sources`` are those of the files with findings, by path, as far as they could be decoded; ``is_complete`` is
    whether everything was looked at that should be; ``fails`` is whether findings make the exit status 1; ``run`` is
    known of a check.
    """

    findings: Iterable[Finding]
    sources: Mapping[str, Source] = field(default_factory=dict)
    is_complete: bool = True
    fails: bool = True
    run: Circumstances | None = None
    _evidence: dict[str, Evidence] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __iter__(self) -> Iterator[Finding]:
        """The findings by path, row and column."""
        return iter(sorted(self.findings, key=lambda finding: finding.sort_key))

    def in_file(self, finding: Finding, place: Place) -> Place:
        """A place of a finding in the text of its file; that of a notebook is JSON."""
        if finding.cell is None:
            return place
        source = self.sources.get(finding.path)
        return Place(1, 1) if source is None else source.in_file(place)

    def scopes(self, path: str) -> Collection[str]:
        """The dotted names of the functions and classes in a file with findings; none where it cannot be parsed."""
        source = self.sources.get(path)
        try:
            return () if source is None else source.outline.dotted_names
        except SourceError:
            return ()

    def steps(self, finding: Finding) -> Sequence[Step]:
        """The steps of the proof that a finding rests on; none where there is no source, or nothing was proven."""
        source = self.sources.get(finding.path)
        if source is None or finding.context is None:
            return ()
        evidence = self._evidence.get(finding.path)
        if evidence is None:
            from flake8_forward_call.explaining import Evidence

            evidence = self._evidence[finding.path] = Evidence(source)
        return evidence.steps(finding)

    def rows(self, finding: Finding) -> tuple[int, int] | None:
        """The first and the last row of the file that a finding is about; None where it is about all of them."""
        if finding.context is None:
            return None
        last = Place(finding.context.last_row, sys.maxsize)  # At its end: in JSON one row may be parted in two.
        return self.in_file(finding, Place(finding.context.first_row, 1)).row, self.in_file(finding, last).row

    def edits(self, finding: Finding) -> Sequence[Edit]:
        """The edits of the file that are a finding's fix; none where it has no fix, or they cannot be told exactly."""
        edits = () if finding.fix is None else finding.fix.edits
        if finding.cell is None:
            return edits
        source = self.sources.get(finding.path)
        try:
            return () if source is None else source.edits_in_file(edits)
        except SourceError:
            return ()


def message(finding: Finding) -> str:
    """The message where the place stands apart from it, as one in the file: in a notebook with that in the cell."""
    told = one_line(finding.message)
    return told if finding.cell is None else f"{finding.where}: {told}"


def is_error(finding: Finding) -> bool:
    """Whether it is graver than a warning: nothing is known of that file."""
    return finding.code == fwd900.RULE.code
