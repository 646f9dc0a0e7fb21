"""The steps that lead to a verdict, as ``explain`` and ``fix --interactive`` show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from click import style

from flake8_forward_call.findings.finding import Place
from flake8_forward_call.terminal.printing import from_here, shown

if TYPE_CHECKING:
    from flake8_forward_call.inference.evidence import Step
    from flake8_forward_call.sources.source import Source


def render(step: Step, source: Source) -> str:
    """One step towards a verdict in ``source``, in one line, with the location that shows it, if any."""
    return f"{style(where(step, source), fg='cyan')}: {step.text}" if step.path else step.text


def where(step: Step, source: Source) -> str:
    """The location that shows a step: file and row, in a notebook file, cell and row. Empty if none."""
    if not step.path:
        return ""
    cell = source.cell_in(step.path, step.row)
    row = str(step.row) if cell is None else cell.where(Place(step.row, 1)).rpartition(":")[0]
    return f"{shown(from_here(step.path))}:{row}"
