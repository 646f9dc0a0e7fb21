"""The settings for each editor on the page about editors, by the heading that they are under."""

from __future__ import annotations

import json
from typing import Any

from documented import DOCS
from markdown_it import MarkdownIt

PAGE = (DOCS / "editors.md").read_text(encoding="utf-8")
# Text as it is on the page for the command that users have.
COMMAND = "forward-call"


def _blocks() -> list[tuple[str, str, str]]:
    """The heading, the language and the text of each block of code on the page."""
    found, title, is_title = [], "", False
    for token in MarkdownIt().parse(PAGE):
        if is_title:
            title = token.content
        is_title = token.type == "heading_open"
        if token.type == "fence":
            found.append((title, token.info, token.content))
    return found


BLOCKS = _blocks()


def snippets(title: str, language: str) -> list[str]:
    """The blocks in a language under the heading with a title, and not under the next one."""
    return [text for heading, info, text in BLOCKS if (heading, info) == (title, language)]


def settings(title: str, number: int = 0) -> dict[str, Any]:
    """The settings in JSON under a heading: the first block, or the one with a number from 0."""
    found = json.loads(snippets(title, "json")[number])
    assert isinstance(found, dict)
    return found
