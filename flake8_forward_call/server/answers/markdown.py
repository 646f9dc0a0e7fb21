"""Sentences about programs as Markdown that shows them unchanged, whether or not the client renders it.

No backslash escapes are used, because some clients show them, and nothing can become HTML. Characters that have a
meaning in Markdown are put into a code span, where they have none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# Characters with a meaning in Markdown, or in HTML within it.
_MARKS = re.compile(r"[\\`*_{}\[\]<>#|~&$]")

# Code between backticks in the tool's own sentences. The code may contain backticks.
_SPAN = re.compile(r"(?<![^\s(])`(.+?)`(?![^\s,;:.)])")
_WORD = re.compile(r"\S+")
_TAIL = re.compile(r"[,;:]+$")

# Words of a rule's message that are code: they contain a part of the program, or a name with underscores.
_CODE_WORD = re.compile(r"\S*(?:\{(?:before|after|callee|name|code)\}|__)[^\s,;:]*")
_FIELD = re.compile(r"\{\w+\}")


def code(text: str) -> str:
    """A code span that shows a text with any backticks and spaces in it (CommonMark 0.31, 6.1)."""
    text = " ".join(text.splitlines())
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if text.startswith(("`", " ")) or text.endswith(("`", " ")) else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def prose(text: str) -> str:
    """A sentence as Markdown. Its code is between backticks, or is a word with characters that Markdown interprets."""
    parts, end = [], 0
    for span in _SPAN.finditer(text):
        parts += [_plain(text[end : span.start()]), code(span[1])]
        end = span.end()
    return _joined([*parts, _plain(text[end:])])


def message(text: str, template: str) -> str:
    """The message of a rule as Markdown. Its template shows which parts are code."""
    found = re.fullmatch(_pattern(template), text, re.DOTALL)
    if found is None:
        return prose(text)
    return _joined(code(part) if index % 2 else prose(part) for index, part in enumerate(found.groups()))


def _joined(parts: Iterable[str]) -> str:
    """The parts as one text. Two adjacent code spans are separated, because their fences would become one."""
    made = ""
    for part in filter(None, parts):
        made += f" {part}" if made.endswith("`") and part.startswith("`") else part
    return made


def _plain(text: str) -> str:
    return _WORD.sub(_word, " ".join(text.splitlines()))


def _word(match: re.Match[str]) -> str:
    word = match[0]
    if not _MARKS.search(word):
        return word
    tail = _TAIL.search(word)
    end = tail.start() if tail else len(word)
    return f"{code(word[:end])}{word[end:]}" if end else word


def _pattern(template: str) -> str:
    """A pattern for the messages of a template, in which prose groups and code groups alternate."""
    parts, end = [], 0
    for word in _CODE_WORD.finditer(template):
        parts += [template[end : word.start()], word[0]]
        end = word.end()
    return "".join(f"({_as_pattern(part)})" for part in [*parts, template[end:]])


def _as_pattern(part: str) -> str:
    """A pattern for a part of a template. A field matches any text."""
    return ".*?".join(map(re.escape, _FIELD.split(part)))
