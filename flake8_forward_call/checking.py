"""All stages for one file, from its bytes to the findings that the user selected."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flake8_forward_call.analysis import analyse, unanalysable
from flake8_forward_call.findings.finding import Finding
from flake8_forward_call.findings.selection import Selection, Selects
from flake8_forward_call.noqa.suppression import unsuppressed
from flake8_forward_call.noqa.unused import may_name_code, unused
from flake8_forward_call.sources.opening import read
from flake8_forward_call.sources.source import Source, SourceError, is_notebook, is_stub, may_matter


@dataclass(frozen=True, slots=True)
class Checked:
    """A file's selected and unsuppressed findings, and its source if it was needed and could be decoded."""

    findings: list[Finding]
    source: Source | None = None


def check_bytes(name: str, data: bytes, selects: Selects, *, unused_noqa: bool = False) -> Checked:
    """Check a file. Never raises: a file that cannot be analysed gets FWD900.

    A file without `forward` or `__call__` is not parsed, and its settings are not looked up. This makes a run over a
    large tree several times as fast. ``unused_noqa``: also report comments that silence nothing.
    """
    if is_stub(name) or not (_may_matter(name, data) or (unused_noqa and may_name_code(data))):
        return Checked([])
    selection = selects(name)
    # Like flake8, read the comments of an undecodable file as latin-1. JSON has no comments.
    text = "" if is_notebook(name) else data.decode("latin-1")
    source = None
    try:
        source = read(name, data)
        if source is None:
            return Checked([])
        text = source.text
    except SourceError as error:
        return Checked(wanted([unanalysable(name, error)], text, selection), source)
    return check_source(source, selection, unused_noqa=unused_noqa)


# The text between two strings of a list in a notebook's JSON. A name may begin in one string and end in the next.
_BETWEEN_STRINGS = re.compile(rb'"\s*,\s*"')


def _may_matter(name: str, data: bytes) -> bool:
    return may_matter(data) or (is_notebook(name) and may_matter(_BETWEEN_STRINGS.sub(b"", data)))


def hold(name: str, data: bytes) -> None:
    """Use the bytes of standard input in place of the file with this name, whether or not it exists. Never raises."""
    if not _may_matter(name, data):
        return
    from flake8_forward_call.inference import session

    try:
        source = read(name, data)
    except SourceError:
        return  # The check reports it.
    if source is not None:
        session.hold(name, source.file.text)


def check_source(source: Source, selection: Selection, *, unused_noqa: bool = False) -> Checked:
    """Check a text that is already decoded."""
    found = analyse(source)
    if unused_noqa:
        found = sorted([*found, *unused(source, found, selection)], key=lambda one: one.sort_key)
    return Checked(wanted(found, source.text, selection), source)


def wanted(findings: list[Finding], text: str, selection: Selection) -> list[Finding]:
    """The findings of one file that are selected and, if comments are honoured, not silenced by one."""
    selected = [finding for finding in findings if selection.keeps(finding.code)]
    return unsuppressed(selected[0].path, text, selected) if selected and selection.honours_noqa else selected
