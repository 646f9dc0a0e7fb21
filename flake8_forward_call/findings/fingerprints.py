"""How a finding is recognised after its file has changed."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

from flake8_forward_call.findings.finding import Finding


class Identity(NamedTuple):
    """What stays the same in a finding when lines move; several findings may share one.

    Identities are sorted by their fields in this order. ``call`` is the subject of the context, or the message if the
    finding is about the whole file.
    """

    path: str
    scope: str
    code: str
    call: str


def identity(finding: Finding, path: str) -> Identity:
    """The identity of a finding, with ``path`` as the name of its file."""
    if finding.context is None:
        # The number of a cell is a location too.
        message = finding.message.replace(f"cell {finding.cell.number}:", "cell:") if finding.cell else finding.message
        return Identity(path, "", finding.code, message)
    return Identity(path, finding.context.scope, finding.code, finding.context.subject)


def fingerprints(findings: Iterable[Finding], named: Callable[[str], str]) -> list[str]:
    """A unique text for each finding: a hash of its identity and of the number of equal ones before it.

    ``named`` returns the name that is used for a path. It should be the same on every machine.
    """
    seen: Counter[Identity] = Counter()
    made = []
    for finding in findings:
        one = identity(finding, named(finding.path))
        text = "\0".join((*one, str(seen[one])))
        seen[one] += 1
        made.append(hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()[:32])
    return made
