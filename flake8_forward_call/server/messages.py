"""Findings in the protocol's terms: diagnostics, edits, hover texts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from lsprotocol import types
from pygls.uris import from_fs_path

from flake8_forward_call.findings.finding import Edit, Finding
from flake8_forward_call.inference.evidence import Step
from flake8_forward_call.rules import BY_CODE, fwd900
from flake8_forward_call.server import markdown
from flake8_forward_call.server.positions import Positions
from flake8_forward_call.terminal.printing import one_line, shown

SOURCE = "forward-call"


def diagnostic(
    finding: Finding, positions: Positions, uri: str, steps: Sequence[Step] | None = None
) -> types.Diagnostic:
    """The diagnostic for a finding, with the steps of its evidence if they are given.

    A file that could not be analysed is only a hint, because other tools already report what is wrong with it.
    """
    return types.Diagnostic(
        range=range_of(finding, positions),
        message=finding.message,
        severity=types.DiagnosticSeverity.Information
        if finding.code == fwd900.RULE.code
        else types.DiagnosticSeverity.Warning,
        code=finding.code,
        code_description=types.CodeDescription(BY_CODE[finding.code].url),
        source=SOURCE,
        related_information=None if not steps else [_related(step, finding, positions, uri) for step in steps],
    )


def _related(step: Step, finding: Finding, positions: Positions, uri: str) -> types.DiagnosticRelatedInformation:
    """A step with its location, or that of the finding if the step is not in a file."""
    if step.path:
        start = types.Position(step.row - 1, 0)
        location = types.Location(_address(step.path) or uri, types.Range(start, start))
    else:
        location = types.Location(uri, range_of(finding, positions))
    return types.DiagnosticRelatedInformation(location, step.text)


def range_of(one: Finding | Edit, positions: Positions) -> types.Range:
    """The range of a finding, or the range that an edit replaces."""
    return types.Range(types.Position(*positions.position(one.start)), types.Position(*positions.position(one.end)))


def text_edits(edits: Sequence[Edit], positions: Positions) -> list[types.TextEdit]:
    """The edits in the client's format."""
    return [types.TextEdit(range_of(edit, positions), edit.content) for edit in edits]


def hover(finding: Finding, steps: Sequence[Step], *, is_markdown: bool) -> str:
    """The hover text of a finding: its message, and the steps of its evidence."""
    rule = BY_CODE[finding.code]
    if not is_markdown:
        places = (f"{shown(step.path)}:{step.row}: {step.text}" if step.path else step.text for step in steps)
        return "\n".join([f"{finding.code} {finding.message}", *(f"  {line}" for line in places), rule.url])
    lines = [f"**{finding.code}** {markdown.message(finding.message, rule.message)}", ""]
    lines += [f"{number}. {_linked(step)}" for number, step in enumerate(steps, 1)]
    return "\n".join([*lines, *([""] if steps else []), f"[{finding.code}: {markdown.prose(rule.title)}]({rule.url})"])


def _linked(step: Step) -> str:
    if not step.path:
        return markdown.prose(step.text)
    name = one_line(re.split(r"[\\/]", step.path)[-1])
    place = markdown.code(f"{name}:{step.row}")
    return f"[{place}]({_address(step.path)}#L{step.row}): {markdown.prose(step.text)}"


def _address(path: str) -> str | None:
    """The URI of a file, as clients write it; None if there is none."""
    try:
        address: str | None = from_fs_path(path)
    except UnicodeEncodeError:  # Its name is not valid in the encoding of file names.
        return Path(path).absolute().as_uri()
    return address
