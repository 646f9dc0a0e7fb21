"""Elements of the page. Text remains text, because the serializer escapes what has a meaning in HTML."""

from __future__ import annotations

import re
from typing import TypeAlias
from xml.etree import ElementTree as ET

from flake8_forward_call.terminal.printing import source_line

Child: TypeAlias = "ET.Element | str | None"


def element(tag: str, *children: Child, **attributes: str | None) -> ET.Element:
    """An element with its children and attributes; those that are None are left out.

    ``data_code`` is the attribute ``data-code``, ``class_`` is ``class``.
    """
    made = ET.Element(tag)
    for name, value in attributes.items():
        if value is not None:
            made.set(name.rstrip("_").replace("_", "-"), source_line(value))
    last: ET.Element | None = None
    for child in children:
        if isinstance(child, str):
            if last is None:
                made.text = (made.text or "") + source_line(child)
            else:
                last.tail = (last.tail or "") + source_line(child)
        elif child is not None:
            made.append(child)
            last = child
    return made


def path_pieces(path: str) -> list[Child]:
    """A path that may be broken after its slashes and underscores if a line has no room for it."""
    first, *others = re.split(r"(?<=[/_])(?=[^/_])", path)
    return [first, *(piece for other in others for piece in (ET.Element("wbr"), other))]


def with_code(text: str) -> list[Child]:
    """A sentence that has names in backticks, as in our messages, with these set as code."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0:  # A backtick without a partner is part of a name.
        return [text]
    return [element("code", piece) if number % 2 else piece for number, piece in enumerate(pieces)]


def verbatim(tag: str, text: str) -> ET.Element:
    """A script or a style. Nothing in it is escaped, so the text must be ours."""
    made = ET.Element(tag)
    made.text = text
    return made


def code_line(tag: str, *children: Child, class_: str | None = None) -> ET.Element:
    """A line of code, with its line ending so that it can be copied."""
    made = element(tag, *children, class_=class_)
    if len(made):
        made[-1].tail = (made[-1].tail or "") + "\n"
    else:
        made.text = (made.text or "") + "\n"
    return made


def serialized(top: ET.Element) -> str:
    """The element as HTML."""
    html = ET.tostring(top, encoding="unicode", method="html")
    return html.replace("<wbr></wbr>", "<wbr>")  # Python 3.10 does not know that it has no end tag.
