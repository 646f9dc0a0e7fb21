"""Adding ``# noqa`` comments to findings of a file, and proving that they silence these and change nothing else."""

from __future__ import annotations

import ast
import warnings
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from flake8_forward_call.checking import check_source
from flake8_forward_call.findings.finding import Edit, Finding, Place
from flake8_forward_call.findings.selection import Selection
from flake8_forward_call.noqa.suppression import Directive, NamedCode, Stretch, Suppression
from flake8_forward_call.sources.source import Source, SourceError
from flake8_forward_call.sources.trees import same_tree

EVERY_RULE = Selection(select=("FWD",))

_BLANKS = " \t\f"


class Silenced(NamedTuple):
    """A file with the comments, the findings that they silence, and those that cannot get one, each with the reason."""

    source: Source
    silenced: list[Finding]
    left: list[tuple[Finding, str]]


def silence(source: Source, findings: Sequence[Finding], wanted: Sequence[Finding], reason: str = "") -> Silenced:
    """Add comments to the ``wanted`` ones of a file's ``findings``, none of which is silenced. Raises SourceError.

    The reason is written after the codes, unless there are words already.

    ``findings`` are those of every rule. The reasons of those ``left`` are messages for the user.
    """
    from flake8_forward_call.fixing.rewriter import edited

    suppression = Suppression(source.path, source.text)
    stretches = {row: one for one in suppression.stretches for row in range(one.first, one.last + 1)}
    at: dict[Stretch, list[Finding]] = defaultdict(list)
    left: list[tuple[Finding, str]] = []
    for finding in wanted:
        stretch = stretches.get(finding.noqa_row)
        if source.program_at(finding.start) is not source:
            left.append((finding, "the comment would be part of a docstring; add it by hand if readers may see it"))
        elif stretch is None:
            # Before Python 3.12, this happens if the last line is in a string and starts with "#".
            left.append((finding, "flake8 does not see where its line ends; put a line break at the end of the file"))
        elif (why := _hindrance(suppression, stretch)) is not None:
            left.append((finding, why))
        else:
            at[stretch].append(finding)
    edits = [
        _edit(source, stretch, next(suppression.directives(stretch), None), {one.code for one in here}, reason)
        for stretch, here in at.items()
    ]
    silenced = [finding for here in at.values() for finding in here]
    if not silenced:
        return Silenced(source, [], left)
    new = source.rewritten(edited(source, edits), edits)
    _check_tree(source.text, new.text)
    _check_findings(new, [finding for finding in findings if finding not in silenced])
    return Silenced(new, silenced, left)


def _hindrance(suppression: Suppression, stretch: Stretch) -> str | None:
    """Why no comment can be added that would count; None if one can."""
    if stretch.in_string and stretch.comment is None:
        return "the line ends within an f-string, where Pythons before 3.12 take no comment"
    first = next(suppression.directives(stretch), None)
    if first is not None and not first.in_comment:
        return "a string before the end of the line has a noqa, and flake8 reads no other"
    return None


def _edit(source: Source, stretch: Stretch, directive: Directive | None, codes: set[str], reason: str) -> Edit:
    """The edit that adds the codes to the stretch, in a new comment or in the one that is there."""
    if directive is not None:
        return _merged(source, directive.codes, sorted(codes), reason)
    line = source.lines[stretch.last - 1].rstrip("\r\n")
    kept = line.rstrip(_BLANKS)
    end = Place(stretch.last, len(line) + 1)
    return Edit(
        Place(stretch.last, len(kept) + 1), end, f"  # noqa: {','.join(sorted(codes))}{reason and f' {reason}'}"
    )


def _merged(source: Source, present: Sequence[NamedCode], codes: Sequence[str], reason: str) -> Edit:
    """The edit that adds the codes to the list: in order if the codes there are sorted, else at the end."""
    row, start = present[0].place.row, present[0].place.column
    end = present[-1].place.column + len(present[-1].code)
    line = source.lines[row - 1]
    gaps = [line[left.place.column - 1 + len(left.code) : right.place.column - 1] for left, right in pairwise(present)]
    names = [one.code for one in present]
    gap = gaps[0] if gaps else ","
    pieces = [name + after for name, after in zip(names, [*gaps, ""], strict=True)]
    is_sorted = names == sorted(names)
    for code in codes:
        index = sum(name < code for name in names) if is_sorted else len(names)
        if index == len(names):
            pieces[-1] += gap
            pieces.append(code)
        else:
            pieces.insert(index, code + gap)
        names.insert(index, code)
    if reason and not line[end - 1 :].strip():
        pieces.append(f" {reason}")
    return Edit(Place(row, start), Place(row, end), "".join(pieces))


def _check_tree(old: str, new: str) -> None:
    """Raise SourceError unless the new text has the same nodes at the same positions, so that only comments are new."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # Type comments are not parsed, because they are comments.
            same = same_tree(ast.parse(old), ast.parse(new), positions=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise SourceError(f"the text with the comments cannot be parsed: {' '.join(str(error).split())}") from None
    if not same:
        raise SourceError("the text with the comments has a different syntax tree than the file")


def _check_findings(new: Source, expected: Sequence[Finding]) -> None:
    """Raise SourceError unless exactly the expected findings remain."""
    if check_source(new, EVERY_RULE).findings != list(expected):
        raise SourceError("the comments would silence other findings than they should")
