"""The number of findings of each rule, in ruff's format."""

from __future__ import annotations

import json
from collections import Counter

from flake8_forward_call.findings.finding import Applicability
from flake8_forward_call.report.record import Report
from flake8_forward_call.rules import BY_CODE


def text(report: Report) -> str:
    """One line for each rule: the number, the code, the name, and ``[*]`` if ``fix`` can fix some of the findings."""
    found, fixable = _counts(report)
    width = max((len(str(count)) for count in found.values()), default=0)
    marks = {code: "[*] " if fixable[code] else "[ ] " if fixable else "" for code in found}
    return "\n".join(f"{count:>{width}}\t{code}\t{marks[code]}{BY_CODE[code].name}" for code, count in _sorted(found))


def as_json(report: Report) -> str:
    """The counts as a list of objects."""
    found, fixable = _counts(report)
    objects = [
        {
            "code": code,
            "name": BY_CODE[code].name,
            "count": count,
            "fixable": fixable[code] > 0,
            "fixable_count": fixable[code],
        }
        for code, count in _sorted(found)
    ]
    return json.dumps(objects, indent=2)


RENDERERS = {"text": text, "full": text, "concise": text, "grouped": text, "json": as_json}


def _counts(report: Report) -> tuple[Counter[str], Counter[str]]:
    findings = list(report)
    safe = [each for each in findings if each.fix and each.fix.applicability is Applicability.SAFE]
    return Counter(each.code for each in findings), Counter(each.code for each in safe)


def _sorted(found: Counter[str]) -> list[tuple[str, int]]:
    return sorted(found.items(), key=lambda item: (-item[1], item[0]))
