"""What the page says of the run that it is from."""

from __future__ import annotations

import platform
from datetime import datetime, timezone
from xml.etree import ElementTree as ET

from flake8_forward_call import __version__
from flake8_forward_call.report.page.elements import Child, element
from flake8_forward_call.report.record import Circumstances
from flake8_forward_call.report.rewrites import count
from flake8_forward_call.rules import BY_CODE


def about(run: Circumstances) -> ET.Element:
    """What was checked, how, and with what.

    There is no date, so that the page is the same for the same findings, unless the build gives one for everything
    that it makes (SOURCE_DATE_EPOCH).
    """
    rows: list[tuple[str, list[Child]]] = [
        ("Checked", [*_codes(run.paths), f" ({count(run.files, 'file')})"]),
        ("Command", [element("code", run.command)]),
        ("Rules", _rules(run.rules)),
        ("Settings", _settings(run.settings)),
        ("Version", [f"flake8-forward-call {__version__}, Python {platform.python_version()}"]),
    ]
    if run.epoch is not None and (date := _date(run.epoch)) is not None:
        rows.append(("Date", [date]))
    items = [part for title, told in rows for part in (element("dt", title), element("dd", *told))]
    return element("details", element("summary", "What was checked, and how"), element("dl", *items), class_="about")


def _codes(texts: tuple[str, ...]) -> list[Child]:
    pieces: list[Child] = []
    for text in texts:
        pieces += [" " if pieces else None, element("code", text)]
    return pieces


def _rules(codes: tuple[str, ...]) -> list[Child]:
    pieces: list[Child] = []
    for code in codes:
        link = element("a", code, href=BY_CODE[code].url, rel="noreferrer", title=BY_CODE[code].title)
        pieces += [", " if pieces else None, link]
    return pieces or ["none"]


def _settings(settings: tuple[tuple[str, str], ...]) -> list[Child]:
    if not settings:
        return ["the defaults"]
    return [element("ul", *(element("li", element("code", told), f" ({origin})") for told, origin in settings))]


def _date(epoch: int) -> str | None:
    try:
        return f"{datetime.fromtimestamp(epoch, timezone.utc):%Y-%m-%d %H:%M} UTC"
    except (OverflowError, OSError, ValueError):
        return None
