"""By what a finding is known again after its file has changed around it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

from flake8_forward_call.findings.finding import Finding


class Identity(NamedTuple):
    """What stays the same of a finding when lines move; several findings may share one.

    The order of the fields is the one in which they are sorted. ``call`` is what stands there, or the message where
    the finding is about the whole file.
    """

    path: str
    scope: str
    code: str
    call: str


def identity(finding: Finding, path: str) -> Identity:
    """The identity of a finding, with its file named as given."""
    if finding.context is None:
        # The number of a cell is a place, too.
        message = finding.message.replace(f"cell {finding.cell.number}:", "cell:") if finding.cell else finding.message
        return Identity(path, "", finding.code, message)
    return Identity(path, finding.context.scope, finding.code, finding.context.subject)


def fingerprints(findings: Iterable[Finding], named: Callable[[str], str]) -> list[str]:
    """For each finding a text of its own: a hash of its identity, and of how many of the same came before.

    ``named`` says how a file is named in it, which should be so that it is the same on every machine.
    """
    seen: Counter[Identity] = Counter()
    made = []
    for finding in findings:
        one = identity(finding, named(finding.path))
        text = "\0".join((*one, str(seen[one])))
        seen[one] += 1
        made.append(hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()[:32])
    return made
