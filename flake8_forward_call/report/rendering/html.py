"""One HTML page to read and pass on. It loads nothing, and is complete without its script."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from xml.etree import ElementTree as ET

from flake8_forward_call.report.page.about import about
from flake8_forward_call.report.page.article import article, remedy_of
from flake8_forward_call.report.page.chart import chart
from flake8_forward_call.report.page.elements import element, path_pieces
from flake8_forward_call.report.page.entries import Entry, entries
from flake8_forward_call.report.page.frame import page
from flake8_forward_call.report.record import Report
from flake8_forward_call.rules import BY_CODE

_TITLE = "Direct calls of forward()"


def render(report: Report) -> str:
    """The findings by folder and rule, each with source, evidence and fix, and charts of where they cluster."""
    shown = entries(report)
    main = _main(report, shown) if shown else None
    return page(_TITLE, _header(report, shown), main, has_script=bool(shown))


def _header(report: Report, shown: Sequence[Entry]) -> ET.Element:
    numbers = [(len(shown), "finding"), (len({entry.name for entry in shown}), "file")]
    remedies = Counter(remedy_of(entry.finding) for entry in shown)
    numbers += [(remedies[remedy], remedy) for remedy in ("safe fix", "unsafe fix")]
    tiles = [
        element("li", element("strong", str(number)), f" {_plural(noun) if number != 1 else noun}")
        for number, noun in numbers
        if number
    ]
    told = element("ul", *tiles, class_="tiles") if shown else element("p", "No findings.")
    warning = None
    if not report.is_complete:
        warning = element("p", "Some files could not be checked: there may be more findings.", class_="caution")
    return element("header", element("h1", _TITLE), told, warning, None if report.run is None else about(report.run))


def _plural(noun: str) -> str:
    return f"{noun}es" if noun.endswith("x") else f"{noun}s"


def _main(report: Report, shown: Sequence[Entry]) -> ET.Element:
    folders = [(folder, list(group)) for folder, group in groupby(shown, key=lambda entry: entry.folder)]
    anchors = {folder: f"folder-{number}" for number, (folder, _) in enumerate(folders, 1)}
    firsts = {str(entry.name): entry.anchor for entry in reversed(shown)}
    charts = element(
        "div",
        chart("rule", shown, lambda entry: (f"{entry.code} {BY_CODE[entry.code].title}", BY_CODE[entry.code].url)),
        chart("folder", shown, lambda entry: (entry.folder, f"#{anchors[entry.folder]}")),
        chart("file", shown, lambda entry: (str(entry.name), f"#{firsts[str(entry.name)]}")),
        class_="charts",
    )
    sections = (_folder(report, anchors[folder], folder, group) for folder, group in folders)
    nothing = element("p", "Nothing is left by this filter.", id="nothing", hidden="")
    return element("main", charts, _filter(shown), *sections, nothing)


def _filter(shown: Iterable[Entry]) -> ET.Element:
    """The filter form. It needs the script, which shows it."""
    numbers = Counter(entry.code for entry in shown)
    rules = [
        element(
            "label",
            element("input", type="checkbox", value=code, checked=""),
            _swatch(code),
            f"{code} ",
            _count(numbers[code]),
            title=BY_CODE[code].title,
        )
        for code in sorted(numbers)
    ]
    hint = "a path, a class, a rule …"
    return element(
        "form",
        element("label", "Filter ", element("input", id="words", type="search", placeholder=hint, autocomplete="off")),
        element("output", id="shown"),
        element("button", "Open all", type="button", id="open"),
        element("fieldset", element("legend", "Rules"), *rules),
        id="filter",
        role="search",
        hidden="",
    )


def _folder(report: Report, anchor: str, folder: str, group: Sequence[Entry]) -> ET.Element:
    parts = [_rule(report, code, list(members)) for code, members in groupby(group, key=lambda entry: entry.code)]
    title = element("h2", *path_pieces(folder), " ", _count(len(group)))
    return element("section", title, *parts, id=anchor, class_="group folder")


def _rule(report: Report, code: str, group: Sequence[Entry]) -> ET.Element:
    rule = BY_CODE[code]
    link = element("a", code, href=rule.url, rel="noreferrer")
    title = element("h3", _swatch(code), link, f" {rule.title} ", _count(len(group)))
    return element("section", title, *(article(report, entry) for entry in group), class_="group rule")


def _swatch(code: str) -> ET.Element:
    return element("span", class_=f"swatch {code}")


def _count(number: int) -> ET.Element:
    return element("span", str(number), class_="count")
