"""ruff's JSON format, so that programs that read ruff's output can read this one."""

from __future__ import annotations

import os
from typing import Any

from flake8_forward_call.files.inputs import STDIN_NAME
from flake8_forward_call.findings.finding import Finding, Fix, Place
from flake8_forward_call.report.record import Report
from flake8_forward_call.rules import BY_CODE
from flake8_forward_call.terminal.printing import as_json


def render(report: Report) -> str:
    """A list of objects, sorted by path, row and column."""
    return as_json(objects(report))


def objects(report: Report) -> list[dict[str, Any]]:
    """The objects of the findings, sorted by path, row and column."""
    found = [finding_object(finding) for finding in report]
    found.sort(key=lambda each: each["filename"])  # The sort is stable. Absolute paths may sort differently.
    return found


def finding_object(finding: Finding) -> dict[str, Any]:
    """A finding as ruff prints it."""
    return {
        "cell": None if finding.cell is None else finding.cell.number,
        "code": finding.code,
        "filename": absolute(finding.path),
        "location": place_object(finding.shown(finding.start)),
        "end_location": place_object(finding.shown(finding.end)),
        "message": finding.message,
        "noqa_row": finding.shown(Place(finding.noqa_row, 1)).row,
        "url": BY_CODE[finding.code].url,
        "fix": None if finding.fix is None else _fix(finding, finding.fix),
    }


def _fix(finding: Finding, fix: Fix) -> dict[str, Any]:
    return {
        "applicability": fix.applicability.value,
        "message": fix.message,
        "edits": [
            {
                "content": edit.content,
                "location": place_object(finding.shown(edit.start)),
                "end_location": place_object(finding.shown(edit.end)),
            }
            for edit in fix.edits
        ],
    }


def place_object(place: Place) -> dict[str, int]:
    """A location as ruff prints it."""
    return {"row": place.row, "column": place.column}


def absolute(path: str) -> str:
    """The absolute path of a file, as the user would write it."""
    # Unnamed standard input is not in any directory.
    return path if path == STDIN_NAME else os.path.abspath(path)  # noqa: PTH100 (Path keeps "..".)
