"""The findings in the order of the page: by folder, by rule, then by location."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from flake8_forward_call.findings.finding import Finding
from flake8_forward_call.report.paths import relative


@dataclass(frozen=True, slots=True)
class Entry:
    """A finding, its file as the page names it, and its number on the page, from 1."""

    finding: Finding
    name: PurePosixPath
    number: int

    @property
    def anchor(self) -> str:
        """The id of its element."""
        return f"finding-{self.number}"

    @property
    def folder(self) -> str:
        """The folder of its file, a dot for the current one."""
        return str(self.name.parent)

    @property
    def code(self) -> str:
        """Its rule's code."""
        return self.finding.code


def entries(findings: Iterable[Finding]) -> list[Entry]:
    """The findings in order, numbered."""
    named = [(PurePosixPath(relative(finding.path)), finding) for finding in findings]
    named.sort(key=lambda each: (str(each[0].parent), each[1].code, each[1].sort_key))
    return [Entry(finding, name, number) for number, (name, finding) in enumerate(named, 1)]
