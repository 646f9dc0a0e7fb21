"""The findings of earlier runs, as long as everything that they rest on is the same."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from flake8_forward_call.configuration.files import ConfigError
from flake8_forward_call.findings.finding import Finding
from flake8_forward_call.findings.stored import restored, stored
from flake8_forward_call.inference.knowledge import Session
from flake8_forward_call.inference.project import facts
from flake8_forward_call.inference.project.results import Results
from flake8_forward_call.inference.session import session_at
from flake8_forward_call.observing.joining import OBSERVED
from flake8_forward_call.rules import fwd006, fwd900
from flake8_forward_call.sources.source import Source, is_document, is_notebook, is_stub


def found_in(source: Source, find: Callable[[], list[Finding]], *, inside: bool) -> list[Finding]:
    """The findings in a source: those of an earlier run if they still hold, else what ``find`` returns.

    ``inside``: also those about what is inside wrappers. An earlier run that looked for them serves both.
    Raises nothing but what ``find`` raises.
    """
    entry = _entry_of(source, inside)
    if entry is None:
        return facts.recorded(find)[0]  # So that it is known what to look at again.
    if entry.known is not None:
        return entry.known
    findings, mask = facts.recorded(find)
    if all(one.code != fwd900.RULE.code for one in findings):
        value = [_place_of(source.path, findings), stored(findings)]
        entry.results.remember(entry.real, _context(entry.session, inside), entry.digest, value, mask)
    return findings


def known_in(source: Source, *, inside: bool) -> list[Finding] | None:
    """The findings of an earlier run if they still hold, else None. Raises nothing."""
    entry = _entry_of(source, inside)
    return None if entry is None else entry.known


@dataclass(frozen=True, slots=True)
class _Entry:
    """A file in the results of its project: its real path, the digest of its content, what an earlier run has found."""

    session: Session
    results: Results
    real: str
    digest: str
    known: list[Finding] | None


def _entry_of(source: Source, inside: bool) -> _Entry | None:
    """The entry of a source; None if no results about it can be used or stored."""
    observed = OBSERVED.get()
    if observed is not None and observed.concerns(source.path):
        return None  # This result rests on a record as well, which is no fact about the project.
    try:
        real = os.path.realpath(source.path)
        session = _session(source, real)
        digest = None if session is None else session.key_of(source)
        if session is None or session.results is None or digest is None:
            return None
        known = _recalled(session, source.path, real, digest, inside)
    except Exception:  # Without earlier results, the findings are the same.
        return None
    return _Entry(session, session.results, real, digest, known)


def known_unread(name: str, *, inside: bool) -> list[Finding] | None:
    """The findings of an earlier run in a file that is not read, if they still hold, else None. Never raises."""
    observed = OBSERVED.get()
    if is_document(name) or (observed is not None and observed.concerns(name)):
        return None
    try:
        real = os.path.realpath(name)
        session = _session_by_name(name, real)
        return None if session is None else _recalled(session, name, real, session.workspace.disk.digest(real), inside)
    except Exception:  # Without earlier results, the findings are the same.
        return None


def _session(source: Source, real: str) -> Session | None:
    """The session with the results about a file; None if there are none."""
    if is_document(source.path) and source.file is source:
        return None  # It is read as a program. What is stored about a document is about the code in it.
    return _session_by_name(source.path, real)


def _session_by_name(name: str, real: str) -> Session | None:
    # What kind of file it is depends on its name.
    if any(is_one(name) != is_one(real) for is_one in (is_notebook, is_stub, is_document)):
        return None
    try:
        session = session_at(real)
    except ConfigError:
        return None
    return None if session.results is None else session


def _context(session: Session, inside: bool) -> str:
    return f"{session.context} {fwd006.RULE.code}" if inside else session.context


def _recalled(session: Session, name: str, real: str, digest: str, inside: bool) -> list[Finding] | None:
    if session.results is None:
        return None
    contexts = {_context(session, True), _context(session, inside)}
    value = session.results.recall(real, contexts, digest, session.answer)
    try:
        place, findings = value
        found = restored(name, findings)
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
    return found if place == _place_of(name, found) else None


def _place_of(name: str, findings: list[Finding]) -> str:
    """The folder and the name of a file if a message depends on them, else empty."""
    if not any(one.hanging for one in findings):
        return ""
    try:
        return f"{os.getcwd()}\0{os.path.basename(name)}"  # noqa: PTH109, PTH119
    except OSError:
        return f"\0{name}"
