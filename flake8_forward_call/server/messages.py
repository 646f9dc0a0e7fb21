"""Findings in the protocol's terms: diagnostics, edits, hover texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lsprotocol import types
from pygls.uris import from_fs_path

from flake8_forward_call.findings.finding import Edit, Finding
from flake8_forward_call.inference.evidence import Step
from flake8_forward_call.rules import BY_CODE, fwd900
from flake8_forward_call.rules.base import Rule
from flake8_forward_call.server.answers import markdown
from flake8_forward_call.server.positions import Positions
from flake8_forward_call.terminal.printing import one_line, shown

SOURCE = "forward-call"


@dataclass(frozen=True, slots=True)
class Shown:
    """Where a step of evidence is: its name for people, and its location for the client."""

    name: str
    location: types.Location


# Where a step is; None if it is in no file.
Finds = Callable[[Step], Shown | None]


def diagnostic(
    finding: Finding, positions: Positions, uri: str, finds: Finds, steps: Sequence[Step] | None = None
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
        related_information=[_related(step, finds, types.Location(uri, range_of(finding, positions))) for step in steps]
        if steps
        else None,
    )


def _related(step: Step, finds: Finds, otherwise: types.Location) -> types.DiagnosticRelatedInformation:
    """A step with its location, or that of the finding if the step is not in a file."""
    found = finds(step)
    return types.DiagnosticRelatedInformation(otherwise if found is None else found.location, step.text)


def place_of(step: Step) -> Shown | None:
    """Where a step is, if it is in a file."""
    uri = address(step.path) if step.path else None
    return None if uri is None else Shown(f"{short_name(step.path)}:{step.row}", in_row(uri, step.row))


def in_row(uri: str, row: int) -> types.Location:
    """The location of the start of a row in a document."""
    start = types.Position(row - 1, 0)
    return types.Location(uri, types.Range(start, start))


def short_name(path: str) -> str:
    """The name of a file without its folders."""
    return one_line(re.split(r"[\\/]", path)[-1])


def range_of(one: Finding | Edit, positions: Positions) -> types.Range:
    """The range of a finding, or the range that an edit replaces."""
    return types.Range(types.Position(*positions.position(one.start)), types.Position(*positions.position(one.end)))


def text_edits(edits: Sequence[Edit], positions: Positions) -> list[types.TextEdit]:
    """The edits in the client's format."""
    return [types.TextEdit(range_of(edit, positions), edit.content) for edit in edits]


def hover(finding: Finding, steps: Sequence[Step], finds: Finds, *, is_markdown: bool) -> str:
    """The hover text of a finding: its message, and the steps of its evidence."""
    rule = BY_CODE[finding.code]
    if not is_markdown:
        places = (f"{shown(step.path)}:{step.row}: {step.text}" if step.path else step.text for step in steps)
        return "\n".join([f"{finding.code} {finding.message}", *(f"  {line}" for line in places), rule.url])
    lines = [f"**{finding.code}** {markdown.message(finding.message, rule.message)}", ""]
    lines += [f"{number}. {_linked(step, finds(step))}" for number, step in enumerate(steps, 1)]
    return "\n".join([*lines, *([""] if steps else []), link_to(rule)])


def link_to(rule: Rule) -> str:
    """A link to the page of a rule, as Markdown."""
    return f"[{rule.code}: {markdown.prose(rule.title)}]({rule.url})"


def _linked(step: Step, place: Shown | None) -> str:
    if place is None:
        return markdown.prose(step.text)
    row = place.location.range.start.line + 1
    return f"[{markdown.code(place.name)}]({place.location.uri}#L{row}): {markdown.prose(step.text)}"


def address(path: str) -> str | None:
    """The URI of a file, as clients write it; None if there is none."""
    try:
        found: str | None = from_fs_path(path)
    except UnicodeEncodeError:  # Its name is not valid in the encoding of file names.
        return Path(path).absolute().as_uri()
    return found
