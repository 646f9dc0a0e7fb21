"""Findings in the form of JSON, for the results that are kept on disk.

The path is not part of it: the same file may be named in another way in the next run.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flake8_forward_call.findings.finding import Applicability, Cell, Context, Edit, Finding, Fix, Place


def stored(findings: Sequence[Finding]) -> list[Any]:
    """The findings of one file as JSON can represent them."""
    return [_stored(one) for one in findings]


def restored(path: str, value: Any) -> list[Finding]:
    """The findings of the file that is now named so.

    Raises AttributeError, KeyError, TypeError or ValueError if the value is not one that ``stored`` returned.
    """
    return [_restored(path, one) for one in value]


def _stored(one: Finding) -> list[Any]:
    fix, context = one.fix, one.context
    return [
        one.code,
        _of(one.start),
        _of(one.end),
        one.message,
        one.noqa_row,
        None
        if fix is None
        else [
            fix.applicability.value,
            fix.message,
            [[_of(edit.start), _of(edit.end), edit.content] for edit in fix.edits],
            fix.before,
            fix.after,
            fix.reason,
        ],
        list(one.hanging),
        None
        if context is None
        else [context.subject, context.scope, context.first_row, context.last_row, [*map(list, context.attached)]],
        None if one.cell is None else [one.cell.number, one.cell.rows_above],
    ]


def _of(place: Place) -> tuple[int, int]:
    return place.row, place.column


def _restored(path: str, value: Any) -> Finding:
    code, start, end, message, noqa_row, fix, hanging, context, cell = value
    return Finding(
        str(code),
        path,
        _place(start),
        _place(end),
        str(message),
        int(noqa_row),
        None if fix is None else _fix(fix),
        tuple(map(str, hanging)),
        None if context is None else _context(context),
        None if cell is None else Cell(*map(int, cell)),
    )


def _place(value: Any) -> Place:
    row, column = value
    return Place(int(row), int(column))


def _fix(value: Any) -> Fix:
    applicability, message, edits, before, after, reason = value
    made = tuple(Edit(_place(start), _place(end), str(content)) for start, end, content in edits)
    return Fix(Applicability(applicability), str(message), made, str(before), str(after), str(reason))


def _context(value: Any) -> Context:
    subject, scope, first_row, last_row, attached = value
    told = tuple((str(path), int(row), str(text)) for path, row, text in attached)
    return Context(str(subject), str(scope), int(first_row), int(last_row), told)
