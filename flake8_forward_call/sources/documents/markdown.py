"""Code in Markdown and MyST: fences, and examples with prompts in blocks without a language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from markdown_it import MarkdownIt

from flake8_forward_call.sources.documents import restructured
from flake8_forward_call.sources.documents.blocks import Block, Row, count_of_options, indent_of
from flake8_forward_call.sources.documents.languages import (
    IN_LANGUAGE,
    IN_PYTHON,
    LITERAL,
    directive_in,
    is_python,
    is_python_in,
    language_of,
)

# How many lists, items and quotes may be nested. The parser skips the rest of a document in which there are more, and
# its own limit is 20.
_MAX_NESTING = 100

# How deep directives of MyST may be nested. Each level is parsed anew.
_DEEPEST = 5

_INDENT = 4
# What Material for MkDocs puts above an indented part of a page: an admonition, or the title of a tab.
_CONTAINER = re.compile(r"[ ]*(?:!!!|\?\?\?\+?|===[!+]?)[ \t]")
# How far above an indented part this is looked for.
_HIGHEST = 200

_OPTION = re.compile(r"[ \t]*:[\w-]+:(?:[ \t]|$)")
_DASHES = re.compile(r"---[ \t]*")
_END_OF_FRONT_MATTER = re.compile(r"(?:---|\.\.\.)[ \t]*")


@cache
def _parser() -> MarkdownIt:
    """A parser for the structure of a document; what is inside of paragraphs does not matter."""
    parser = MarkdownIt("commonmark", {"maxNesting": _MAX_NESTING})
    parser.core.ruler.enableOnly(["normalize", "block"])
    return parser


def blocks(rows: Sequence[Row], depth: int = 0) -> Iterator[Block]:
    """Yield the blocks that may be Python, in order."""
    rows = _without_front_matter(rows) if depth == 0 else rows
    for token in _parser().parse("\n".join(row.text for row in rows)):
        if token.map is None or token.type not in ("fence", "code_block"):
            continue
        is_fence = token.type == "fence"
        start = token.map[0] + is_fence
        content = token.content.removesuffix("\n").split("\n") if token.content else []
        inner = _inner(rows[start : start + len(content)], content)
        if inner is None:
            continue
        if is_fence:
            yield from _in_fence(token.info, inner, depth)
        elif depth < _DEEPEST and _is_in_container(rows, start):
            yield from blocks(inner, depth + 1)
        else:
            yield Block(inner, is_python=False)


def _without_front_matter(rows: Sequence[Row]) -> Sequence[Row]:
    """The rows below the YAML between dashes at the top of a document."""
    if rows and _DASHES.fullmatch(rows[0].text):
        end = next((at for at in range(1, len(rows)) if _END_OF_FRONT_MATTER.fullmatch(rows[at].text)), None)
        return rows if end is None else rows[end + 1 :]
    return rows


def _inner(rows: Sequence[Row], content: Sequence[str]) -> tuple[Row, ...] | None:
    """The rows with the content of a block, without what is before it; None if the parser has changed the content."""
    found = []
    for row, text in zip(rows, content, strict=False):
        if not row.text.endswith(text):  # It replaces null characters, and tabs that reach into the content.
            return None
        found.append(row.after(len(row.text) - len(text)))
    return tuple(found)


def _in_fence(info: str, rows: tuple[Row, ...], depth: int) -> Iterator[Block]:
    directive = directive_in(info)
    if directive is None or directive[0] == "python":  # The last is how Quarto and R Markdown write it.
        is_one = is_python(language_of(info))
    elif directive[0] in IN_LANGUAGE or directive[0] in IN_PYTHON:
        is_one, rows = is_python_in(*directive), _without_options(rows)
    else:
        if directive[0] == "eval-rst":
            yield from restructured.blocks(rows)
        elif directive[0] not in LITERAL and depth < _DEEPEST:
            yield from blocks(rows, depth + 1)
        return
    if is_one is not False:
        yield Block(rows, is_one is True)


def _without_options(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """The content of a directive without the options: lines such as ``:name: value``, or YAML between dashes."""
    if rows and _DASHES.fullmatch(rows[0].text):
        end = next((at for at in range(1, len(rows)) if _DASHES.fullmatch(rows[at].text)), len(rows))
        return rows[end + 1 :]
    return rows[count_of_options(rows, _OPTION) :]


def _is_in_container(rows: Sequence[Row], start: int) -> bool:
    """Whether an indented part belongs to an admonition or a tab, where it is not code but Markdown."""
    for row in reversed(rows[max(0, start - _HIGHEST) : start]):
        if not row.is_blank and indent_of(row.text) < _INDENT:
            return _CONTAINER.match(row.text) is not None
    return False
