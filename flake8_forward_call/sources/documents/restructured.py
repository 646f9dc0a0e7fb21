"""Code in reStructuredText: directives, literal blocks and doctest blocks.

docutils is not used, because its trees have no columns, and the rows of code in directives, lists and tables are wrong
or missing. The forms are those of https://docutils.sourceforge.io/docs/ref/rst/restructuredtext.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from flake8_forward_call.sources.documents.blocks import Block, Row, count_of_options, has_prompt, indent_of
from flake8_forward_call.sources.documents.languages import (
    IN_LANGUAGE,
    IN_PYTHON,
    LITERAL,
    is_python,
    is_python_in,
    language_of,
)

# The two dots of explicit markup, also as the first thing in an item of a list.
_MARKUP = re.compile(r"(?P<before>[ \t]*(?:(?:[-*+\u2022]|(?:\d+|#)[.)])[ \t]+)*)\.\.(?=[ \t]|$)[ \t]*(?P<rest>.*)")
_DIRECTIVE = re.compile(r"(?:\|[^|]*\|[ \t]+)?(?P<name>[\w+.-]+(?::[\w+.-]+)*)[ \t]?::(?:[ \t]+(?P<argument>.*))?")
_OPTION = re.compile(r"[ \t]+:[\w -]+:(?:[ \t]|$)")
# A target, a footnote or a citation, a substitution: what is below is text.
_NO_COMMENT = re.compile(r"_|\[|\|")
_FENCE = re.compile(r"[ \t]*(?P<fence>`{3,}|~{3,})(?P<info>[^`]*)")


def blocks(rows: Sequence[Row], *, has_fences: bool = False) -> Iterator[Block]:
    """Yield the blocks that may be Python, in order; ``has_fences``: also those between the fences of Markdown."""
    at, default = 0, ""
    while at < len(rows):
        text = rows[at].text
        markup = _MARKUP.fullmatch(text)
        fence = _FENCE.fullmatch(text) if has_fences else None
        if markup is not None:
            directive = _DIRECTIVE.fullmatch(markup["rest"])
            end = _end(rows, at + 1, len(markup["before"].expandtabs(8)))
            if directive is None:
                is_empty = not markup["rest"] and (at + 1 == len(rows) or rows[at + 1].is_blank)
                at = at + 1 if is_empty or _NO_COMMENT.match(markup["rest"]) else end
                continue
            name, argument = directive["name"], directive["argument"] or ""
            if name == "highlight":
                default = argument
            if name in IN_LANGUAGE or name in IN_PYTHON:
                is_one = is_python_in(name, argument or default)
                if is_one is not False:
                    yield Block(_without_options(rows[at + 1 : end]), is_one is True)
                at = end
            else:
                at = end if name in LITERAL else at + 1
        elif fence is not None:
            end = _closing(rows, at + 1, fence["fence"])
            is_one = is_python(language_of(fence["info"]))
            if is_one is not False:
                yield Block(tuple(rows[at + 1 : end]), is_one is True)
            at = end + 1
        elif has_prompt(rows[at]):
            end = next((number for number in range(at, len(rows)) if rows[number].is_blank), len(rows))
            yield Block(tuple(rows[at:end]), is_python=False)
            at = end
        elif text.rstrip().endswith("::"):
            end = _end(rows, at + 1, indent_of(text))
            yield Block(tuple(rows[at + 1 : end]), is_python=False)
            at = end
        else:
            at += 1


def _end(rows: Sequence[Row], start: int, indent: int) -> int:
    """The index after the rows from ``start`` on that are blank or have a larger indent."""
    at = start
    while at < len(rows) and (rows[at].is_blank or indent_of(rows[at].text) > indent):
        at += 1
    return at


def _closing(rows: Sequence[Row], start: int, fence: str) -> int:
    """The index of the row with the closing fence; the number of rows if there is none."""
    for at in range(start, len(rows)):
        text = rows[at].text.strip()
        if len(text) >= len(fence) and not text.strip(fence[0]):
            return at
    return len(rows)


def _without_options(rows: Sequence[Row]) -> tuple[Row, ...]:
    return tuple(rows[count_of_options(rows, _OPTION) :])
