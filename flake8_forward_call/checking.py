"""All stages for one file, from its bytes to the findings that the user selected."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple, TypeAlias

from flake8_forward_call.analysis import analyse, known, unanalysable
from flake8_forward_call.configuration.settings import settings_or_fault
from flake8_forward_call.findings.finding import Finding
from flake8_forward_call.findings.selection import Selection, Selects
from flake8_forward_call.noqa.suppression import ignores_file, unsuppressed
from flake8_forward_call.noqa.unused import may_name_code, unused
from flake8_forward_call.rules import fwd006
from flake8_forward_call.sources.opening import may_have_examples, may_matter_in, read
from flake8_forward_call.sources.source import (
    Source,
    SourceError,
    is_document,
    is_notebook,
    is_stub,
    may_call_inside,
)

# Returns the findings in a source of the rules that are kept, or None if it does not know them.
_Find: TypeAlias = Callable[[Source, Callable[[str], bool]], "list[Finding] | None"]


class Checked(NamedTuple):
    """A file's selected and unsuppressed findings, and its source if it was needed and could be decoded."""

    findings: list[Finding]
    source: Source | None = None


def check_bytes(
    name: str, data: bytes, selects: Selects, *, unused_noqa: bool = False, has_documents: bool = True
) -> Checked:
    """Check a file. Never raises: a file that cannot be analysed gets FWD900.

    A file without `forward` or `__call__` is not parsed, and its settings are not looked up. This makes a run over a
    large tree several times as fast. ``unused_noqa``: also report comments that silence nothing. ``has_documents``:
    check the code in documents if the settings ask for it.
    """
    checked = _checked(name, data, selects, analyse, unused_noqa=unused_noqa, has_documents=has_documents)
    assert checked is not None, "the analysis finds something or nothing"
    return checked


def known_of_bytes(name: str, data: bytes, selects: Selects, *, unused_noqa: bool = False) -> Checked | None:
    """The same, if no inference is needed: most files need none, or an earlier run has done it. None otherwise."""
    return _checked(name, data, selects, known, unused_noqa=unused_noqa, has_documents=True)


def _checked(
    name: str, data: bytes, selects: Selects, find: _Find, *, unused_noqa: bool, has_documents: bool
) -> Checked | None:
    """The file with the findings that ``find`` returns, if it is asked; None if it returns None."""
    if is_stub(name):
        return Checked([])
    may_matter = may_matter_in(name, data) or (unused_noqa and may_name_code(data))
    # Before the settings are looked up, it is not known whether the user wants the rule about what is inside wrappers.
    if not may_matter and not (may_call_inside(data) and selects(name).keeps(fwd006.RULE.code)):
        return Checked([])
    has_documents = has_documents and _has_documents(name, data)
    try:
        source = read(name, data, has_documents=has_documents)
    except SourceError as error:
        # Like flake8, read the comments of an undecodable file as latin-1. JSON and documents have no comments.
        has_comments = not (is_notebook(name) or (has_documents and is_document(name)))
        text = data.decode("latin-1") if has_comments else ""
        return Checked(wanted([unanalysable(name, error)], text, selects(name)))
    if source is None:
        return Checked([])
    found = find(source, lambda code: selects(name).keeps(code))
    if found is None:
        return None
    if not (found or unused_noqa):
        return Checked([], source)
    return _selected(source, found, selects(name), unused_noqa=unused_noqa)


def _has_documents(name: str, data: bytes) -> bool:
    """Whether the code in a document, or in docstrings, is to be checked according to the settings of a file."""
    return may_have_examples(name, data) and settings_or_fault(Path(os.path.realpath(name)).parent)[0].documents


def hold(name: str, data: bytes) -> None:
    """Use the bytes of standard input in place of the file with this name, whether or not it exists. Never raises."""
    if not may_matter_in(name, data):
        return
    from flake8_forward_call.inference import session

    try:
        source = read(name, data, has_documents=_has_documents(name, data))
    except SourceError:
        return  # The check reports it.
    if source is not None:
        session.hold(name, source.file.text)


def source_of(name: str, data: bytes) -> Source | None:
    """The source in a file's bytes, for a report; None if there is none, or it cannot be decoded."""
    try:
        return read(name, data, has_documents=_has_documents(name, data))
    except SourceError:
        return None


def lost(name: str, data: bytes, selects: Selects, reason: str) -> list[Finding]:
    """What is reported for a file that could not be analysed at all."""
    source = source_of(name, data)
    text = "" if source is None else source.text
    return wanted([unanalysable(name, SourceError(reason))], text, selects(name))


def keep() -> None:
    """Store the results of a run for the next one. Never raises."""
    session = sys.modules.get("flake8_forward_call.inference.session")
    if session is not None:
        session.keep()


def check_source(source: Source, selection: Selection, *, unused_noqa: bool = False) -> Checked:
    """Check a text that is already decoded."""
    return _selected(source, analyse(source, selection.keeps), selection, unused_noqa=unused_noqa)


def _selected(source: Source, found: list[Finding], selection: Selection, *, unused_noqa: bool) -> Checked:
    if unused_noqa:
        found = sorted([*found, *unused(source, found, selection)], key=lambda one: one.sort_key)
    if source.examples is None:
        return Checked(wanted(found, source.text, selection), source)
    return Checked(list(_wanted_in_both(source, found, selection)), source)


def _wanted_in_both(source: Source, found: list[Finding], selection: Selection) -> Iterator[Finding]:
    """Yield the wanted findings in a file and in its examples, where only comments of the example count."""
    programs = [source.program_at(one.start) for one in found]
    own = [one for one, program in zip(found, programs, strict=True) if program is source]
    others = [one for one, program in zip(found, programs, strict=True) if program is not source]
    kept = wanted(own, source.text, selection)
    if source.examples is not None and not (selection.honours_noqa and ignores_file(source.path, source.text)):
        kept += wanted(others, source.examples.text, selection)
    yield from sorted(kept, key=lambda one: one.sort_key)


def wanted(findings: list[Finding], text: str, selection: Selection) -> list[Finding]:
    """The findings of one file that are selected and, if comments are honoured, not silenced by one.

    A finding of a rule that may not be fixed loses its fix here, so that no door offers it.
    """
    selected = [
        finding if finding.fix is None or selection.may_fix(finding.code) else finding._replace(fix=None)
        for finding in findings
        if selection.keeps(finding.code)
    ]
    return unsuppressed(selected[0].path, text, selected) if selected and selection.honours_noqa else selected
