"""The tool's own words and text from the source in GitHub's Markdown. Text from the source is always code.

In code, GitHub does not turn `@name`, `#12` or addresses into links. A backslash does not prevent this, because GitHub
searches for them after Markdown was rendered.
"""

from __future__ import annotations

import re

from flake8_forward_call.terminal.printing import one_line

# Characters with a meaning within a line in Markdown or in GitHub's additions to it.
_PUNCTUATION = re.compile(r"[\\`*_\[\]<>#|~&@$]")

# Text that is allowed outside of code in a sentence that quotes the source: no mention, issue number or address.
_HARMLESS = re.compile(r"(?:(?!www\.)[\w ,.;:()'])*")


def prose(words: str) -> str:
    """The tool's own words, which Markdown shows unchanged."""
    return _PUNCTUATION.sub(lambda match: f"\\{match[0]}", words)


def code(words: str) -> str:
    """A code span on one line that shows the words unchanged, with any backticks and spaces in them."""
    line = one_line(words)
    fence = "`" * (_longest_run(line) + 1)
    # Markdown removes one space on each side again (https://spec.commonmark.org/0.31.2/#code-spans).
    padding = " " if line[:1] in ("`", " ") or line[-1:] in ("`", " ") else ""
    return f"{fence}{padding}{line}{padding}{fence}"


def sentence(words: str) -> str:
    """A sentence in which names from the source are in backticks. If that is uncertain, all of it becomes code."""
    pieces = words.split("`")
    if len(pieces) % 2 == 0 or not all(map(_HARMLESS.fullmatch, pieces[::2])):
        return code(words)
    return "".join(code(piece) if number % 2 else prose(piece) for number, piece in enumerate(pieces))


def fenced(text: str, language: str) -> str:
    """A code block that shows the text unchanged."""
    fence = "`" * max(3, _longest_run(text) + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def _longest_run(words: str) -> int:
    return max((len(run) for run in re.findall("`+", words)), default=0)
