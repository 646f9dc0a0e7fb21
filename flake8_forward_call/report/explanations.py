"""Explanations as JSON, for programs. The objects of rules are those of ``ruff rule``, with a few keys more."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flake8_forward_call.report.rendering.json import absolute, finding_object, place_object
from flake8_forward_call.rules import Rule
from flake8_forward_call.terminal.printing import as_json

if TYPE_CHECKING:
    from flake8_forward_call.explaining import Explanation
    from flake8_forward_call.inference.evidence import Step
    from flake8_forward_call.sources.source import Source


def rule_as_json(rule: Rule) -> str:
    """One rule as an object."""
    return as_json(_rule(rule))


def rules_as_json(rules: Iterable[Rule]) -> str:
    """Several rules as a list of objects."""
    return as_json([_rule(rule) for rule in rules])


def calls_as_json(source: Source, found: Iterable[Explanation]) -> str:
    """The explanations of calls as a list of objects.

    ``finding`` is an object as ``check`` prints it, or null if the call is not reported. Rows of ``location`` are
    those of the cell in a notebook, and so are those of steps in the same notebook.
    """
    return as_json([_call(source, each) for each in found])


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "name": rule.name,
        "code": rule.code,
        "linter": "flake8-forward-call",
        "summary": rule.title,
        "message_formats": [rule.message],
        "fix": f"Rewritten by fix: {rule.rewritten}.",
        "fix_availability": "None" if rule.applicability is None else "Sometimes",
        "applicability": None if rule.applicability is None else rule.applicability.value,
        "explanation": rule.document,
        "preview": False,
        "default": rule.default,
        "url": rule.url,
    }


def _call(source: Source, each: Explanation) -> dict[str, Any]:
    cell = source.cell_at(each.place.row)
    return {
        "filename": absolute(source.path),
        "cell": None if cell is None else cell.number,
        "location": place_object(each.place if cell is None else cell.own(each.place)),
        "subject": each.subject,
        "reason": each.reason,
        "silenced": each.is_silenced,
        "finding": None if each.finding is None else finding_object(each.finding),
        "steps": [_step(source, step) for step in each.steps],
    }


def _step(source: Source, step: Step) -> dict[str, Any]:
    cell = source.cell_in(step.path, step.row) if step.path else None
    return {
        "filename": absolute(step.path) if step.path else None,
        "cell": None if cell is None else cell.number,
        "row": None if not step.path else step.row if cell is None else step.row - cell.rows_above,
        "text": step.text,
    }
