"""Words of ours and text from the source, as GitHub's Markdown shows them: text from the source is always code.

In code GitHub makes no links of `@name`, `#12` or addresses. A backslash does not prevent that, because they are looked
for in what Markdown has made of the text.
"""

from __future__ import annotations

import re

from flake8_forward_call.terminal.printing import one_line

# What Markdown, and GitHub's own additions to it, give a meaning to within a line.
_PUNCTUATION = re.compile(r"[\\`*_\[\]<>#|~&@$]")

# What can stand outside of code in a sentence that quotes the source: no mention, no number of an issue, no address.
_HARMLESS = re.compile(r"(?:(?!www\.)[\w ,.;:()'])*")


def prose(words: str) -> str:
    """Words of ours that Markdown shows as they are."""
    return _PUNCTUATION.sub(lambda match: f"\\{match[0]}", words)


def code(words: str) -> str:
    """A code span that shows the words as they are, whatever backticks and blanks they hold; on one line."""
    line = one_line(words)
    fence = "`" * (_longest_run(line) + 1)
    # One blank on each side is taken off again (https://spec.commonmark.org/0.31.2/#code-spans).
    padding = " " if line[:1] in ("`", " ") or line[-1:] in ("`", " ") else ""
    return f"{fence}{padding}{line}{padding}{fence}"


def sentence(words: str) -> str:
    """A sentence in which names from the source are in backticks; as code as a whole where that cannot be told."""
    pieces = words.split("`")
    if len(pieces) % 2 == 0 or not all(map(_HARMLESS.fullmatch, pieces[::2])):
        return code(words)
    return "".join(code(piece) if number % 2 else prose(piece) for number, piece in enumerate(pieces))


def fenced(text: str, language: str) -> str:
    """A code block that shows the text as it is."""
    fence = "`" * max(3, _longest_run(text) + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def _longest_run(words: str) -> int:
    return max((len(run) for run in re.findall("`+", words)), default=0)
