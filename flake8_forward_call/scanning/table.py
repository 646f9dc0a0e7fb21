"""The table of a scan: a line for each project."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from flake8_forward_call.report.rewrites import count
from flake8_forward_call.scanning.records import Row
from flake8_forward_call.terminal.printing import one_line, shown


def render(rows: Sequence[Row]) -> str:
    """For each project: its findings, all and by code, the seconds that its check took, and its state."""
    totals = totals_of(rows)
    lines = [["project", "findings", *totals, "seconds", "state"]]
    lines += [_cells(row, list(totals)) for row in rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(_aligned(line, widths) for line in lines)


def totals_of(rows: Sequence[Row]) -> dict[str, int]:
    """The number of findings of each code in all projects, sorted by code."""
    totals: Counter[str] = Counter()
    for row in rows:
        totals.update(row.outcome.counts)
    return dict(sorted(totals.items()))


def summary(rows: Sequence[Row], seconds: float) -> str:
    """All projects together, in one line."""
    outcomes = [row.outcome for row in rows]
    found, hit = sum(one.total for one in outcomes), sum(1 for one in outcomes if one.total)
    told = f"{count(found, 'finding')} in {hit} of {count(len(rows), 'project')}" if found else "no findings"
    incomplete = sum(1 for one in outcomes if not one.state.is_complete)
    rest = f"; {count(incomplete, 'project')} not completely checked" if incomplete else ""
    earlier = sum(1 for one in outcomes if one.is_kept)
    rest += f"; {count(earlier, 'result')} from an earlier scan" if earlier else ""
    return f"{count(len(rows), 'project')} in {seconds:.1f} s: {told}{rest}"


def _cells(row: Row, codes: Sequence[str]) -> list[str]:
    outcome = row.outcome
    numbers = [str(outcome.counts[code]) if code in outcome.counts else "-" for code in codes]
    return [shown(row.project.name), str(outcome.total), *numbers, f"{outcome.seconds:.1f}", one_line(row.told)]


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *numbers, last = zip(cells, widths, strict=True)
    return "  ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in numbers), last[0]])
