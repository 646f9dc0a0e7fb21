"""A report as the client shows it: in one text document, or, for a notebook, in the documents of its cells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from os.path import realpath
from urllib.parse import unquote

from lsprotocol import types

from flake8_forward_call.findings.finding import Cell, Edit, Finding, Place
from flake8_forward_call.inference.evidence import Step
from flake8_forward_call.server import messages
from flake8_forward_call.server.checks import Document
from flake8_forward_call.server.notebooks.cells import Notebook
from flake8_forward_call.server.notebooks.virtual import notebook_of
from flake8_forward_call.server.positions import Positions
from flake8_forward_call.server.reports import Report

# The length of a text in the client's units.
Units = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class View:
    """The part of a report that is in one text document of the client.

    ``version`` is that of the text document. ``cell`` is the cell of a notebook, and None for other documents.
    """

    report: Report
    uri: str
    version: int | None
    positions: Positions
    cell: Cell | None = None

    @property
    def findings(self) -> list[Finding]:
        """The findings in this document."""
        return [one for one in self.report.findings if self.contains(one.start)]

    def contains(self, place: Place) -> bool:
        """Whether a location in the text of the report is in this document."""
        return self.cell is None or self.report.source.cell_at(place.row) == self.cell


def views_of(document: Document, report: Report, units: Units) -> list[View]:
    """The views of a report: one for each document that the client has for it. Other cells have no findings."""
    if not isinstance(document, Notebook):
        return [View(report, document.uri, report.version, Positions(report.source, units))]
    cells = {cell.number: cell for cell in report.source.cells()}
    return [
        View(report, one.uri, one.version, _positions(report, cells.get(number), units), cells.get(number, _NO_CELL))
        for number, one in enumerate(document.cells, 1)
    ]


# A cell that contains no location.
_NO_CELL = Cell(0, 0)


def _positions(report: Report, cell: Cell | None, units: Units) -> Positions:
    if cell is None:
        return Positions(report.source, units)
    return Positions(report.source.cell_source(cell), units, cell.rows_above)


def view_for(views: Sequence[View], uri: str) -> View | None:
    """The view in the document with a URI."""
    return next((one for one in views if unquote(one.uri) == unquote(uri)), None)


def diagnostics_in(view: View, views: Sequence[View], *, with_evidence: bool) -> list[types.Diagnostic]:
    """The diagnostics in a document, with the evidence that is known already if it is wanted."""
    evidence = view.report.evidence if with_evidence else {}
    return [
        messages.diagnostic(one, view.positions, view.uri, finder(views), evidence.get(one.start))
        for one in view.findings
    ]


def finder(views: Sequence[View]) -> messages.Finds:
    """What says where a step of the evidence for these views is: in one of their documents, or in another file."""

    def find(step: Step) -> messages.Shown | None:
        source = views[0].report.source if views else None
        if source is None or not step.path or realpath(step.path) != realpath(source.path):
            return messages.place_of(step)
        name = messages.short_name(notebook_of(source.path))
        cells = source.cells()
        for view in views:
            if view.cell is None:
                return messages.Shown(f"{name}:{step.row}", messages.in_row(view.uri, step.row))
            if view.cell in cells and view.contains(Place(step.row, 1)):
                row = step.row - view.cell.rows_above
                number = cells.index(view.cell) + 1
                return messages.Shown(f"{name}: code cell {number}:{row}", messages.in_row(view.uri, row))
        return None

    return find


def edits_by_view(edits: Sequence[Edit], views: Sequence[View]) -> Iterator[tuple[View, list[types.TextEdit]]]:
    """Yield the documents that edits of a report's text change, each with its edits."""
    found: Mapping[int, list[Edit]] = defaultdict(list)
    for edit in edits:
        index = next((index for index, view in enumerate(views) if view.contains(edit.start)), None)
        if index is not None:
            found[index].append(edit)
    for index, some in found.items():
        yield views[index], messages.text_edits(some, views[index].positions)
