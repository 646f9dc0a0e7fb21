"""Sentences about programs as Markdown: they are shown unchanged, and nothing in them becomes markup."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from flake8_forward_call.rules import BY_CODE
from flake8_forward_call.server.answers import markdown

FWD001 = BY_CODE["FWD001"].message


def told(before: str, after: str, hanging: str = "") -> str:
    return FWD001.format(before=before, after=after, hanging=hanging)


def shown(text: str) -> list[tuple[str, str]]:
    """The parts of a paragraph as a client shows them, each with its kind."""
    (inline,) = [token for token in MarkdownIt().parse(text) if token.type == "inline"]
    return [(one.type, one.content) for one in inline.children or ()]


@pytest.mark.parametrize(
    "receiver",
    ["net", "self.__stem", 'nets["`"]', "nets['``']", "(await *f(x)*)", "n[0]<b>", "a\\\\_b", "` x `", "nets[i, j]"],
)
def test_code_of_a_message_is_shown_as_it_is(receiver: str) -> None:
    before, after = f"{receiver}.forward(...)", f"{receiver}(...)"
    assert shown(markdown.message(told(before, after), FWD001)) == [
        ("code_inline", before),
        ("text", " skips "),
        ("code_inline", "Module.__call__"),
        ("text", ", so hooks do not run; call "),
        ("code_inline", after),
    ]


def test_what_hangs_on_hooks_is_part_of_the_sentence() -> None:
    hanging = ": `weight_norm` (a_b.py:3) recomputes the weight in a forward pre-hook, which this call skips"
    text = markdown.message(told("net.forward(...)", "net(...)", hanging), FWD001)
    assert text == (
        "`net.forward(...)` skips `Module.__call__`, so hooks do not run: `weight_norm` `(a_b.py:3)` recomputes the "
        "weight in a forward pre-hook, which this call skips; call `net(...)`"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("class `use.My_Net` derives from net.Net", "class `use.My_Net` derives from net.Net"),
        ("f2.S has a __call__ of its own", "f2.S has a `__call__` of its own"),
        ('`a["`"]` is set to `x`', '``a["`"]`` is set to `x`'),
        ("an <img> and *more*, [a](b) &lt; #1", "an `<img>` and `*more*`, `[a](b)` `&lt`; `#1`"),
    ],
)
def test_sentence_with_marks(text: str, expected: str) -> None:
    assert markdown.prose(text) == expected


@given(st.text(st.sampled_from("a `_*<>[]()&;\\!#|~.\n"), max_size=30))
def test_nothing_becomes_markup_and_nothing_is_lost(text: str) -> None:
    for made in (markdown.code(text), markdown.prose(text)):
        made = f"x {made}"  # noqa: PLW2901
        kinds = {token.type for token in MarkdownIt("commonmark", {"html": True}).parse(made)}
        assert kinds == {"paragraph_open", "inline", "paragraph_close"}
        parts = shown(made)
        assert {kind for kind, _ in parts} <= {"text", "code_inline", "softbreak"}
        assert bare("".join(content for _, content in parts)) == bare(f"x {text}")


def bare(text: str) -> str:
    """A text without whitespace, and without the backticks that may delimit code."""
    return re.sub(r"[`\s]", "", text)
