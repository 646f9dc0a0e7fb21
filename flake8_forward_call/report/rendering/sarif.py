"""SARIF 2.1.0, which GitHub's code scanning and others read.

The standard is at https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html. Each result contains the
steps of its proof as related locations.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from flake8_forward_call import __version__
from flake8_forward_call.findings.finding import Edit, Finding, Fix, Place
from flake8_forward_call.findings.fingerprints import fingerprints
from flake8_forward_call.report.paths import base_uri, relative, uri
from flake8_forward_call.report.record import Report, is_error, message
from flake8_forward_call.rules import RULES, Rule, fwd900
from flake8_forward_call.sources.source import Source
from flake8_forward_call.terminal.printing import as_json

if TYPE_CHECKING:
    from flake8_forward_call.inference.evidence import Step

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_TOP = "%SRCROOT%"

# The number of rows shown above and below a finding, and the most characters of all rows together.
_AROUND = 2
_LONGEST = 2_000


def render(report: Report) -> str:
    """A log of one run."""
    findings = list(report)
    prints = fingerprints(findings, relative)
    found = {finding.code for finding in findings}
    rules = [rule for rule in RULES if rule.code in found]
    indexes = {rule.code: index for index, rule in enumerate(rules)}
    run = {
        "tool": {"driver": _driver(rules)},
        "invocations": [{"executionSuccessful": report.is_complete}],
        "originalUriBaseIds": {_TOP: {"uri": base_uri()}},
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(report, finding, indexes[finding.code], fingerprint)
            for finding, fingerprint in zip(findings, prints, strict=True)
        ],
    }
    return log([run])


def log(runs: Sequence[dict[str, Any]]) -> str:
    """A log of several runs."""
    return as_json({"$schema": _SCHEMA, "version": "2.1.0", "runs": runs})


def failed_run(reason: str) -> dict[str, Any]:
    """A run that could not be done."""
    told = {"level": "error", "message": {"text": reason}}
    return {
        "tool": {"driver": _driver(())},
        "invocations": [{"executionSuccessful": False, "toolExecutionNotifications": [told]}],
        "columnKind": "unicodeCodePoints",
        "results": [],
    }


def _driver(rules: Sequence[Rule]) -> dict[str, Any]:
    return {
        "name": "forward-call",
        "fullName": f"flake8-forward-call {__version__}",
        "semanticVersion": __version__,
        "informationUri": "https://flake8-forward-call.readthedocs.io/",
        "rules": [_rule(rule) for rule in rules],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    lead, _, _ = rule.page.partition("\n## ")
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": " ".join(lead.split())},
        "helpUri": rule.url,
        "help": {"text": f"{rule.title}: see {rule.url}", "markdown": rule.document},
        "defaultConfiguration": {"enabled": rule.default, "level": _level(is_grave=rule is fwd900.RULE)},
    }


def _level(*, is_grave: bool) -> str:
    return "error" if is_grave else "warning"


def _result(report: Report, finding: Finding, index: int, fingerprint: str) -> dict[str, Any]:
    source = report.sources.get(finding.path)
    start, end = (report.in_file(finding, place) for place in (finding.start, finding.end))
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": _level(is_grave=is_error(finding)),
        "message": {"text": message(finding)},
        "locations": [{"physicalLocation": _shown(finding.path, start, end, source)}],
        "partialFingerprints": {"forwardCall/v1": fingerprint},
    }
    if source is not None and (related := _evidence(report.steps(finding), source)):
        result["relatedLocations"] = related
    if finding.fix is not None and (edits := report.edits(finding)):
        result["fixes"] = [_fix(finding.path, finding.fix, edits)]
    return result


def _evidence(steps: Sequence[Step], source: Source) -> list[dict[str, Any]]:
    locations = []
    own = os.path.realpath(source.path)
    for number, step in enumerate(steps, 1):
        location: dict[str, Any] = {"id": number, "message": {"text": step.text}}
        if step.path:
            is_here = source.cell_in(step.path, step.row) is not None
            is_own = is_here or (not source.cells() and step.path == own)
            row = source.in_file(Place(step.row, 1)).row if is_here else step.row
            region: dict[str, Any] = {"startLine": row}
            if is_own and (text := _rows(source, row, row)) is not None:
                region["snippet"] = {"text": text}
            location["physicalLocation"] = _physical(step.path, region)
        locations.append(location)
    return locations


def _fix(path: str, fix: Fix, edits: Sequence[Edit]) -> dict[str, Any]:
    replacements = [
        {"deletedRegion": _region(edit.start, edit.end), "insertedContent": {"text": edit.content}} for edit in edits
    ]
    return {
        "description": {"text": fix.message},
        "artifactChanges": [{"artifactLocation": _artifact(path), "replacements": replacements}],
        "properties": {"applicability": fix.applicability.value},
    }


def _shown(path: str, start: Place, end: Place, source: Source | None) -> dict[str, Any]:
    """Where a finding is, with the text there and the rows around it."""
    physical = _physical(path, _region(start, end))
    if source is None or not 1 <= start.row == end.row <= len(source.file.lines):
        return physical
    physical["region"]["snippet"] = {"text": source.file.lines[start.row - 1][start.column - 1 : end.column - 1]}
    first, last = max(1, start.row - _AROUND), min(len(source.file.lines), end.row + _AROUND)
    if (text := _rows(source, first, last)) is not None:
        physical["contextRegion"] = {"startLine": first, "endLine": last, "snippet": {"text": text}}
    return physical


def _rows(source: Source, first: int, last: int) -> str | None:
    """The unchanged rows of a file, the last without its line ending; None if they are too long to read."""
    lines = source.file.lines[first - 1 : last]
    if not lines or sum(map(len, lines)) > _LONGEST:
        return None
    return "".join(lines).rstrip("\r\n")


def _physical(path: str, region: dict[str, Any]) -> dict[str, Any]:
    return {"artifactLocation": _artifact(path), "region": region}


def _artifact(path: str) -> dict[str, str]:
    reference = uri(path)
    return {"uri": reference} if reference.startswith("file:") else {"uri": reference, "uriBaseId": _TOP}


def _region(start: Place, end: Place) -> dict[str, Any]:
    return {"startLine": start.row, "startColumn": start.column, "endLine": end.row, "endColumn": end.column}
