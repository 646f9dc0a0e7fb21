"""Comments that say that a call bypasses hooks or ``__call__`` on purpose."""

from __future__ import annotations

import re
import tokenize
from functools import cached_property

from flake8_forward_call.sources.source import Source

# What is bypassed, words for bypassing it, and words for intent.
_MACHINERY = r"(?:hooks?\b|__call__|\b_?call_impl\b|_wrapped_call_impl)"
_AVOIDS = (
    r"(?:\b(?:avoid|bypass|circumvent|skip|omit|suppress|evad)\w*|\bwithout\b|\binstead\s+of\b|\brather\s+than\b"
    r"|\bnot\b|n't\b|\bno\b|\bgo(?:es|ing)?\s+(?:a)?round\b)"
)
_ON_PURPOSE = r"(?:\bon\s+purpose\b|\bpurpose(?:ly|fully)\b|\bintention(?:al|ally)?\b|\bdeliberate(?:ly)?\b)"
_DIRECT = r"(?:\bforward\b|\bdirect(?:ly)?\b)"

_INTENT = re.compile(
    rf"{_AVOIDS}[^.;]{{0,60}}{_MACHINERY}"
    rf"|{_MACHINERY}[^.;]{{0,40}}(?:\b(?:avoid|bypass|circumvent|skipp|omitt|suppress)\w*|{_ON_PURPOSE})"
    rf"|{_ON_PURPOSE}.{{0,80}}(?:{_DIRECT}|{_MACHINERY})"
    rf"|{_DIRECT}.{{0,80}}{_ON_PURPOSE}",
    re.IGNORECASE,
)


class Intent:
    """What the comments of a file say about its bypasses. Each row is checked once."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._suspected: dict[int, bool] = {}

    def is_deliberate(self, row: int) -> bool:
        """Whether a comment on the line of a call, or on the line above, says that the bypass is intended."""
        near = [one for one in (row - 1, row) if one > 0 and self._is_suspected(one)]
        if not near:
            return False
        comments = self._comments  # Only read now, because it takes as long as parsing the file.
        return comments is None or any(_INTENT.search(comments.get(one, "")) is not None for one in near)

    def _is_suspected(self, row: int) -> bool:
        """Whether a row contains such words, in a comment or elsewhere."""
        if row not in self._suspected:
            self._suspected[row] = _INTENT.search(self._source.lines[row - 1]) is not None
        return self._suspected[row]

    @cached_property
    def _comments(self) -> dict[int, str] | None:
        """The comments of the file by row; None where the tokenizer raises."""
        lines = iter(self._source.lines)
        try:
            tokens = tokenize.generate_tokens(lambda: next(lines, ""))
            return {token.start[0]: token.string for token in tokens if token.type == tokenize.COMMENT}
        except (tokenize.TokenError, SyntaxError, SystemError):  # CPython 3.12 raises the last for some f-strings.
            return None
