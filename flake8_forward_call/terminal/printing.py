"""Text that is not ours, as it may be printed: names of files, source, settings, the words of exceptions.

A terminal obeys control characters, a reader is misled by those that turn the direction of reading or cannot be seen,
and the log of a CI server obeys what looks like a command to it. Here such characters become escape sequences as
Python's own `repr` writes them. Letters, marks and blanks of every script stay. What is encoded once does not change
when it is encoded again, so a text may pass through here on each of its ways.
"""

from __future__ import annotations

import json
import os
import re
from typing import Any

# Letters and marks that Python takes for printable, and that leave no trace on a screen.
_UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0]")

# GitHub's runner obeys `##[command]` anywhere in a line (src/Runner.Common/ActionCommand.cs in actions/runner), Azure's
# agent `##vso[command]`, TeamCity `##teamcity[command]`.
LOG_COMMAND = re.compile(r"##(?=\w*\[)")

# GitHub's runner obeys `::command::` where only blanks stand before it in a line.
_LINE_COMMAND = re.compile(r"\s*::")

_SURROGATES = re.compile("[\ud800-\udfff]")
_NOT_PLAIN = re.compile("[^\x00-\x7e]+")


def one_line(text: str) -> str:
    """A text in one line: what is no visible character and no blank becomes an escape sequence, as tabs do."""
    return _encoded(text, kept="")


def source_line(text: str) -> str:
    """The same for a line of a program without its end: tabs stay."""
    return _encoded(text, kept="\t")


def diff_line(text: str) -> str:
    """The same for a line of a diff, which may begin with blanks."""
    text = source_line(text)
    return text.replace("::", r"\x3a:", 1) if _LINE_COMMAND.match(text) else text


def shown(name: str) -> str:
    """The name of a file, in one line that it may begin."""
    name = one_line(name)
    return f"./{name}" if _LINE_COMMAND.match(name) else name


def as_json(value: Any, indent: int | None = 2) -> str:
    """A value as JSON in ASCII, exactly, but for halves of surrogate pairs: no strict reader takes those.

    Where a name is not in the encoding of file names, Python has such a half for each byte that is wrong.
    """
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    text = _SURROGATES.sub(lambda match: rf"\\u{ord(match[0]):04x}", text)
    text = _NOT_PLAIN.sub(lambda match: json.dumps(match[0])[1:-1].replace("\x7f", r"\u007f"), text)
    return LOG_COMMAND.sub(r"#\\u0023", text)


def from_here(path: str) -> str:
    """A path as one would name it from the current folder, where it is below."""
    try:
        here = os.getcwd()  # noqa: PTH109
        if here == os.path.dirname(here):  # noqa: PTH120 (Everything is below the root, and nobody names it from there.)
            return path
        relative = os.path.relpath(path, here)
    except (OSError, ValueError):  # The folder is gone; on Windows, it is on another drive.
        return path
    return path if relative.split(os.sep, 1)[0] == os.pardir else relative


def near(path: str) -> str:
    """A path for a message: as it was given, or from the current folder where it was given from the root and is below.

    What is encoded for a message is up to whoever prints that.
    """
    return from_here(path) if os.path.isabs(path) else path  # noqa: PTH117 (A text.)


def _encoded(text: str, kept: str) -> str:
    if not text.isprintable():
        text = "".join(
            one if one.isprintable() or one in kept or _is_blank(one) else _escape_sequence(one) for one in text
        )
    if not text.isascii():
        text = _UNSEEN.sub(lambda match: _escape_sequence(match[0]), text)
    return LOG_COMMAND.sub(lambda _: r"\x23#", text) if "##" in text else text


def _is_blank(character: str) -> bool:
    """Whether it is a blank of some width: the ideographic one, one that keeps words together."""
    import unicodedata

    return unicodedata.category(character) == "Zs"


def _escape_sequence(character: str) -> str:
    return character.encode("unicode_escape").decode()
