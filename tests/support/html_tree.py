"""A page as a tree, parsed strictly: every opened element must be closed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "wbr"})


@dataclass
class Element:
    """An element, with elements and text as children."""

    tag: str
    attributes: dict[str, str]
    children: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(child if isinstance(child, str) else child.text for child in self.children)

    def __iter__(self) -> Iterator[Element]:
        """The element and all its descendants, in page order."""
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child

    def all(self, tag: str, class_: str | None = None) -> list[Element]:
        return [
            each
            for each in self
            if each.tag == tag and (class_ is None or class_ in each.attributes.get("class", "").split())
        ]

    def one(self, tag: str, class_: str | None = None) -> Element:
        (found,) = self.all(tag, class_)
        return found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs)
        made = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(made)
        if tag not in _VOID:
            self.open.append(made)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def read(page: str) -> Element:
    """The document, with the text of the page."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    (top,) = reader.open
    return top
