"""Where the findings cluster: one bar for each folder or file, split by rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias
from xml.etree import ElementTree as ET

from flake8_forward_call.report.page.elements import element, path_pieces
from flake8_forward_call.report.page.entries import Entry
from flake8_forward_call.report.rewrites import count

# The number of bars shown at once; the others are behind a click.
_ROOM = 8

# A bar's label, its link target, and the numbers by rule.
Bar: TypeAlias = tuple[str, str, Counter[str]]


def chart(noun: str, entries: Iterable[Entry], place: Callable[[Entry], tuple[str, str]]) -> ET.Element:
    """The bars, the longest first. ``place`` returns the label and the link target of the bar for an entry."""
    numbers: dict[str, tuple[str, Counter[str]]] = {}
    for entry in entries:
        label, target = place(entry)
        numbers.setdefault(label, (target, Counter()))[1][entry.code] += 1
    return bars_by(noun, [(label, target, codes) for label, (target, codes) in numbers.items()])


def bars_by(noun: str, bars: list[Bar]) -> ET.Element:
    """The same for bars that are already counted; there must be one."""
    bars.sort(key=lambda bar: (-bar[2].total(), bar[0]))
    longest = max(codes.total() for _, _, codes in bars)
    rest = None
    if bars[_ROOM:]:
        more = count(len(bars) - _ROOM, f"more {noun}")
        rest = element("details", element("summary", more), _table(bars[_ROOM:], longest))
    return element(
        "section", element("h2", f"By {noun}"), _table(bars[:_ROOM], longest), rest, class_=f"chart by-{noun}"
    )


def _table(bars: Sequence[Bar], longest: int) -> ET.Element:
    rows = [
        element(
            "tr",
            element("th", element("a", *path_pieces(label), href=target), scope="row"),
            element("td", _bar(codes, longest), class_="bar"),
            element("td", str(codes.total()), class_="total"),
        )
        for label, target, codes in bars
    ]
    return element("table", element("tbody", *rows))


def _bar(codes: Counter[str], longest: int) -> ET.Element:
    """A bar with a length relative to the longest. Its sizes are attributes, because the page forbids styles."""
    parts, done = [], 0
    for code, number in sorted(codes.items()):
        x, width = (f"{100 * each / longest:.2f}%" for each in (done, number))
        parts.append(element("rect", x=x, width=width, height="100%", class_=code))
        done += number
    told = ", ".join(f"{number} {code}" for code, number in sorted(codes.items()))
    return element("svg", element("title", told), *parts, role="img")
