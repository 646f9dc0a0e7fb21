"""Whether the text of a file has the module inside a wrapper, which is asked of every file and has to be fast."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flake8_forward_call.sources.source import Source, may_call_inside

# The rule in one pattern. It is right, but takes ten times as long.
PLAIN = re.compile(
    r"(?:\.[\s\\]*|[\"'])(?:module|_fsdp_wrapped_module)\b|\b(?:unwrap_model|extract_model_from_parallel)\b"
)
PARTS = [
    *("module", "_fsdp_wrapped_module", "unwrap_model", "extract_model_from_parallel"),
    *(" ", "\\", "\n", "\t", ".", "'", '"', "x", "_", "s", "é", "("),
]


@given(st.lists(st.sampled_from(PARTS), max_size=8).map("".join))
def test_says_what_one_plain_pattern_says(text: str) -> None:
    assert Source("model.py", text).calls_inside is (PLAIN.search(text) is not None)


@given(st.lists(st.sampled_from(PARTS), max_size=8).map("".join))
def test_bytes_without_it_need_not_be_decoded(text: str) -> None:
    if Source("model.py", text).calls_inside:
        assert may_call_inside(text.encode())


@pytest.mark.parametrize(
    "text",
    ["wrapped.module(x)", "wrapped. \\\n  module.forward(x)", "getattr(wrapped, 'module')", "unwrap_model(m)(x)"],
)
def test_the_module_inside_is_seen(text: str) -> None:
    assert Source("model.py", text).calls_inside


@pytest.mark.parametrize(
    "text", ["module(x)", "import module", "wrapped.modules()", "wrapped.my_module(x)", "- module"]
)
def test_other_names_and_words_are_not_it(text: str) -> None:
    assert not Source("model.py", text).calls_inside
