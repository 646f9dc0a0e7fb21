"""One file's bytes through all stages, to the findings that the user wants to see."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flake8_forward_call.analysis import analyse, unanalysable
from flake8_forward_call.findings.finding import Finding
from flake8_forward_call.findings.selection import Selection, Selects
from flake8_forward_call.noqa.suppression import unsuppressed
from flake8_forward_call.noqa.unused import may_name_code, unused
from flake8_forward_call.sources.source import Source, SourceError, is_notebook, is_stub, may_matter, read


@dataclass(frozen=True, slots=True)
class Checked:
    """A file's findings, selected and not suppressed, and its source, where it was needed and could be decoded."""

    findings: list[Finding]
    source: Source | None = None


def check_bytes(name: str, data: bytes, selects: Selects, *, unused_noqa: bool = False) -> Checked:
    """Look at a file. Never raises: a file that cannot be analysed has the finding FWD900.

    A file without `forward` or `__call__` is not even parsed, which makes a run over a large tree several times as
    fast; nor is it asked which rules count there. ``unused_noqa``: look for dead comments too.
    """
    if is_stub(name) or not (_may_matter(name, data) or (unused_noqa and may_name_code(data))):
        return Checked([])
    selection = selects(name)
    # So flake8 reads the comments of a file that cannot be decoded. JSON has none.
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


# What is between two strings of a list in a notebook's JSON: a name may begin in one and end in the next.
_BETWEEN_STRINGS = re.compile(rb'"\s*,\s*"')


def _may_matter(name: str, data: bytes) -> bool:
    return may_matter(data) or (is_notebook(name) and may_matter(_BETWEEN_STRINGS.sub(b"", data)))


def hold(name: str, data: bytes) -> None:
    """Let the bytes of standard input go before what the disk has at their name, or has not yet. Never raises."""
    if not _may_matter(name, data):
        return
    from flake8_forward_call.inference import session

    try:
        source = read(name, data)
    except SourceError:
        return  # The check says so.
    if source is not None:
        session.hold(name, source.file.text)


def check_source(source: Source, selection: Selection, *, unused_noqa: bool = False) -> Checked:
    """The same for a text that is decoded already."""
    found = analyse(source)
    if unused_noqa:
        found = sorted([*found, *unused(source, found, selection)], key=lambda one: one.sort_key)
    return Checked(wanted(found, source.text, selection), source)


def wanted(findings: list[Finding], text: str, selection: Selection) -> list[Finding]:
    """Those of one file's findings that are selected and that no comment silences, where comments count."""
    selected = [finding for finding in findings if selection.keeps(finding.code)]
    return unsuppressed(selected[0].path, text, selected) if selected and selection.honours_noqa else selected
