"""Making untrusted text printable: file names, source, settings, the messages of exceptions.

Terminals interpret control characters, invisible characters and changes of the text direction mislead readers, and CI
logs interpret what looks like a command. Such characters are replaced by escape sequences as in Python's `repr`.
Letters, marks and spaces of every script are kept. Encoding a text twice changes nothing, so it may pass through here
several times.
"""

from __future__ import annotations

import json
import os
import re
from typing import Any

# Letters and marks that Python considers printable, but that are invisible on a screen.
_UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0]")

# GitHub's runner executes `##[command]` anywhere in a line (src/Runner.Common/ActionCommand.cs in actions/runner),
# Azure's agent `##vso[command]`, TeamCity `##teamcity[command]`.
LOG_COMMAND = re.compile(r"##(?=\w*\[)")

# GitHub's runner executes `::command::` if only spaces precede it in a line.
_LINE_COMMAND = re.compile(r"\s*::")

_SURROGATES = re.compile("[\ud800-\udfff]")
_NOT_PLAIN = re.compile("[^\x00-\x7e]+")


def one_line(text: str) -> str:
    """A text in one line: everything but visible characters and spaces is replaced by escape sequences, tabs too."""
    return _encoded(text, kept="")


def source_line(text: str) -> str:
    """The same for a line of a program without its line end: tabs are kept."""
    return _encoded(text, kept="\t")


def diff_line(text: str) -> str:
    """The same for a line of a diff, which may start with spaces."""
    text = source_line(text)
    return text.replace("::", r"\x3a:", 1) if _LINE_COMMAND.match(text) else text


def shown(name: str) -> str:
    """The name of a file, in one line, safe at the start of a line."""
    name = one_line(name)
    return f"./{name}" if _LINE_COMMAND.match(name) else name


def as_json(value: Any, indent: int | None = 2) -> str:
    """A value as JSON in ASCII, exact except for lone surrogates, which strict parsers do not accept.

    If a file name cannot be decoded, Python represents each invalid byte by a lone surrogate.
    """
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    text = _SURROGATES.sub(lambda match: rf"\\u{ord(match[0]):04x}", text)
    text = _NOT_PLAIN.sub(lambda match: json.dumps(match[0])[1:-1].replace("\x7f", r"\u007f"), text)
    return LOG_COMMAND.sub(r"#\\u0023", text)


def from_here(path: str) -> str:
    """The path relative to the current folder if it is below, else unchanged."""
    try:
        here = os.getcwd()  # noqa: PTH109
        if here == os.path.dirname(here):  # noqa: PTH120 (Everything is below the root, so nothing is shortened there.)
            return path
        relative = os.path.relpath(path, here)
    except (OSError, ValueError):  # The folder no longer exists; on Windows, it is on another drive.
        return path
    return path if relative.split(os.sep, 1)[0] == os.pardir else relative


def near(path: str) -> str:
    """A path for a message: relative to the current folder if it is absolute and below, else as it was given.

    It is not encoded: whoever prints the message has to do that.
    """
    return from_here(path) if os.path.isabs(path) else path  # noqa: PTH117 (A string.)


def _encoded(text: str, kept: str) -> str:
    if not text.isprintable():
        text = "".join(
            one if one.isprintable() or one in kept or _is_blank(one) else _escape_sequence(one) for one in text
        )
    if not text.isascii():
        text = _UNSEEN.sub(lambda match: _escape_sequence(match[0]), text)
    return LOG_COMMAND.sub(lambda _: r"\x23#", text) if "##" in text else text


def _is_blank(character: str) -> bool:
    """Whether a character is a space of any kind, such as the ideographic one or a no-break space."""
    import unicodedata

    return unicodedata.category(character) == "Zs"


def _escape_sequence(character: str) -> str:
    return character.encode("unicode_escape").decode()
