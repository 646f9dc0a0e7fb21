"""Codes in ``# noqa`` comments that silence nothing: FWD100."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from flake8_forward_call.findings.context import context_of_comment
from flake8_forward_call.findings.finding import Finding, Place
from flake8_forward_call.findings.selection import Selection
from flake8_forward_call.noqa.suppression import Directive, NamedCode, Stretch, Suppression
from flake8_forward_call.rules import RULES, fwd100, fwd900
from flake8_forward_call.sources.source import Source, SourceError

_OURS = re.compile(r"FWD\d+", re.IGNORECASE)
_OURS_IN_BYTES = re.compile(_OURS.pattern.encode(), re.IGNORECASE)


def may_name_code(data: bytes) -> bool:
    """Whether a comment in these bytes can name a code of this tool."""
    return _OURS_IN_BYTES.search(data) is not None


def unused(source: Source, findings: Sequence[Finding], selection: Selection) -> Iterator[Finding]:
    """Yield the unused codes in a file; ``findings`` are those of every rule.

    Codes of rules that are not selected are not judged. Nor is FWD100: a comment with it silences its own finding.
    """
    if any(finding.code == fwd900.RULE.code for finding in findings) or not _OURS.search(source.text):
        return
    try:
        source.tree  # noqa: B018 (Parsed for its error.)
    except SourceError:
        return
    suppression = Suppression(source.path, source.text)
    if suppression.ignores_file:
        return
    for stretch, directive, named in _named(suppression):
        here = [finding for finding in findings if stretch.first <= finding.noqa_row <= stretch.last]
        is_used = directive.counts and any(suppression.honours(named.code, finding) for finding in here)
        capitals = named.code.upper()
        is_needed = any(suppression.honours(capitals, finding) for finding in here)
        if not is_used and _is_judged(capitals, selection):
            end = Place(named.place.row, named.place.column + len(named.code))
            message = fwd100.RULE.message.format(code=named.code, why=_why(capitals, directive, is_needed=is_needed))
            row = named.place.row
            context = context_of_comment(source, f"noqa of {named.code}", stretch.first, stretch.last)
            yield Finding(
                fwd100.RULE.code,
                source.path,
                named.place,
                end,
                message,
                row,
                context=context,
                cell=source.cell_at(row),
            )


def _named(suppression: Suppression) -> Iterator[tuple[Stretch, Directive, NamedCode]]:
    for stretch in suppression.stretches:
        if stretch.comment is not None:
            for directive in suppression.directives(stretch):
                for named in directive.codes:
                    if _OURS.fullmatch(named.code):
                        yield stretch, directive, named


def _covered(code: str) -> list[str]:
    return [rule.code for rule in RULES if rule.code.startswith(code)]


def _is_judged(code: str, selection: Selection) -> bool:
    """Whether it can be known that the code has nothing to silence."""
    covered = _covered(code)
    if {fwd100.RULE.code, fwd900.RULE.code} & set(covered):  # What one Python cannot parse, another can.
        return False
    return all(selection.keeps(each) for each in covered)


def _why(code: str, directive: Directive, *, is_needed: bool) -> str:
    if not _covered(code):
        return "there is no such rule; remove the code"
    if not is_needed:
        return "there is no such finding here; remove the code"
    if not directive.counts:
        return "flake8 reads only the first noqa of a line; write one list"
    return f"flake8 only reads upper-case codes; write {code}"
