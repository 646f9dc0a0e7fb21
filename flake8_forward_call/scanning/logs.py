"""The reports of a scan for programs: JSON lines and SARIF."""

from __future__ import annotations

import json
from collections.abc import Sequence

from flake8_forward_call.report.rendering import sarif
from flake8_forward_call.scanning.records import Row
from flake8_forward_call.terminal.printing import as_json


def lines(row: Row) -> str:
    """A line about the project, then its findings as ``check --output-format json-lines`` prints them."""
    outcome = row.outcome
    project = {
        "project": row.project.root,
        "state": outcome.state.value,
        "reason": outcome.reason or None,
        "seconds": round(outcome.seconds, 3),
        "findings": dict(outcome.counts),
        "earlier": outcome.is_kept,
    }
    return "\n".join([as_json(project, indent=None), *outcome.output.splitlines()])


def as_sarif(rows: Sequence[Row]) -> str:
    """A log with one run for each project: that of ``check --output-format sarif``, with the project as its id.

    Services tell the runs of a log apart by their ids (SARIF 2.1.0, 3.17.3: the part before the last slash names the
    category). A run of a project that was not completely checked says why.
    """
    runs = []
    for row in rows:
        outcome = row.outcome
        run = json.loads(outcome.output)["runs"][0] if outcome.output.strip() else sarif.failed_run(row.told)
        if outcome.output.strip() and not outcome.state.is_complete:
            run["invocations"] = sarif.failed_run(row.told)["invocations"]
        runs.append({"automationDetails": {"id": f"forward-call/{row.project.name}/"}, **run})
    return sarif.log(runs)
