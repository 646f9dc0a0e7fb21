"""A file's text, lines and tokens, read with the standard library only."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator, Sequence
from tokenize import TokenInfo

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")
_LINE_END = re.compile(r"\r\n|\r|\n")
_SILENT = frozenset({tokenize.NL, tokenize.COMMENT})

# Row and column, both 1-based, the column in characters.
Place = tuple[int, int]


def decoded(data: bytes) -> tuple[str, str]:
    """The text and the encoding of a file."""
    encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    return data.decode(encoding), encoding


def lines_of(text: str) -> list[str]:
    """The lines with their line ends, as Python's tokenizer counts them."""
    return [line for line in _LINE.findall(text) if line]


def line_ends(text: str) -> list[str]:
    return _LINE_END.findall(text)


def tokens_of(text: str) -> list[TokenInfo]:
    """The tokens; a single carriage return ends a line, as in Python. Raises SyntaxError or TokenError."""
    lines = iter([_LINE_END.sub("\n", line) for line in lines_of(text)])
    return list(tokenize.generate_tokens(lambda: next(lines, "")))


def end_of(token: TokenInfo) -> Place:
    return token.end[0], token.end[1] + 1


def attributes(tokens: Sequence[TokenInfo]) -> Iterator[tuple[int, int, int]]:
    """Yield the indexes of each dot, the name after it and what follows, without comments and line breaks."""
    loud = [index for index, token in enumerate(tokens) if token.type not in _SILENT]
    for dot, name, follower in zip(loud, loud[1:], loud[2:], strict=False):
        if tokens[dot].string == "." and tokens[name].type == tokenize.NAME:
            yield dot, name, follower
