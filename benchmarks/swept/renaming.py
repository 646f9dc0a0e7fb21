"""Adds calls of forward() to a file: the methods that it calls most often get that name."""

from __future__ import annotations

import keyword
from collections import Counter

from swept.texts import attributes, decoded, lines_of, tokens_of


def renamed(data: bytes, count: int) -> bytes:
    """The file with the names of its ``count`` most called attributes replaced, wherever they follow a dot.

    It does not matter what that program would do, only that people wrote its layout. Raises what the tokenizer raises.
    """
    text, encoding = decoded(data)
    tokens = tokens_of(text)
    found = [(tokens[name], tokens[follower].string) for _, name, follower in attributes(tokens)]
    found = [(name, follower) for name, follower in found if not keyword.iskeyword(name.string)]
    called = Counter(name.string for name, follower in found if follower == "(")
    chosen = {name for name, _ in called.most_common(count)}
    lines = lines_of(text)
    for name, _ in reversed(found):
        if name.string in chosen:
            row, column = name.start
            line = lines[row - 1]
            lines[row - 1] = f"{line[:column]}forward{line[column + len(name.string) :]}"
    return "".join(lines).encode(encoding)
