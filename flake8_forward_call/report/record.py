"""What every format is made from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from flake8_forward_call.finding import Finding
from flake8_forward_call.rules import fwd900
from flake8_forward_call.source import Source


@dataclass(frozen=True, slots=True)
class Report:
    """The findings of a run, and what else a format may tell.

    ``sources`` are those of the files with findings, by path, as far as they could be decoded; ``is_complete`` is
    whether everything was looked at that should be.
    """

    findings: Iterable[Finding]
    sources: Mapping[str, Source] = field(default_factory=dict)
    is_complete: bool = True

    def __iter__(self) -> Iterator[Finding]:
        """The findings by path, row and column."""
        return iter(sorted(self.findings, key=lambda finding: finding.sort_key))


def is_error(finding: Finding) -> bool:
    """Whether it is graver than a warning: nothing is known of that file."""
    return finding.code == fwd900.RULE.code
