"""The HTML report of a scan: an index, and for each project the page of ``check --output-format html``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from xml.etree import ElementTree as ET

from flake8_forward_call.report.page.chart import Bar, bars_by
from flake8_forward_call.report.page.elements import element, path_pieces
from flake8_forward_call.report.page.frame import page
from flake8_forward_call.rules import BY_CODE
from flake8_forward_call.scanning.records import Row
from flake8_forward_call.scanning.table import totals_of

INDEX = "index.html"
# The folder of the projects' pages, beside the index.
FOLDER = "projects"

# File systems allow names of 255 bytes.
_LONGEST = 100


def names(rows: Sequence[Row]) -> list[str]:
    """The file of each project's page, relative to the index; none has the same name in another case."""
    seen: Counter[str] = Counter()
    made = []
    for row in rows:
        plain = re.sub(r"[^A-Za-z0-9._=-]+", "-", row.project.name).strip("-.")[-_LONGEST:] or "project"
        number = 0
        while (name := f"{plain}-{number + 1}" if number else plain).lower() in seen:
            number += 1
        seen[name.lower()] += 1
        made.append(f"{FOLDER}/{name}.html")
    return made


def pages(rows: Sequence[Row]) -> Mapping[str, str]:
    """The text of each page by its name, the index first. A project without output has no page."""
    named = list(zip(rows, names(rows), strict=True))
    made = {INDEX: _index([(row, name if row.outcome.output else None) for row, name in named])}
    return made | {name: row.outcome.output for row, name in named if row.outcome.output}


def _index(named: Sequence[tuple[Row, str | None]]) -> str:
    rows = [row for row, _ in named]
    totals = totals_of(rows)
    hit = [(row, name) for row, name in named if row.outcome.total]
    charts = None
    if hit:
        by_rule = [_rule_bar(code, number) for code, number in totals.items()]
        by_project: list[Bar] = [(row.project.name, name or "", Counter(row.outcome.counts)) for row, name in hit]
        charts = element("div", bars_by("rule", by_rule), bars_by("project", by_project), class_="charts")
    title = "Direct calls of forward() by project"
    header = element("header", element("h1", title), _tiles(rows), _incomplete(rows))
    return page(title, header, element("main", charts, _table(named, list(totals))), has_script=False)


def _rule_bar(code: str, number: int) -> Bar:
    rule = BY_CODE[code]
    return f"{code} {rule.title}", rule.url, Counter({code: number})


def _tiles(rows: Sequence[Row]) -> ET.Element:
    outcomes = [row.outcome for row in rows]
    numbers = (
        (len(rows), "projects"),
        (sum(one.total for one in outcomes), "findings"),
        (sum(1 for one in outcomes if one.total), "with findings"),
        (sum(1 for one in outcomes if not one.state.is_complete), "incomplete"),
    )
    return element(
        "ul", *(element("li", element("strong", str(number)), f" {noun}") for number, noun in numbers), class_="tiles"
    )


def _incomplete(rows: Sequence[Row]) -> ET.Element | None:
    if all(row.outcome.state.is_complete for row in rows):
        return None
    return element("p", "Some projects were not completely checked: there may be more findings.", class_="caution")


def _table(named: Sequence[tuple[Row, str | None]], codes: Sequence[str]) -> ET.Element:
    heads = ("project", "findings", *codes, "seconds", "state")
    head = element("thead", element("tr", *(element("th", one, scope="col") for one in heads)))
    table = element("table", head, element("tbody", *(_row(row, name, codes) for row, name in named)))
    return element("section", element("h2", "Projects"), table, class_="projects")


def _row(row: Row, name: str | None, codes: Sequence[str]) -> ET.Element:
    outcome, pieces = row.outcome, path_pieces(row.project.name)
    title = element("th", *(pieces if name is None else [element("a", *pieces, href=name)]), scope="row")
    numbers = [str(outcome.counts.get(code, "-")) for code in codes]
    cells = [element("td", text) for text in (str(outcome.total), *numbers, f"{outcome.seconds:.1f}", row.told)]
    return element("tr", title, *cells, class_=outcome.state.value)
