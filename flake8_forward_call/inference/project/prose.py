"""The code of a file without its prose: words in comments and docstrings lead nowhere."""

from __future__ import annotations

import re

# What a comment or a string begins with, and its end. Strings in one line are kept, because they may be names for
# `getattr`, and so are f-strings and comments with a type. All strings have to be gone through: one may contain a `#`.
# One without an end goes as far as it can, because each quote in it would be tried again.
_PROSE = re.compile(
    rb"""
    ( (?: (?<= [fFtT] ) | (?<= [fFtT][rR] ) ) (?: \"{3} [\s\S]*? \"{3} | '{3} [\s\S]*? '{3} )
    | (?! \"{3} ) \" [^"\\\n]* (?: \\[\s\S] [^"\\\n]* )* \"?
    | (?! '{3} ) ' [^'\\\n]* (?: \\[\s\S] [^'\\\n]* )* '?
    | \# [ ]* type: [^\r\n]*
    )
    | \"{3} [^"\\]* (?: (?: \\[\s\S] | " (?! \"{2} ) ) [^"\\]* )* \"{3}
    | '{3} [^'\\]* (?: (?: \\[\s\S] | ' (?! '{2} ) ) [^'\\]* )* '{3}
    | \# [^\r\n]*
    | ( (?: \"{3} | '{3} ) [\s\S]* )
    """,
    re.VERBOSE,
)

# Docstrings with examples are programs as well.
_PROMPT = b">>>"


def without_prose(data: bytes) -> bytes:
    """The bytes of a program without its comments, and without strings over several lines unless they have examples.

    If it is no valid program, more may be missing.
    """
    return _PROSE.sub(_kept if _PROMPT in data else rb"\1\2", data)


def _kept(match: re.Match[bytes]) -> bytes:
    return match[0] if match.lastindex is not None or _PROMPT in match[0] else b""
