"""One finding on the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from flake8_forward_call.findings.finding import Applicability, Finding, Fix
from flake8_forward_call.report.evidence import where
from flake8_forward_call.report.page import code
from flake8_forward_call.report.page.elements import Child, element, path_pieces, with_code
from flake8_forward_call.report.page.entries import Entry
from flake8_forward_call.report.record import Report
from flake8_forward_call.report.rewrites import count
from flake8_forward_call.sources.source import Source

if TYPE_CHECKING:
    from flake8_forward_call.inference.evidence import Step


def article(report: Report, entry: Entry) -> ET.Element:
    """The finding with its location, message, source, evidence and fix, as far as each exists."""
    finding, source = entry.finding, report.sources.get(entry.finding.path)
    folder = "" if entry.folder == "." else f"{entry.folder.rstrip('/')}/"
    name = element("b", *path_pieces(entry.name.name))
    place = element("a", *path_pieces(folder), name, f":{finding.where}", href=f"#{entry.anchor}")
    remedy = remedy_of(finding)
    parts = [
        element("h4", place, " ", element("span", remedy, class_=f"badge {remedy.partition(' ')[0]}")),
        element("p", *with_code(finding.message), class_="message"),
        _hanging(finding),
    ]
    if source is not None:
        evidence, fix = (
            _evidence(source, report.steps(finding)),
            None if finding.fix is None else _fix(source, finding, finding.fix),
        )
        parts += [code.excerpt(source, finding), evidence, fix]
    return element("article", *parts, id=entry.anchor, data_code=finding.code)


def remedy_of(finding: Finding) -> str:
    """The kind of fix that a finding has, in words."""
    match finding.fix and finding.fix.applicability:
        case Applicability.SAFE:
            return "safe fix"
        case Applicability.UNSAFE:
            return "unsafe fix"
        case _:
            return "no fix"


def _hanging(finding: Finding) -> ET.Element | None:
    if not finding.hanging:
        return None
    return element(
        "p", element("strong", "Skipped here:"), " ", *with_code("; ".join(finding.hanging)), class_="hanging"
    )


def _evidence(source: Source, steps: Sequence[Step]) -> ET.Element | None:
    if not steps:
        return None
    items = []
    for step in steps:
        place = where(step, source)
        told: list[Child] = [element("span", *path_pieces(place), class_="place"), " "] if place else []
        items.append(element("li", *told, *with_code(step.text)))
    return element(
        "details",
        element("summary", f"Evidence: {count(len(steps), 'step')}"),
        element("ol", *items),
        class_="evidence",
    )


def _fix(source: Source, finding: Finding, fix: Fix) -> ET.Element | None:
    diff = code.diff(source, finding)
    if diff is None:
        return None
    change = element("summary", "Fix: ", element("code", fix.after))
    caution = None
    if fix.applicability is Applicability.UNSAFE:
        words = "The source does not prove that this means the same. Look at it before you run fix with --unsafe-fixes."
        caution = element("p", words, class_="caution")
    return element("details", change, caution, diff, class_="fix")
