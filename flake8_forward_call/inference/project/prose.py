"""The code of a file without its prose: words in comments and docstrings lead nowhere."""

from __future__ import annotations

import re

# A program in pieces: prose first, then everything else. Strings in one line are kept, because they may be names for
# `getattr`, and so are f-strings and comments with a type. All strings have to be gone through: one may contain a `#`.
# One without an end goes as far as it can, because each quote in it would be tried again.
#
# Each position begins a piece, and its first character decides which: a pattern that is searched for, and may begin
# with a lookbehind, takes twelve times as long.
_PIECES = rb"""
    %b
    (?<! [fFtT] ) (?<! [fFtT][rR] ) (?:
        \"{3} [^"\\]* (?: (?: \\[\s\S] | " (?! \"{2} ) ) [^"\\]* )* \"{3}
      | '{3} [^'\\]* (?: (?: \\[\s\S] | ' (?! '{2} ) ) [^'\\]* )* '{3}
    )%b
    | \# (?! [ ]* type: ) [^\r\n]*
    | ( [^"'\#]+
      | \"{3} (?: (?<= [fFtT] .{3} ) | (?<= [fFtT][rR] .{3} ) ) [\s\S]*? \"{3}
      | '{3} (?: (?<= [fFtT] .{3} ) | (?<= [fFtT][rR] .{3} ) ) [\s\S]*? '{3}
      | (?! \"{3} ) \" [^"\\\n]* (?: \\[\s\S] [^"\\\n]* )* \"?
      | (?! '{3} ) ' [^'\\\n]* (?: \\[\s\S] [^'\\\n]* )* '?
      | \# [^\r\n]*
      | (?: \"{3} | '{3} ) [\s\S]*
      )
    """
_KEPT = re.compile(_PIECES % (b"", b""), re.VERBOSE)
_DOCSTRINGS_AND_KEPT = re.compile(_PIECES % (b"(", b")"), re.VERBOSE)

# Docstrings with examples are programs as well.
_PROMPT = b">>>"


def without_prose(data: bytes) -> bytes:
    """The bytes of a program without its comments, and without strings over several lines unless they have examples.

    If it is no valid program, more may be missing.
    """
    if _PROMPT not in data:
        return b"".join(_KEPT.findall(data))
    pieces = _DOCSTRINGS_AND_KEPT.findall(data)
    return b"".join(kept or (docstring if _PROMPT in docstring else b"") for docstring, kept in pieces)
